//! Questions, orders and what the port says meanwhile.

use super::*;

#[test]
fn info_has_its_values_in_their_places() {
    let mut bench = Bench::new(Switches::default());
    let info = bench.info();
    assert_eq!(info.len(), 35);
    let expected = [
        (0, "19"),
        (1, "Enduro+"),
        (3, "P00000000001"),
        (7, "3-3829"),
        (8, "0"),
        (15, "700"),
        (16, "50"),
        (19, "0"),
        (20, "0"),
        (21, "E004010000000001"),
        (22, "300"),
        (23, "0"),
        (24, "MA300YMCKOK"),
        (28, "2"),
        (33, "0"),
    ];
    for (value, text) in expected {
        assert_eq!(info[value], text, "value {value}");
    }
    let reply = bench.ask("INF");
    assert!(reply.starts_with("\u{1}STA$$19,") && reply.ends_with(",\u{3}"));
}

#[test]
fn counters_move_with_a_card() {
    let mut bench = Bench::new(Switches::default());
    bench.print(&full_page());
    assert_eq!(bench.counts(), (1, 5, 1));
    assert_eq!((bench.number(13), bench.number(14)), (5, 1));
    bench.print(&page("NOC1,KGE2,OVROFF", &high("K")));
    assert_eq!(bench.counts(), (2, 6, 1), "the film's second resin panel");
}

#[test]
fn each_class_knows_its_own_questions() {
    for (profile, info, key, sensor) in [
        ("magicard-enduro", true, false, false),
        ("magicard-alto", false, false, false),
        ("magicard-rio2", false, true, true),
    ] {
        let mut bench = Bench::of(profile);
        assert_eq!(!bench.ask("INF").is_empty(), info, "{profile}");
        assert_eq!(!bench.ask("STA,TCQ").is_empty(), key, "{profile}");
        assert_eq!(!bench.ask("SNR1").is_empty(), sensor, "{profile}");
        assert!(bench.ask("ERR").ends_with("00:00\n(c0300)\u{3}"));
        assert_eq!(bench.ask("QPR99"), "END\u{3}");
        assert_eq!(bench.ask("NONSENSE"), "");
        assert_eq!(bench.ask("STA,ZZZ"), "");
    }
}

#[test]
fn a_tango_counts_by_keys() {
    let mut bench = Bench::of("magicard-tango2e");
    let ask = |bench: &mut Bench, key: &str| bench.ask(&format!("STA,{key}"));
    assert_eq!(ask(&mut bench, "DFR"), "\u{1}STA,DFR300,\u{3}");
    bench.print(&page(
        "NOC1,KEE",
        &[('K', resin(HeadLayout::Linear, |_, _| true))],
    ));
    for (key, value) in [("TCQ", 1), ("TPQ", 2), ("DFR", 299), ("CCQ", 1), ("CPQ", 2)] {
        assert_eq!(ask(&mut bench, key), format!("\u{1}STA,{key}{value},\u{3}"));
    }
    assert_eq!(ask(&mut bench, "IPA"), "\u{1}STA,IPA2130706433,\u{3}");
}

#[test]
fn sensors_tell_the_lid_and_the_card_line_by_line() {
    let mut bench = Bench::of("magicard-rio2");
    let lines = |bench: &mut Bench| {
        let mut lines = Vec::new();
        for number in 1.. {
            let line = bench.ask(&format!("SNR{number}"));
            if line.starts_with("END") {
                return lines;
            }
            lines.push(line.trim_end_matches('\u{3}').to_owned());
        }
        lines
    };
    assert!(lines(&mut bench).contains(&"REAR OFF".to_owned()));
    bench.hand(Hand::OpenLid);
    bench.hand(Hand::PutBlank {
        blank: Blank::default(),
    });
    let seen = lines(&mut bench);
    assert!(seen.contains(&"LID ON".to_owned()) && seen.contains(&"REAR ON".to_owned()));
}

