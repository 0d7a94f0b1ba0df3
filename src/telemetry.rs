//! The log: fields, not prose, on standard error. No personal data: what carries any prints its mask.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The variable that says how much is logged (`info`, `cetak=debug`, `cetak_drivers=trace`).
pub const VARIABLE: &str = "CETAK_LOG";

/// Starts the log of this process. A second call does nothing.
pub fn start(default: &str) {
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(true);
    // Only a process that already has a log refuses, and then that one is used.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
}

/// The bytes of every link go into this file, headers and answers as they are and payloads as length and hash; nothing is
/// logged otherwise. A second call does nothing.
pub fn start_in_file(file: std::fs::File) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::sync::Mutex::new(file))
        .with_ansi(false)
        .with_target(false);
    let _ = tracing_subscriber::registry()
        .with(EnvFilter::new("cetak_drivers=trace"))
        .with(lines)
        .try_init();
}
