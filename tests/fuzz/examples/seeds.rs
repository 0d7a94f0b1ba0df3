//! Writes the inputs that a corpus begins with: `cargo run --example seeds -- FOLDER`. Everything in them comes from
//! what dialects and firmwares say to each other; nobody's picture and nobody's name is in them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use cetak_drivers::evolis::download::{Depth, Download, Form, Panel};
use cetak_drivers::evolis::raster::{compress_bit_line, compress_dye_line};
use cetak_drivers::evolis::wire::Word;
use cetak_drivers::zebra::packing::{ColourPacker, MonoPacker};
use cetak_drivers::zebra::wire as zebra;
use cetak_fuzz::duet::undisturbed;
use cetak_fuzz::makers::{Maker, answers, commands};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("a folder is needed")?;
    let seeds = Seeds {
        folder: PathBuf::from(folder),
    };
    for (maker, name) in [
        (Maker::Evolis, "evolis"),
        (Maker::Zebra, "zebra"),
        (Maker::Magicard, "magicard"),
        (Maker::Matica, "matica"),
    ] {
        let wire = format!("wire_{name}");
        for (at, answer) in answers(maker).iter().enumerate() {
            seeds.write(&wire, &format!("answer-{at}"), &[&[0], *answer])?;
        }
        let all = answers(maker).concat();
        seeds.write(&wire, "answers", &[&[0], &all])?;
        seeds.write(&wire, "answers-1", &[&[1], &all])?;
        for (at, command) in commands(maker).iter().enumerate() {
            let selector = if maker == Maker::Evolis { 2 } else { 1 };
            seeds.write(&wire, &format!("command-{at}"), &[&[selector], *command])?;
        }
        conversations(&seeds, maker, name)?;
    }
    downloads(&seeds)?;
    packed(&seeds)?;
    others(&seeds)?;
    Ok(())
}

struct Seeds {
    folder: PathBuf,
}

impl Seeds {
    fn write(&self, target: &str, name: &str, parts: &[&[u8]]) -> Result<(), Box<dyn Error>> {
        let folder: &Path = &self.folder.join(target);
        fs::create_dir_all(folder)?;
        fs::write(folder.join(name), parts.concat())?;
        Ok(())
    }
}

/// A whole card between dialect and firmware, by model and option; either side's share, and the two together.
fn conversations(seeds: &Seeds, maker: Maker, name: &str) -> Result<(), Box<dyn Error>> {
    let number = Maker::ALL.iter().position(|other| *other == maker);
    let number = u8::try_from(number.unwrap_or_default())?;
    for model in 0..3 {
        for (options, more) in [(0, 0), (1, 0), (2, 1), (4, 0), (0xF0, 1), (0xF8, 0x84)] {
            for seed in [0, 5] {
                let choice = [model, options, more, 0];
                let (heard, ()) = undisturbed(maker, choice, seed, |_| ());
                let file = format!("card-{model}-{options:02x}-{more:02x}-{seed}");
                seeds.write(&format!("driver_{name}"), &file, &[&heard.driver])?;
                seeds.write(&format!("firmware_{name}"), &file, &[&heard.firmware])?;
                let head = [&[number], &choice[..], &[seed, 0]].concat();
                seeds.write("duet", &format!("{name}-{file}"), &[&head, &[0; 200]])?;
            }
        }
    }
    Ok(())
}

fn downloads(seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    for word in Word::CATALOGUE {
        let text = word.text().replace(';', "-");
        seeds.write(
            "wire_evolis",
            &format!("word-{text}"),
            &[&[2], &word.emit()],
        )?;
    }
    for (at, form) in [
        Form::Full,
        Form::Compressed { first: None },
        Form::Compressed { first: Some(3) },
        Form::Partial { first: 2, lines: 4 },
        Form::PartialCompressed { first: 1 },
    ]
    .into_iter()
    .enumerate()
    {
        let bytes = if at == 3 { 4 * 14 } else { 24 * 14 };
        let sent = Download {
            panel: Panel::ALL[0],
            depth: Depth::Levels128,
            form,
            data: vec![0x5A; bytes].into(),
        };
        seeds.write(
            "wire_evolis",
            &format!("download-{at}"),
            &[&[3], &sent.emit()],
        )?;
    }
    Ok(())
}

fn packed(seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let mut bits = Vec::new();
    for line in 0..24 {
        compress_bit_line(&[[0, 0], [0xFF, 0xFF], [0x0F, 0]][line % 3], &mut bits);
    }
    seeds.write("wire_evolis", "bits", &[&[4], &bits])?;
    let dots: Vec<u8> = (0..64).map(|dot| dot / 5 % 32).collect();
    let mut dye = Vec::new();
    compress_dye_line(&dots, 5, &mut dye);
    compress_dye_line(&[0; 64], 5, &mut dye);
    seeds.write("wire_evolis", "dye", &[&[5, 0, 1, 7], &dye])?;
    let mut mono = Vec::new();
    let mut packer = MonoPacker::new(&mut mono, 31);
    packer.take(&dots);
    packer.end();
    seeds.write("wire_zebra", "mono", &[&[2, 0, 64, 31], &mono])?;
    let mut colour = Vec::new();
    let mut packer = ColourPacker::new(&mut colour);
    packer.take(&dots);
    packer.end();
    seeds.write("wire_zebra", "colour", &[&[3, 0, 64], &colour])?;
    Ok(())
}

fn others(seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let words = [
        zebra::Word::SetInitiator(b'~'),
        zebra::Word::Contrast(zebra::Dye::Cyan, 7),
        zebra::Word::VarnishIntensity(3),
        zebra::Word::Area {
            packed: true,
            height: 640,
            width: 1024,
        },
    ];
    for (at, word) in words.into_iter().enumerate() {
        seeds.write("wire_zebra", &format!("word-{at}"), &[&[1], &word.emit()])?;
    }
    for (at, print) in zebra::Print::all().enumerate() {
        let word = zebra::Word::Print(print).emit();
        seeds.write("wire_zebra", &format!("print-{at}"), &[&[1], &word])?;
    }
    seeds.write("wire_zebra", "port", &[&[4, 0x18]])?;
    seeds.write("wire_magicard", "code", &[b"\x01No cards, 11:01(cA)"])?;
    seeds.write("wire_magicard", "plane", &[&[2, 1], &[0x0F; 84]])?;
    let items =
        b"\x01\x03\x02\xFF\x02\0\x0A\x03\x01\x02\0\x0B\x05\x04\0\0\x01\0\x0F\x04\x03AB1\0\0";
    seeds.write("wire_matica", "items", &[&[1], items])?;
    seeds.write(
        "wire_matica",
        "sense",
        &[&[2], b"\0\x02\xD1\0\x01\x02\0\x02"],
    )?;
    // Ask for the chip, let a firmware answer; then a script in both senses.
    seeds.write(
        "reader",
        "presence",
        &[&[0, 6, 1, 6, 0, 5, 0, 1, 5, 3, 0, 8]],
    )?;
    let step = b"\x05\x00\xA4\x04\x00\x00\x02\x90\x00";
    seeds.write(
        "reader",
        "run",
        &[&[2, 2], step, step, &[6, 6, 6, 5, 4, 9, 1, 0]],
    )?;
    seeds.write(
        "reader",
        "state",
        &[&[3, 1], step, &[5, 4, 5, 2, 7, 3], b"FFB"],
    )?;
    seeds.write(
        "reader",
        "silence",
        &[&[0, 9, 0x20, 0, 1, 4, 3], b"abc", &[9, 0x20, 0]],
    )?;
    Ok(())
}
