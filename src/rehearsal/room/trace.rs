//! What happened in a room, in order: the same plan must give the same trace.

use std::fmt::Write as _;

/// FNV-1a, 64 bits [public constants].
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Effects, bytes either way, hands and cards' places, hashed; as lines too where somebody wants to read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Over all lines.
    pub hash: u64,
    /// How many there were.
    pub count: u64,
    /// The lines, if they were kept.
    pub lines: Vec<String>,
    keeps: bool,
}

impl Default for Trace {
    fn default() -> Trace {
        Trace {
            hash: BASIS,
            count: 0,
            lines: Vec::new(),
            keeps: false,
        }
    }
}

impl Trace {
    /// One that keeps its lines.
    pub fn kept() -> Trace {
        Trace {
            keeps: true,
            ..Trace::default()
        }
    }

    /// Bytes that went one way.
    pub(super) fn bytes(&mut self, uptime: u64, way: &'static str, bytes: &[u8]) {
        self.mix(&uptime.to_be_bytes());
        self.mix(way.as_bytes());
        self.mix(bytes);
        self.count += 1;
        if self.keeps {
            let mut line = format!("{:>12.3} {way} ", seconds(uptime));
            // Headers and answers are text; of a picture the beginning says enough.
            for byte in bytes.iter().take(60) {
                if byte.is_ascii_graphic() || *byte == b' ' {
                    line.push(char::from(*byte));
                } else {
                    let _ = write!(line, "<{byte:02X}>");
                }
            }
            if bytes.len() > 60 {
                let _ = write!(line, "... {} bytes", bytes.len());
            }
            self.lines.push(line);
        }
    }

    /// Anything else.
    pub(super) fn note(&mut self, uptime: u64, what: std::fmt::Arguments<'_>) {
        let text = what.to_string();
        self.mix(&uptime.to_be_bytes());
        self.mix(text.as_bytes());
        self.count += 1;
        if self.keeps {
            self.lines.push(format!("{:>12.3} {text}", seconds(uptime)));
        }
    }

    fn mix(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    }
}

fn seconds(uptime: u64) -> f64 {
    std::time::Duration::from_nanos(uptime).as_secs_f64()
}
