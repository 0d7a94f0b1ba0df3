//! What can be said to the printer, as a table for people, and the requests that firmware acts upon.

use super::profile::Language;

/// Requests and header fields: how it is written, what this firmware does with it, where it is from.
pub const COMMANDS: &[(&str, &str, &str)] = &[
    (
        "REQ,INF",
        "Enduro class: one reply with 35 values; else silence",
        "doc; code: ultra14",
    ),
    (
        "REQ,ERR",
        "a sentence, the code MM:mm, the class",
        "capture; other dialects: inferred",
    ),
    (
        "REQ,STA,key",
        "Rio class: one value; an unknown key is not answered",
        "code: gp",
    ),
    (
        "SNRn",
        "Rio class (Enduro by a switch): the n-th sensor line, then END",
        "code: gp; line form: placeholder",
    ),
    (
        "QPRn",
        "the n-th settings line, then END",
        "code: gp, ultra18; line form: placeholder",
    ),
    (
        "OKY",
        "ends an error as the OK button does",
        "doc; what follows: a switch",
    ),
    (
        "CAN",
        "ends an error as the Cancel button does, the job is dropped",
        "doc; the card: a switch",
    ),
    ("CLN", "waits for the cleaning card (12:04) until OK", "doc"),
    ("ERASE", "draws a card, erases it, ejects it", "doc"),
    ("TST", "prints a test card", "code: gp, ultra18"),
    (
        "RST",
        "starts anew; counters are written",
        "code: gp, ultra18",
    ),
    (
        "EJT",
        "ejects the card inside; nothing on an empty path",
        "code: gp, ultra18",
    ),
    (
        "FEED0 FEED1",
        "a card to the contactless station, or to standby without one",
        "code: gp; place: inferred",
    ),
    ("FEEDn", "n cards pass through, n above 1", "code: gp"),
    ("FLIP", "turns the card inside over", "code: gp"),
    ("CHPUP", "a card to the chip contacts", "code: gp; inferred"),
    (
        "CHPDOWN",
        "the card inside to standby",
        "code: gp; inferred",
    ),
    (
        "EJM0 EJM1",
        "eject mode: put the card out, hold it (by a switch)",
        "placeholder for unknown bytes",
    ),
    (
        "LNGn",
        "the language of replies, 0 ENG 1 POR 2 FRE 3 GER 4 SPA 5 ITA",
        "code: gp",
    ),
    (
        "CAM DYE ENC HEADUP HEADDOWN SNS RUNx FLMx FCL",
        "a service motion without a card: busy for a while",
        "code: gp",
    ),
    (
        "RAMPn SET STN SHWx FRNON FRNOFF DEALERSERVICEON DEALERSERVICEOFF",
        "taken and ignored",
        "code: gp",
    ),
    (
        "AAA CLR FBF FTC IPM KKK LBL LLL MMM RDM FRN LAM_KBD LAM_MOD",
        "taken and ignored",
        "code: gp",
    ),
    (
        "FRMn UPG STA,CHK",
        "a firmware image is passed over; nothing is updated",
        "code: gp",
    ),
    (
        "NOCn",
        "copies of the card, from memory; 0 with an encode-only job",
        "doc; code: ultra14",
    ),
    ("BBBn", "copies of an encode-only job", "code: ultra14"),
    ("BSO", "back side only", "code: ultra14"),
    (
        "LANx",
        "the language of replies from then on",
        "doc; capture",
    ),
    (
        "VERs TDTh CR79 RSPx LCn JIS2 ESSn RT2 XLIt:d XPO",
        "on record only",
        "doc; code: ultra14, gp",
    ),
    ("ERAON ERAOFF", "erases the card first", "doc"),
    (
        "REAl,b,r,t EASn EAEn EAWn",
        "on record only",
        "code: ultra14",
    ),
    (
        "MGVON MGVOFF",
        "on record: stripes of simulated cards always verify; 11:13 can be armed",
        "doc",
    ),
    (
        "COEH COEL",
        "coercivity, kept with the stripe",
        "doc; measured",
    ),
    (
        "MAGn,[MPCx,][BPIx,][COEx,]data",
        "writes the track before printing",
        "doc; code: ultra14, gp",
    ),
    (
        "BPI MPC PAR LRC AMS SSP",
        "on record only",
        "doc; code: ultra14",
    ),
    (
        "HFDON",
        "takes a card put in by hand, never from the hopper",
        "code: ultra14",
    ),
    (
        "REJON REJOFF",
        "a card given up in an error goes to the reject box, if one is fitted",
        "code: ultra14, gp",
    ),
    (
        "LAM...",
        "on record only: no laminator is fitted",
        "code: ultra14",
    ),
    (
        "KEE KEE1 KEE4 KGE KGE2",
        "the head; another one than the printer's own is 11:04",
        "doc; code: ultra14",
    ),
    (
        "SLWON SLWOFF",
        "dye panels take half as long again",
        "code: ultra14; time: placeholder",
    ),
    ("DPXON DPXOFF", "a card of two pages", "doc"),
    (
        "BACx",
        "on record only: the header of side 2 wins",
        "doc; measured",
    ),
    ("PAG1 PAG2", "the side", "doc"),
    (
        "IMFx",
        "on record only: the sizes define what follows",
        "doc; measured",
    ),
    (
        "XCOn YCOn",
        "moves the page by so many rows and dots",
        "doc; inferred",
    ),
    ("WIDn HGTn", "on record only", "doc; capture"),
    (
        "OVRON OVROFF",
        "overcoat; without the field on for side 1, off for side 2; none on a film without",
        "doc",
    ),
    (
        "NNN USF HKT CKI HKM TRO HOL PAT HPH",
        "on record only: watermarks are not to be seen",
        "doc; code: ultra14",
    ),
    (
        "PCTx1,y1,x2,y2",
        "where the overcoat is laid",
        "doc; code: ultra14",
    ),
    (
        "NCTx1,y1,x2,y2",
        "a hole in the overcoat",
        "doc; code: ultra14, gp",
    ),
    (
        "ICCn CPWn KPWn OPWn DDDn SOIn EOIn",
        "on record only: they move and change no dot",
        "doc; effect: inferred",
    ),
    (
        "SZBn SZGn SZRn SZKn (SZYn SZMn SZCn)",
        "the planes that follow and their bytes",
        "doc; measured",
    ),
    // The port.
    (
        "GET_PORT_STATUS",
        "18 idle, 08 busy, 10 with a fault on the display, 00 without power or while it starts",
        "capture",
    ),
];

