//! The drivers' parsers by themselves: any bytes, cut anywhere; what parses is emitted as it was.

use std::fmt::Debug;

use cetak_drivers::evolis::{self, Handshake, download, raster};
use cetak_drivers::magicard::{self, models::Speech};
use cetak_drivers::matica::{self, info, sense::Sense};
use cetak_drivers::zebra::{self, packing};

use super::feed::Feed;

/// A small card: 24 lines of 16 dots.
const SMALL: download::Geometry = download::Geometry {
    lines: 24,
    columns: 16,
};
/// Longest text of an error or a fault that may come of any answer. Unit: characters.
const TEXT_MAX: usize = 128;

/// What differs between the makers' cutters of a stream into answers.
trait Cutter {
    type Reply: Debug + PartialEq;
    fn take(&mut self, bytes: &[u8]);
    fn pop(&mut self) -> Option<Self::Reply>;
    fn is_partial(&self) -> bool;
}

macro_rules! cutter {
    ($replies:ty, $reply:ty) => {
        impl Cutter for $replies {
            type Reply = $reply;
            fn take(&mut self, bytes: &[u8]) {
                self.take(bytes);
            }
            fn pop(&mut self) -> Option<$reply> {
                self.pop()
            }
            fn is_partial(&self) -> bool {
                self.is_partial()
            }
        }
    };
}

cutter!(evolis::wire::Replies, evolis::wire::Reply);
cutter!(zebra::wire::Replies, zebra::wire::Reply);
cutter!(magicard::wire::Replies, magicard::wire::Reply);

/// The answers of a stream that is cut behind every byte, and whether one has begun at its end. They must be those of
/// the same stream in one piece: `lost` are answers that a cutter whose room is bounded may then have dropped.
fn answers<C: Cutter>(make: impl Fn() -> C, bytes: &[u8], room: usize) -> (Vec<C::Reply>, C) {
    let mut single = make();
    let mut each = Vec::new();
    for byte in bytes {
        single.take(&[*byte]);
        each.extend(std::iter::from_fn(|| single.pop()));
    }
    let mut whole = make();
    whole.take(bytes);
    let at_once: Vec<_> = std::iter::from_fn(|| whole.pop()).collect();
    assert!(at_once.len() <= each.len().min(room));
    assert_eq!(at_once, each[each.len() - at_once.len()..]);
    assert_eq!(at_once.len(), each.len().min(room));
    assert_eq!(whole.is_partial(), single.is_partial());
    (each, single)
}

/// Answers, text commands, downloads and the compressed forms of Evolis.
pub fn evolis(data: &[u8]) {
    let mut feed = Feed::new(data);
    match feed.choice(6) {
        choice @ (0 | 1) => {
            let handshake = if choice == 0 {
                Handshake::Replies
            } else {
                Handshake::AckNack
            };
            let make = || evolis::wire::Replies::new(handshake);
            let (mut replies, mut rest) = answers(make, feed.all(), usize::MAX);
            rest.end_partial();
            assert!(!rest.is_partial());
            replies.extend(rest.pop());
            for reply in &replies {
                match evolis::status::classify(reply) {
                    evolis::status::Said::Fault(fault) => short(&fault),
                    evolis::status::Said::Ok | evolis::status::Said::Text(_) => {}
                }
                if let evolis::wire::Reply::Text(text) = reply {
                    // Bytes that are no UTF-8 become three each.
                    assert!(text.len() <= evolis::wire::REPLY_BYTES_MAX * 3);
                }
            }
        }
        2 => {
            let bytes = feed.all();
            if let Ok((word, used)) = evolis::wire::Word::parse(bytes) {
                assert_eq!(word.emit(), &bytes[..used]);
            }
        }
        3 => {
            let bytes = feed.all();
            if let Ok((sent, used)) = download::Download::parse(bytes, SMALL) {
                assert_eq!(sent.emit(), &bytes[..used]);
                assert!(sent.data.len() <= SMALL.lines * SMALL.columns * 2);
            }
        }
        4 => {
            let bytes = feed.all();
            if let Ok(plain) = raster::expand_bits(bytes, SMALL) {
                assert_eq!(plain.len(), SMALL.panel_bytes(1));
                let mut packed = Vec::new();
                for line in plain.chunks_exact(SMALL.line_bytes(1)) {
                    raster::compress_bit_line(line, &mut packed);
                }
                assert_eq!(raster::expand_bits(&packed, SMALL).as_ref(), Ok(&plain));
            }
        }
        _ => {
            let bits = 5 + feed.choice(3);
            let lines = 1 + feed.choice(4);
            let columns = 8 * (1 + feed.choice(90));
            let bytes = feed.all();
            if let Ok(dots) = raster::expand_dye(bytes, bits, lines, columns) {
                assert_eq!(dots.len(), lines * columns);
                let mut packed = Vec::new();
                for line in dots.chunks_exact(columns) {
                    raster::compress_dye_line(line, bits, &mut packed);
                }
                let again = raster::expand_dye(&packed, bits, lines, columns);
                assert_eq!(again.as_ref(), Ok(&dots));
                let mut plain = vec![0; columns * bits / 8];
                let mut back = vec![0; columns];
                for line in dots.chunks_exact(columns) {
                    raster::pack_line(line, bits, &mut plain);
                    raster::unpack_line(&plain, bits, &mut back);
                    assert_eq!(back, line);
                }
            }
        }
    }
}