#[test]
fn sensors_of_an_enduro_and_questions_while_busy_are_switches() {
    for snr_on_b2 in [true, false] {
        let mut bench = Bench::new(Switches {
            snr_on_b2,
            ..Switches::default()
        });
        assert_eq!(!bench.ask("SNR1").is_empty(), snr_on_b2);
    }
    for inf_while_busy in [true, false] {
        let mut bench = Bench::new(Switches {
            inf_while_busy,
            ..Switches::default()
        });
        bench.send(&full_page());
        bench.pass(5000);
        assert_eq!(bench.printer.port_status(), 0x08);
        assert_eq!(!bench.ask("INF").is_empty(), inf_while_busy);
        bench.settle();
        assert_eq!(bench.printer.port_status(), 0x18);
        assert!(!bench.ask("INF").is_empty());
    }
}

#[test]
fn model_flags_are_a_switch() {
    let mut profile = Profile::named("magicard-enduro").unwrap();
    profile.fittings.contact = false;
    profile.fittings.contactless = false;
    for (model_flags, flags) in [(ModelFlags::Code, 1), (ModelFlags::Paper, 2)] {
        let switches = Switches {
            model_flags,
            ..Switches::default()
        };
        let mut bench = Bench::with(profile.clone(), switches, FaultPlan::default());
        assert_eq!(bench.number(0), flags);
    }
}

#[test]
fn a_tag_that_is_not_read_tells_nothing() {
    let mut bench = Bench::new(Switches {
        tag_read: false,
        ..Switches::default()
    });
    bench.print(&full_page());
    let info = bench.info();
    assert_eq!(
        (info[21].as_str(), info[22].as_str(), info[23].as_str()),
        ("", "0", "0")
    );
    assert_eq!(info[25], "80", "the film's panels are seen all the same");
}

#[test]
fn the_tag_is_the_films_and_not_the_printers() {
    let mut bench = Bench::new(Switches::default());
    bench.print(&full_page());
    let film = *bench.printer.mechanism().ribbon().unwrap();
    bench.hand(Hand::Ribbon {
        kind: RibbonKind::Ymcko,
        sets: Some(40),
    });
    assert_eq!((bench.number(22), bench.number(23)), (40, 0));
    assert_eq!(bench.info()[21], "E004010000000002");
    bench.printer.mechanism_mut().fit_ribbon(Some(film));
    assert_eq!((bench.number(22), bench.number(23)), (300, 1));
    assert_eq!(bench.info()[21], "E004010000000001");
}