/// Names that are taken and ignored.
const IGNORED: &[&str] = &[
    "RAMP",
    "SET",
    "STN",
    "SHW",
    "FRNON",
    "FRNOFF",
    "DEALERSERVICE",
    "AAA",
    "CLR",
    "FBF",
    "FTC",
    "IPM",
    "KKK",
    "LBL",
    "LLL",
    "MMM",
    "RDM",
    "FRN",
    "LAM_KBD",
    "LAM_MOD",
    "UPG",
    "CHK",
];
/// Names of motions without a card.
const SERVICE: &[&str] = &[
    "CAM", "DYE", "ENC", "HEADUP", "HEADDOWN", "SNS", "RUN", "FLM", "FCL",
];
/// Languages by number.
const LANGUAGES: [&str; 6] = ["ENG", "POR", "FRE", "GER", "SPA", "ITA"];

/// A request, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Answered in one reply, at any time between pages.
    Ask(Question),
    Okay,
    Cancel,
    Restart,
    /// Something that moves; it waits for its turn.
    Act(Action),
    Ignored,
    Unknown,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Question {
    Info,
    Error,
    Key(String),
    Sensor(usize),
    Setting(usize),
}

/// What can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Feed,
    Pass(u32),
    Flip,
    ToContacts,
    ToStandby,
    Eject,
    Hold(bool),
    Speak(&'static str),
    Service,
    Clean,
    Erase,
    TestCard,
}

impl Request {
    /// Reads the fields of a header without planes, in every form that programs send.
    pub(crate) fn read(fields: &[String]) -> Request {
        let mut fields = fields.iter().map(String::as_str);
        let mut name = fields.next();
        if name == Some("REQ") {
            name = fields.next();
        }
        let Some(name) = name else {
            return Request::Ignored;
        };
        let number = |prefix: &str| name.strip_prefix(prefix)?.parse::<usize>().ok();
        match name {
            "INF" => return Request::Ask(Question::Info),
            "ERR" => return Request::Ask(Question::Error),
            "STA" => {
                let key = fields.next().unwrap_or_default();
                return if key.starts_with("CHK") {
                    Request::Ignored
                } else {
                    Request::Ask(Question::Key(key.to_owned()))
                };
            }
            "OKY" => return Request::Okay,
            "CAN" => return Request::Cancel,
            "RST" => return Request::Restart,
            "CLN" => return Request::Act(Action::Clean),
            "ERASE" => return Request::Act(Action::Erase),
            "TST" => return Request::Act(Action::TestCard),
            "EJT" => return Request::Act(Action::Eject),
            "FLIP" => return Request::Act(Action::Flip),
            "CHPUP" => return Request::Act(Action::ToContacts),
            "CHPDOWN" => return Request::Act(Action::ToStandby),
            "EJM0" => return Request::Act(Action::Hold(false)),
            "EJM1" => return Request::Act(Action::Hold(true)),
            _ => {}
        }
        if let Some(line) = number("SNR") {
            return Request::Ask(Question::Sensor(line));
        }
        if let Some(line) = number("QPR") {
            return Request::Ask(Question::Setting(line));
        }
        if let Some(cards) = number("FEED") {
            return Request::Act(match u32::try_from(cards) {
                Ok(cards @ 2..) => Action::Pass(cards),
                Ok(_) | Err(_) => Action::Feed,
            });
        }
        if let Some(language) = number("LNG").and_then(|number| LANGUAGES.get(number)) {
            return Request::Act(Action::Speak(language));
        }
        let named = |names: &[&str]| names.iter().any(|known| name.starts_with(known));
        if named(SERVICE) {
            Request::Act(Action::Service)
        } else if named(IGNORED) {
            Request::Ignored
        } else {
            Request::Unknown
        }
    }
}

impl Language {
    /// Whether a printer of this class answers that question at all.
    pub(super) fn knows(self, question: &Question, sensors_on_enduro: bool) -> bool {
        match (question, self) {
            (Question::Error | Question::Setting(_), _) => true,
            (Question::Info, Language::Enduro) => true,
            (Question::Info, Language::Rio | Language::Alto) => false,
            (Question::Key(_), Language::Rio) => true,
            (Question::Key(_), Language::Enduro | Language::Alto) => false,
            (Question::Sensor(_), Language::Rio) => true,
            (Question::Sensor(_), Language::Enduro | Language::Alto) => sensors_on_enduro,
        }
    }
}
