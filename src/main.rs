//! Arguments in, exit code out.

use std::process::ExitCode;

use cetak::app::{ServeOptions, serve};

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let mut options = ServeOptions {
        data: "cetak-data".into(),
        clock: None,
        json: false,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--data" => options.data = words.next().unwrap_or_default().into(),
            "--json" => options.json = true,
            "--clock" => options.clock = words.next().and_then(|text| text.parse().ok()),
            _ => {}
        }
    }
    cetak::telemetry::start("info");
    match serve(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cetak: {error}");
            ExitCode::FAILURE
        }
    }
}