#[test]
fn a_card_is_parked_at_the_chip_printed_without_a_second_pick_and_put_out() {
    let mut bench = Bench::new(Switches {
        page_with_card_inside: PageWithCardInside::Jams,
        ..Switches::default()
    });
    bench.send(&request("FEED1"));
    assert_eq!(bench.printer.port_status(), 0x08);
    bench.settle();
    assert_eq!(bench.place(1), CardPlace::Contactless);
    assert_eq!(
        bench.printer.reader("uid", bench.uptime),
        "TEST-00000000000001"
    );
    assert_eq!(bench.printer.port_status(), 0x18);
    bench.send(&request("CHPUP"));
    bench.settle();
    assert_eq!(bench.place(1), CardPlace::Contact);
    bench.send(&request("CHPDOWN"));
    bench.settle();
    assert_eq!(bench.place(1), CardPlace::PrintStart);
    bench.print(&full_page());
    assert_eq!(
        (bench.place(1), bench.card(1).looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(bench.printer.mechanism().picked(), 1);
    bench.send(&[request("FEED0"), request("EJT"), request("EJT")].concat());
    bench.settle();
    assert_eq!(bench.place(2), CardPlace::Output);
    assert_eq!(bench.printer.mechanism().picked(), 2);
}

#[test]
fn a_card_is_turned_and_cards_pass_through() {
    let mut bench = Bench::new(Switches::default());
    bench.send(&request("FLIP"));
    bench.settle();
    assert_eq!(bench.code(), "00:00", "nothing to turn");
    bench.send(&[request("FEED1"), request("FLIP")].concat());
    bench.settle();
    assert_eq!(bench.printer.mechanism().side_under_head(), Side::Back);
    bench.send(&[request("EJT"), request("FEED3")].concat());
    bench.settle();
    assert_eq!(bench.printer.mechanism().output().len(), 4);
}

#[test]
fn a_finished_card_is_held_only_where_the_switch_says_so() {
    for (eject_hold, held) in [(true, CardPlace::PrintStart), (false, CardPlace::Output)] {
        let mut bench = Bench::new(Switches {
            eject_hold,
            ..Switches::default()
        });
        bench.send(&request("EJM1"));
        bench.print(&full_page());
        assert_eq!(bench.place(1), held);
        assert_eq!(bench.number(33), u64::from(eject_hold));
        assert_eq!(bench.printer.port_status(), 0x18);
        assert_eq!(bench.card(1).looks(), Looks::Whole);
        bench.send(&request("EJT"));
        bench.settle();
        assert_eq!(bench.place(1), CardPlace::Output);
        bench.send(&request("EJM0"));
        bench.print(&full_page());
        assert_eq!(bench.place(2), CardPlace::Output);
    }
}

#[test]
fn cleaning_waits_for_its_card_and_counts() {
    let mut bench = Bench::new(Switches::default());
    bench.print(&full_page());
    bench.send(&request("CLN"));
    assert_eq!(
        (bench.code(), bench.printer.port_status()),
        ("12:04".to_owned(), 0x10)
    );
    bench.send(&request("OKY"));
    assert_eq!(bench.printer.port_status(), 0x08);
    bench.settle();
    assert_eq!(
        (bench.number(12), bench.number(13), bench.number(14)),
        (1, 0, 0)
    );
    bench.send(&[request("CLN"), request("CAN")].concat());
    bench.settle();
    assert_eq!((bench.number(12), bench.code()), (1, "00:00".to_owned()));
}

#[test]
fn the_language_of_the_last_job_is_the_replys() {
    let mut bench = Bench::new(Switches::default());
    bench.print(&page("NOC1,LANDEU,KGE2", &high("K")));
    let reply = bench.ask("ERR");
    assert_eq!(reply, "\u{1}STAPrinterstatus OK.\n00:00\n(c0300)\u{3}");
    assert_eq!(reply.len(), 36, "as recorded");
    bench.send(&request("LNG0"));
    assert!(bench.ask("ERR").contains("Printer status OK."));
    for (language_survives_power, german) in [(true, true), (false, false)] {
        let mut bench = Bench::new(Switches {
            language_survives_power,
            ..Switches::default()
        });
        bench.print(&page("NOC1,LANDEU,KGE2", &high("K")));
        bench.power_cycle();
        assert_eq!(bench.ask("ERR").contains("Printerstatus"), german);
    }
}

#[test]
fn service_motions_keep_it_busy_for_a_while() {
    let mut bench = Bench::new(Switches::default());
    for name in [
        "CAM", "DYE", "ENC", "HEADUP", "HEADDOWN", "SNS", "RUNFAN", "FLMY", "FCL",
    ] {
        bench.send(&request(name));
        assert_eq!(bench.printer.port_status(), 0x08, "{name}");
        bench.settle();
    }
    for name in [
        "RAMP50",
        "SET",
        "STN",
        "SHWCAM",
        "FRNON",
        "KKK",
        "UPG",
        "STA,CHK12345678",
    ] {
        assert_eq!(bench.ask(name), "", "{name}");
        assert_eq!(bench.printer.port_status(), 0x18, "{name}");
    }
    assert_eq!(bench.printer.mechanism().picked(), 0);
    bench.send(&[request("ERASE"), request("TST")].concat());
    bench.settle();
    assert_eq!(bench.card(1).looks(), Looks::Blank);
    assert_eq!(bench.card(2).looks(), Looks::Whole);
    assert_eq!(bench.printer.mechanism().output().len(), 2);
}

#[test]
fn hand_feed_takes_the_card_of_the_hand() {
    let mut bench = Bench::new(Switches::default());
    bench.send(&page("NOC1,HFDON,KGE2", &high("K")));
    bench.pass(5000);
    assert_eq!(bench.printer.mechanism().picked(), 0);
    bench.hand(Hand::OpenLid);
    let blank = Blank {
        id: Some(CardId(77)),
        ..Blank::default()
    };
    bench.hand(Hand::PutBlank { blank });
    bench.hand(Hand::CloseLid);
    bench.settle();
    assert_eq!(
        (bench.place(77), bench.card(77).looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(bench.printer.mechanism().picked(), 0);
    bench.send(&page("NOC1,HFDON,KGE2", &high("K")));
    bench.settle();
    assert_eq!(bench.code(), "11:01", "no hand came");
}

#[test]
fn replies_are_spoiled_once_if_armed() {
    let mut bench = Bench::new(Switches::default());
    let whole = bench.ask("ERR");
    bench.printer.arm_reply_fault(ReplyFault::Silent);
    assert_eq!(bench.ask("ERR"), "");
    bench.printer.arm_reply_fault(ReplyFault::Half);
    assert_eq!(bench.ask("ERR"), whole[..whole.len() / 2]);
    bench.printer.arm_reply_fault(ReplyFault::Padded);
    assert_eq!(bench.ask("ERR"), format!("{whole}{}", "\0".repeat(16)));
    assert_eq!(bench.ask("ERR"), whole);
}

#[test]
fn every_field_and_request_of_the_table_is_known() {
    let mut bench = Bench::new(Switches::default());
    let fields = "NOC1,VER1.0-,LANENG,TDT6B04EFC2,CR79,RSPDEF,ERAOFF,REA0,0,1016,642,EAS1,EAE1,EAW1,LC1,JIS2,\
        MGVON,COEH,BBB1,HFDOFF,REJOFF,ESS1,LAM_DEG140,LAM_SPD4,KGE2,RT2,SLWOFF,XLI0:1026,DPXOFF,BACKO,PAG1,\
        IMFBGRK,XCO0,YCO0,WID1016,HGT642,OVRON,NNNOFF,USFON,HKT1,CKION,HKMFFFFFF,TRO0,HOLLAN,PCT0,0,1015,641,\
        PAT5,HPHON,NCT0,420,1025,590,ICC3,CPW50,KPW50,OPW50,DDD50,SOI50,EOI50,XPO0,BPI75,MPC5,PAROFF,LRCOFF,\
        AMSOFF,SSP50";
    bench.print(&page(fields, &high("K")));
    assert_eq!(bench.printer.last_page().unknown, Vec::<String>::new());
    assert_eq!(bench.card(1).looks(), Looks::Whole);
    for (name, what, source) in COMMANDS {
        assert!(!name.is_empty() && !what.is_empty() && !source.is_empty());
        // Every name of the table stands in the list above or is a request of these tests.
        let first = name
            .trim_start_matches("REQ,")
            .split([' ', ','])
            .next()
            .unwrap();
        let capitals = first.chars().take_while(char::is_ascii_uppercase);
        let stem: String = capitals.take(3).collect();
        let requests = [
            "INF", "ERR", "STA", "SNR", "QPR", "OKY", "CAN", "CLN", "TST", "RST", "EJT", "FEE",
            "FLI", "CHP", "EJM", "LNG", "CAM", "RAM", "AAA", "FRM", "BSO", "MAG", "KEE", "SZB",
            "GET",
        ];
        let known = fields.split(',').any(|field| field.starts_with(&stem))
            || requests.contains(&stem.as_str());
        assert!(known, "{name}");
    }
}

#[test]
fn every_model_of_the_list_is_there_with_a_number_that_no_real_unit_has() {
    for name in PROFILES {
        let profile = Profile::named(name).unwrap();
        assert_eq!(profile.name, name);
        assert!(profile.model.len() <= 16);
        let (letter, digits) = profile.serial.split_at(1);
        assert!(letter.chars().all(|letter| letter.is_ascii_uppercase()));
        assert!(digits.len() == 11 && digits.starts_with("000000"));
        let json = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&json).unwrap(), profile);
    }
    assert_eq!(Profile::named("magicard-600"), None);
    let switches = Switches::draw(7);
    let json = serde_json::to_string(&switches).unwrap();
    assert_eq!(serde_json::from_str::<Switches>(&json).unwrap(), switches);
    assert_eq!(
        serde_json::from_str::<Switches>("{}").unwrap(),
        Switches::default()
    );
    let other = Profile::named("magicard-rio2")
        .unwrap()
        .with_serial("R00000000002");
    assert_eq!(other.serial, "R00000000002");
}
