//! The table of models: rows, not subclasses.
//!
//! Sources: the public drivers of both models [code: cardprint], captures of the 600 dpi one [capture]. Card sizes at
//! 300 dpi are the 600 dpi ones halved \[inferred\]. That a reject exit and a contactless station are fitted is
//! \[inferred\]: rebadged units without a side exit use that destination as the ordinary way out.

/// What one model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The key in configuration.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// How the model begins in the greeting of one of its family. Units that are badged otherwise are no contradiction.
    pub greets_as: &'static [&'static str],
    /// A plane's columns and rows.
    pub plane: (usize, usize),
    /// The card's dots along its long and its short side; the rest of a plane is bleed on all sides.
    pub card: (usize, usize),
    /// The size of a picture at 300 dpi whose dots become two by two here: what it covers is as large as the card to
    /// an even number of dots, so that its middle is the plane's. `None`: the printer has 300 dpi.
    pub coarse: Option<(usize, usize)>,
    /// Planes are sent turned by 180 degrees [code: xidserver].
    pub turned: bool,
    /// It tells status and counters over UDP.
    pub tells_by_udp: bool,
    /// Bytes that its greeting has at least [code].
    pub greeting_bytes_min: usize,
    /// Parameter word of the job start.
    pub job_parameter: u32,
    /// First four bytes of the job start: replayed, meaning \[unknown\] [code: matica.c].
    pub job_mark: [u8; 4],
    /// Sequence number of the job start; `None`: one more than the greeting's, and so on from there. With a number the
    /// commands count from zero.
    pub job_sequence: Option<u32>,
    /// Milliseconds from card to card, colour on one side. \[inferred\] from what retransfer printers commonly do; it
    /// serves to say which link would hold the printer back.
    pub rated_ms: u32,
    /// Bytes that go out for an ordinary colour card of one side: to a hundredth what the test of `docs/printers.md`
    /// measures.
    pub card_bytes: u32,
}

/// All models that are known by name.
pub static MODELS: &[Model] = &[
    Model {
        key: "matica-xid9300",
        name: "XID9300",
        greets_as: &["XID580", "XID9300", "XID570", "XID590"],
        plane: (1036, 664),
        card: (1013, 639),
        coarse: None,
        turned: false,
        tells_by_udp: false,
        greeting_bytes_min: 30,
        job_parameter: 0,
        job_mark: [0x0F, 0x0A, 0x9C, 0x88],
        job_sequence: None,
        rated_ms: 40_000,
        card_bytes: 2_752_000,
    },
    Model {
        key: "matica-xid8600",
        name: "XID8600",
        greets_as: &["XID8600"],
        plane: (2072, 1328),
        card: (2026, 1278),
        coarse: Some((1014, 640)),
        turned: true,
        tells_by_udp: true,
        greeting_bytes_min: 72,
        job_parameter: 2,
        job_mark: [0; 4],
        job_sequence: Some(0x9999_9999),
        rated_ms: 40_000,
        card_bytes: 11_007_000,
    },
];

impl Model {
    /// Whether a printer that greets so is of another family: only another known family contradicts.
    pub fn contradicts(&self, told: &str) -> bool {
        let is = |model: &Model| model.greets_as.iter().any(|name| told.starts_with(name));
        !is(self) && MODELS.iter().any(is)
    }
}

/// The model of that key.
pub fn find(key: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.key == key)
}