/// Answers, text commands and the two packings of Zebra.
pub fn zebra(data: &[u8]) {
    let mut feed = Feed::new(data);
    match feed.choice(5) {
        0 => {
            let bytes = feed.all();
            let (mut replies, mut rest) = answers(zebra::wire::Replies::default, bytes, usize::MAX);
            rest.end_partial();
            assert!(!rest.is_partial());
            replies.extend(rest.pop());
            for reply in &replies {
                match zebra::status::classify(reply) {
                    zebra::status::Said::Fault(fault) => short(&fault),
                    zebra::status::Said::Text(text) => {
                        assert!(text.len() <= zebra::wire::TEXT_BYTES_MAX * 3);
                        if let Some(passes) = zebra::status::passes(&text) {
                            assert!(text.contains(&passes.to_string()));
                        }
                    }
                    zebra::status::Said::Ok
                    | zebra::status::Said::InEncoder(_)
                    | zebra::status::Said::Broken => {}
                }
            }
        }
        1 => {
            let bytes = feed.all();
            if let Ok((word, used)) = zebra::wire::Word::parse(bytes) {
                assert_eq!(word.emit(), &bytes[..used]);
            }
        }
        2 => {
            let plain = usize::from(feed.number() % 2048);
            let literal = feed.choice(130);
            let bytes = feed.all();
            if let Ok((dots, used)) = packing::expand_mono(bytes, plain) {
                assert!(used <= bytes.len() && dots.len() == plain);
                let mut packed = Vec::new();
                let mut packer = packing::MonoPacker::new(&mut packed, literal);
                packer.take(&dots);
                packer.end();
                let all = packed.len();
                assert_eq!(packing::expand_mono(&packed, plain), Ok((dots, all)));
            }
        }
        3 => {
            let count = usize::from(feed.number() % 2048);
            let bytes = feed.all();
            if let Ok((dots, used)) = packing::expand_colour(bytes, count) {
                assert!(used <= bytes.len() && dots.len() == count);
                let mut packed = Vec::new();
                let mut packer = packing::ColourPacker::new(&mut packed);
                packer.take(&dots);
                packer.end();
                let all = packed.len();
                assert_eq!(packing::expand_colour(&packed, count), Ok((dots, all)));
            }
        }
        _ => {
            if let Err(fault) = zebra::status::port_fault(feed.byte()) {
                short(&fault);
            }
            let text = String::from_utf8_lossy(feed.all());
            zebra::status::passes(&text);
        }
    }
}

