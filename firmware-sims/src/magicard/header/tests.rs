//! Headers as real programs write them, and as they may.

use proptest::prelude::*;

use super::*;

#[test]
fn a_header_of_the_makers_filter_is_read() {
    let header = Header::parse(
        b",NOC1,VER1.0-,LANENG,TDT6B04EFC2,RSPDEF,COEH,KGE2,DPXOFF,PAG1,IMFBGRK,XCO0,YCO0,WID1016,HGT642,\
        OVRON,NNNOFF,USFON,HKT1,CKION,HKMFFFFFF,TRO0,PCT0,0,1015,641,ICC3,CPW50,DDD50,SZB585216,SZG585216,\
        SZR585216,SZK97536",
    );
    assert_eq!((header.wrong, header.unknown.len()), (None, 0));
    let sizes = [
        (Panel::Y, 585_216),
        (Panel::M, 585_216),
        (Panel::C, 585_216),
        (Panel::K, 97_536),
    ];
    assert_eq!(header.planes, sizes);
    assert_eq!(header.layout, Some(HeadLayout::SplitHigh));
    assert_eq!(header.overcoat, Some(true));
    let area = Area {
        x: (0, 1015),
        y: (0, 641),
    };
    assert_eq!(header.areas, [area]);
    assert!(header.high_coercivity && !header.encodes());
}

#[test]
fn tracks_are_read_from_sentinel_to_sentinel_in_either_order_of_fields() {
    for text in [
        &b"MAG1,BPI210,MPC7,COEH,%DOE^JANE?,MAG2,BPI75,MPC5,COEH,;1234567890=99?,PCT0,0,1025,641"[..],
        b"COEH,MAG1,%DOE^JANE?,MAG2,;1234567890=99?,PCT0,0,1025,641",
    ] {
        let header = Header::parse(text);
        assert_eq!(header.tracks[0].as_deref(), Some(&b"%DOE^JANE?"[..]));
        assert_eq!(header.tracks[1].as_deref(), Some(&b";1234567890=99?"[..]));
        assert_eq!(header.areas.len(), 1);
        assert_eq!((header.wrong, header.unknown.len()), (None, 0));
    }
    let header = Header::parse(b"NOC0,BBB3,MAG1,%DOE,JANE?,KEE");
    assert_eq!(header.tracks[0].as_deref(), Some(&b"%DOE,JANE?"[..]));
    assert_eq!(
        (header.cards(), header.layout),
        (3, Some(HeadLayout::Linear))
    );
    let header = Header::parse(b"MAG1,%DOE,MAG2,;1?");
    assert_eq!(header.tracks[0].as_deref(), Some(&b"%DOE"[..]));
    assert_eq!(header.tracks[1].as_deref(), Some(&b";1?"[..]));
    let header = Header::parse(b"MAG3,MPC8,RAW");
    assert_eq!(header.tracks[2].as_deref(), Some(&b"RAW"[..]));
    assert_eq!(
        Header::parse(b"MAG1").wrong,
        Some("a magnetic track without data")
    );
}

#[test]
fn unknown_fields_are_skipped_and_kept() {
    let header = Header::parse(b"ZZZ9,NOC2,,QQQ,PAG2,DPXON,SZY96,SZC96");
    assert_eq!(header.unknown, ["ZZZ9", "QQQ"]);
    assert_eq!(header.cards(), 2);
    assert_eq!(header.page_side(), Side::Back);
    assert_eq!(Header::parse(b"BSO,PAG1").page_side(), Side::Back);
    assert_eq!(header.planes, [(Panel::Y, 96), (Panel::C, 96)]);
}

#[test]
fn what_cannot_be_read_is_wrong() {
    for text in [
        &b"SZB12x"[..],
        b"SZQ12",
        b"SZB96,SZY96",
        b"NOC300",
        b"NOCx",
        b"PCT1,2,3",
        b"NCT1,2,3,4,NCT1,2,3,4,NCT1,2,3,4",
        b"MAG4,%A?",
        b"XCO9999",
    ] {
        let header = Header::parse(text);
        assert!(header.wrong.is_some(), "{}", String::from_utf8_lossy(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_fields_changes_nothing(order in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let fields = [
            "NOC3", "KEE", "DPXON", "PAG2", "OVROFF", "PCT1,2,3,4", "NCT5,6,7,8", "MAG2,;1=2?", "LANDEU",
        ];
        let text: Vec<&str> = order.iter().map(|at| fields[*at]).collect();
        let mut shuffled = Header::parse(text.join(",").as_bytes());
        let mut straight = Header::parse(fields.join(",").as_bytes());
        shuffled.fields.clear();
        straight.fields.clear();
        prop_assert_eq!(shuffled, straight);
    }

    #[test]
    fn no_bytes_make_it_panic(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let header = Header::parse(&text);
        prop_assert!(header.fields.len() <= text.len() + 1);
    }
}
