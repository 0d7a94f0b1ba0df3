//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    cetak::app::commands::run(cetak::interfaces::cli::parse())
}