/// Replies, readings and planes of Magicard.
pub fn magicard(data: &[u8]) {
    let mut feed = Feed::new(data);
    match feed.choice(3) {
        0 => {
            let mut reading = magicard::status::Reading::default();
            let (replies, _) = answers(magicard::wire::Replies::default, feed.all(), 64);
            for reply in &replies {
                reading.learn(reply);
                reading.film_is_used_up();
                reading.cleaning_is_due();
                let evidence = reading.evidence();
                let text = evidence.unit.as_deref().unwrap_or_default();
                assert!(text.len() <= magicard::wire::REPLY_BYTES_MAX * 3);
                for code in [reading.code, reading.code_in_text].into_iter().flatten() {
                    if let Some(fault) = magicard::status::fault_of(code, &[]) {
                        short(&fault);
                    }
                }
            }
        }
        1 => {
            let text = String::from_utf8_lossy(feed.all());
            if let Some((code, _)) = magicard::status::code_in(&text) {
                assert!(text.contains(&code.to_string()), "{code} in {text:?}");
            }
        }
        _ => {
            let layouts = magicard::models::MODELS.iter().map(|model| model.layout);
            let bits = feed.choice(8);
            let plane = feed.all();
            for layout in layouts {
                let row = layout.row_bytes() * bits;
                let dots = magicard::raster::unpack(layout, bits, plane);
                let whole = row > 0 && plane.len().is_multiple_of(row);
                assert_eq!(dots.is_some(), whole);
                if let Some(dots) = dots {
                    assert_eq!(dots.len(), plane.len() / row * magicard::raster::HEAD_DOTS);
                }
            }
        }
    }
    // What is asked is no reply.
    let mut replies = magicard::wire::Replies::default();
    let key = magicard::wire::Key::ALL[feed.choice(8)];
    for speech in [Speech::Enduro, Speech::Rio] {
        replies.take(&magicard::wire::Question::Value(key).emit(speech));
        assert_eq!(replies.pop(), Some(magicard::wire::Reply::Other));
    }
}

/// Messages, greetings, places and status items of Matica.
pub fn matica(data: &[u8]) {
    let mut feed = Feed::new(data);
    match feed.choice(3) {
        0 => messages(feed.all()),
        1 => {
            let payload = feed.all();
            if let Ok(told) = info::read(payload) {
                told.ribbon_left();
                told.ribbon_name();
                if let Some(info::State::Stopped(sense)) = told.state {
                    short(&sense.fault());
                }
            }
            let lot = info::lot(payload).unwrap_or_default();
            assert!(lot.len() <= usize::from(u8::MAX));
            let mut read = 0;
            for (_, value) in info::items(payload).flatten() {
                read += value.len();
            }
            assert!(read <= payload.len());
        }
        _ => {
            let result = u32::from_be_bytes([feed.byte(), feed.byte(), feed.byte(), feed.byte()]);
            let sense = Sense::of(result);
            sense.kind();
            short(&sense.fault());
            matica::wire::place(feed.all());
        }
    }
}

fn messages(bytes: &[u8]) {
    let mut single = matica::wire::Messages::default();
    let mut each = Vec::new();
    let mut lost = false;
    for byte in bytes {
        single.take(&[*byte]);
        loop {
            match single.pop() {
                Ok(Some(message)) => each.push(message),
                Ok(None) => break,
                Err(_) => {
                    lost = true;
                    break;
                }
            }
        }
    }
    assert_eq!(lost, single.is_lost());
    let mut whole = matica::wire::Messages::default();
    whole.take(bytes);
    let mut at_once = Vec::new();
    while let Ok(Some(message)) = whole.pop() {
        at_once.push(message);
    }
    assert_eq!(at_once, each);
    assert_eq!(whole.is_lost(), lost);
    let mut at = 0;
    for message in &each {
        let again = message.emit();
        assert_eq!(again, &bytes[at..at + again.len()]);
        at += again.len();
        assert!(message.payload.len() <= matica::wire::WORDS_MAX * 4);
        if let Some(greeting) = matica::wire::Greeting::read(message, 30) {
            assert!(greeting.unit().len() <= 10 + 16 + 32 + 2);
        }
        matica::wire::place(&message.payload);
        short(&Sense::of(message.result).fault());
    }
}

/// A fault is shown to people and kept: it must not carry a printer's megabyte.
fn short(fault: &impl Debug) {
    let shown = format!("{fault:?}");
    assert!(shown.chars().count() <= TEXT_MAX, "{shown}");
}
