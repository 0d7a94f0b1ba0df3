//! Every command of the protocol page, and what this driver sends of it.

/// Command, what it is used for (empty: not driven), source.
pub const COMMANDS: &[(&str, &str, &str)] = &[
    // Network, frame by frame.
    (
        "F2000300 job start",
        "starts the job on each connection",
        "capture, code",
    ),
    (
        "F0000200 load plane",
        "planes of the face, buffer 0",
        "capture, code",
    ),
    ("F0000400 read stored settings", "", "capture"),
    ("F0000500 read capabilities", "", "capture"),
    (
        "F0000600 read status and counters",
        "status, baseline and evidence of the 600 dpi model",
        "capture, code",
    ),
    ("F0000800 change settings", "", "capture, code"),
    ("F0000A00 read working settings", "", "code"),
    // Network, F0000100.
    (
        "01 02 00 00 test ready",
        "readiness, the power's witness, settling after a doubt",
        "capture",
    ),
    (
        "02 02 00 00 read position",
        "the card's place before and after every motion",
        "capture",
    ),
    (
        "03 02 00 00 initialise",
        "clears a standing error, with an empty path only",
        "capture",
    ),
    (
        "04 02 FF PP load",
        "feed, to the station or over fresh film to the print position",
        "capture",
    ),
    (
        "05 02 FF PP move",
        "park, fresh film, reject (4), eject (5, bench)",
        "capture, code",
    ),
    ("06 02 FF MM print", "the face onto the film", "capture"),
    (
        "07 02 FF PP transfer",
        "the film onto the card, then out (5) or held (0, bench)",
        "code",
    ),
    ("07 06 FF PP transfer, long form", "", "capture"),
    ("08 06 00 T1 T2 T3 read magnetic", "", "code"),
    ("09 NN 00 CC write magnetic", "", "code"),
    ("0A 02 00 contact engage", "", "capture"),
    ("0A 02 40 contact release", "", "capture"),
    (
        "0A 02 10 contactless engage",
        "the antenna on, after the feed",
        "capture",
    ),
    (
        "0A 02 50 contactless release",
        "the antenna off, before a card is moved",
        "capture",
    ),
    ("0B listed", "", "unknown"),
    // USB.
    ("00 TEST UNIT READY", "", "capture"),
    ("01 REZERO", "", "capture"),
    ("03 REQUEST SENSE", "", "capture"),
    ("12 INQUIRY", "", "capture"),
    ("15 MODE SELECT", "", "capture"),
    ("1A MODE SENSE", "", "capture"),
    ("1D SEND DIAGNOSTIC", "", "capture"),
    ("2A WRITE plane", "", "capture"),
    ("2C read ISO tracks", "", "capture"),
    ("2D write ISO tracks", "", "capture"),
    ("2E read JIS track", "", "capture"),
    ("2F write JIS track", "", "capture"),
    ("31 01 LOAD CARD", "", "capture"),
    ("31 08 PRINT", "", "capture"),
    ("31 09 TRANSFER and EJECT", "", "capture"),
    ("31 0A TRANSFER and TURN", "", "capture"),
    ("31 0B MOVE CARD", "", "capture"),
    ("31 0C SECURITY PRINT", "", "capture"),
    ("31 0D TRANSFER and RETURN", "", "capture"),
    ("32 IC CONTROL", "", "capture"),
    ("34 READ POSITION", "", "capture"),
    ("3B 02 60 WRITE BUFFER, job information", "", "capture"),
    ("3B 02 52 set cleaning limit", "", "code: segatools"),
    ("3C 02 READ BUFFER", "", "capture, code: segatools"),
    ("4D LOG SENSE", "", "capture"),
];
