//! Picture bytes back into dots, one byte at a time: both packers, and counting to the declared end.
//!
//! A byte with its top bit set is a run: its low seven bits say how often the next byte comes \[doc\]. The first
//! token must be a run \[doc\]. A byte without it is, in a mono picture, a count of bytes that follow as they are
//! [doc example decoded], in a colour picture the dot's value itself [code: PAUSMS].

use super::codes::Code;

/// Highest value of a packed colour dot.
const LEVEL_MAX: u8 = 31;
/// Bits by which an unpacked colour dot (00-FF) exceeds what is kept.
const LEVEL_SHIFT: u32 = 3;

/// How the bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Mono bytes as they are.
    Bytes,
    /// Colour dots as they are, 00 to FF.
    Dots,
    /// Mono packer.
    PackedBytes,
    /// Colour packer.
    PackedDots,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// None begun.
    None,
    /// The next byte comes so often.
    Run(usize),
    /// So many bytes follow as they are.
    Literal(usize),
}

/// Counts unpacked bytes up to what was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unpack {
    packing: Packing,
    wanted: usize,
    /// Unpacked so far.
    got: usize,
    /// Kept, unless the picture was refused already.
    out: Option<Vec<u8>>,
    token: Token,
    first: bool,
    /// A checksum byte is still to come.
    checksum: bool,
    /// XOR of the bytes as they were sent \[inferred\].
    sum: u8,
    fault: Option<Code>,
}

impl Unpack {
    /// `fault`: the picture is refused already and only counted.
    pub(super) fn new(
        packing: Packing,
        wanted: usize,
        checksum: bool,
        fault: Option<Code>,
    ) -> Unpack {
        Unpack {
            packing,
            wanted,
            got: 0,
            out: fault.is_none().then(|| Vec::with_capacity(wanted)),
            token: Token::None,
            first: true,
            checksum,
            sum: 0,
            fault,
        }
    }

    /// Nothing more is wanted.
    pub(super) fn full(&self) -> bool {
        self.got >= self.wanted && self.token == Token::None && !self.checksum
    }

    /// What is wrong with it, or the unpacked bytes.
    pub(super) fn finish(self) -> Result<Vec<u8>, Code> {
        let whole = self.full();
        match (self.fault, self.out) {
            (Some(code), _) => Err(code),
            (None, Some(out)) if whole => Ok(out),
            (None, _) => Err(Code::GRAPHIC_DATA),
        }
    }

    pub(super) fn push(&mut self, byte: u8) {
        if self.got >= self.wanted && self.token == Token::None {
            self.checksum = false;
            if byte != self.sum {
                self.wrong(Code::CHECKSUM);
            }
            return;
        }
        self.sum ^= byte;
        match self.token {
            Token::Run(times) => {
                self.token = Token::None;
                self.emit(byte, times);
            }
            Token::Literal(left) => {
                self.token = if left > 1 {
                    Token::Literal(left - 1)
                } else {
                    Token::None
                };
                self.emit(byte, 1);
            }
            Token::None => self.begin(byte),
        }
        self.first = false;
    }

    fn begin(&mut self, byte: u8) {
        let low = usize::from(byte & 0x7F);
        match self.packing {
            Packing::Bytes => self.emit(byte, 1),
            Packing::Dots => self.emit(byte >> LEVEL_SHIFT, 1),
            Packing::PackedBytes | Packing::PackedDots if byte & 0x80 != 0 => {
                self.token = Token::Run(low);
            }
            Packing::PackedBytes | Packing::PackedDots if self.first => {
                self.wrong(Code::GRAPHIC_DATA);
                self.packed_literal(byte, low);
            }
            Packing::PackedBytes | Packing::PackedDots => self.packed_literal(byte, low),
        }
    }

    fn packed_literal(&mut self, byte: u8, count: usize) {
        if self.packing == Packing::PackedDots {
            self.emit(byte, 1);
        } else if count > 0 {
            self.token = Token::Literal(count);
        }
    }

    fn emit(&mut self, value: u8, times: usize) {
        let room = self.wanted - self.got;
        if times > room || (self.packing == Packing::PackedDots && value > LEVEL_MAX) {
            self.wrong(Code::GRAPHIC_DATA);
        }
        let times = times.min(room);
        self.got += times;
        if let Some(out) = &mut self.out {
            out.resize(self.got, value);
        }
        if self.got >= self.wanted && self.token != Token::None {
            // A literal goes on beyond the declared end: the rest is no part of the picture.
            self.token = Token::None;
            self.wrong(Code::GRAPHIC_DATA);
        }
    }

    /// The first thing that is wrong is what is told; counting goes on, so that the stream stays in step.
    fn wrong(&mut self, code: Code) {
        self.fault.get_or_insert(code);
        self.out = None;
    }
}
