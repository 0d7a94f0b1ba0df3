#![no_main]
//! See the target of this name in the library.

libfuzzer_sys::fuzz_target!(|data: &[u8]| cetak_fuzz::wire::evolis(data));
