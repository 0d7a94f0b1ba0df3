//! Codes of the room itself: what `doctor` finds, and what a reload or a drawing refuses.

use super::Words;

const fn w(id: &'static str, en: &'static str) -> Words {
    Words::new(id, en)
}

/// Code, what it says, what helps.
pub(super) const CODES: &[(&str, Words, Words)] = &[
    (
        "DOCTOR_FOLDER",
        w("folder data {path}", "data folder {path}"),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_FOLDER_MISSING",
        w(
            "folder data {path} tidak ada atau tidak bisa dibuka",
            "the data folder {path} is not there or cannot be entered",
        ),
        w(
            "Buat folder itu dengan cetak.toml di dalamnya, atau sebut folder lain dengan --data.",
            "Make it with a cetak.toml inside, or name another one with --data.",
        ),
    ),
    (
        "DOCTOR_FOLDER_OPEN_TO_ALL",
        w(
            "folder data {path} bisa dibuka siapa saja",
            "the data folder {path} is open to everybody",
        ),
        w("chmod 750 {path}", "chmod 750 {path}"),
    ),
    (
        "DOCTOR_DISK_NEARLY_FULL",
        w(
            "ruang kosong di {path} tinggal {megabytes} MB",
            "only {megabytes} MB are free at {path}",
        ),
        w(
            "Kosongkan disk sebelum mencetak: kalau penuh, spooler berhenti.",
            "Make room before printing: on a full disk the spooler stops.",
        ),
    ),
    (
        "DOCTOR_CONFIG",
        w(
            "cetak.toml benar, mesin: {printers}",
            "cetak.toml is right, printers: {printers}",
        ),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_CONFIG_WRONG",
        w("cetak.toml salah: {what}", "cetak.toml is wrong: {what}"),
        w(
            "Perbaiki baris itu; docs/config.md memuat semua kunci.",
            "Mend that line; docs/config.md lists every key.",
        ),
    ),
    (
        "DOCTOR_LETTERHEAD",
        w(
            "kop kartu tidak muat: {what}",
            "the letterhead does not fit the card: {what}",
        ),
        w(
            "Persingkat [letterhead] di cetak.toml.",
            "Shorten [letterhead] in cetak.toml.",
        ),
    ),
    (
        "DOCTOR_STORE_NOT_MADE_YET",
        w(
            "data belum ada; dibuat waktu cetak serve pertama kali",
            "there is no store yet; the first cetak serve makes it",
        ),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_STORE_WRONG",
        w(
            "data bermasalah: {what}",
            "something is wrong with the store: {what}",
        ),
        w(
            "Jangan mencetak. Simpan salinan folder data, lalu pulihkan dari cadangan.",
            "Do not print. Keep a copy of the data folder, then restore a backup.",
        ),
    ),
    (
        "DOCTOR_JOURNAL",
        w(
            "catatan utuh, {entries} baris",
            "the journal is whole, {entries} entries",
        ),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_BOOKS",
        w("buku blangko cocok", "the books of blanks balance"),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_SPOOLER_RUNS",
        w(
            "spooler berjalan; mesin dilihat dengan cetak printers",
            "the spooler runs; see the printers with cetak printers",
        ),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_SPOOLER_STANDS",
        w("spooler tidak berjalan", "the spooler does not run"),
        w("Jalankan cetak serve.", "Run cetak serve."),
    ),
    (
        "DOCTOR_ENDPOINT",
        w(
            "{printer}: {endpoint} bisa dibuka",
            "{printer}: {endpoint} can be opened",
        ),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_ENDPOINT_WRONG",
        w(
            "{printer}: {endpoint} tidak bisa dibuka: {what}",
            "{printer}: {endpoint} cannot be opened: {what}",
        ),
        w(
            "Periksa kabel, nama port di cetak.toml, dan program lain yang memakainya.",
            "Check the cable, the port's name in cetak.toml, and other programs that use it.",
        ),
    ),
    (
        "DOCTOR_ENDPOINT_MAY_MOVE",
        w(
            "{printer}: {endpoint} bisa berpindah ke mesin lain sesudah mati hidup",
            "{printer}: {endpoint} may be another printer after the next start",
        ),
        w(
            "Pakai nama di /dev/serial/by-id.",
            "Use the name under /dev/serial/by-id.",
        ),
    ),
    (
        "CONFIG_WRONG",
        w(
            "cetak.toml salah, jadi tidak dipakai: {what}",
            "cetak.toml is wrong, so it is not used: {what}",
        ),
        w(
            "Perbaiki, lalu cetak reload lagi.",
            "Mend it, then cetak reload again.",
        ),
    ),
    (
        "CONFIG_NEEDS_RESTART",
        w(
            "room, training, zone atau letterhead berubah; reload tidak cukup",
            "room, training, zone or letterhead changed; a reload is not enough",
        ),
        w(
            "Hentikan cetak serve dan jalankan lagi.",
            "Stop cetak serve and start it again.",
        ),
    ),
    (
        "SIMULATED_PRINTER",
        w(
            "mesin ini simulasi; ruang cetak kantor tidak memakainya",
            "this printer is simulated; an office's room does not use it",
        ),
        w(
            "Betulkan endpoint di cetak.toml, atau pakai folder data latihan.",
            "Mend the endpoint in cetak.toml, or use a training data folder.",
        ),
    ),
    (
        "HELD_LETTERHEAD_DOES_NOT_FIT",
        w(
            "kop kartu tidak muat, jadi tidak ada kartu yang bisa digambar",
            "the letterhead does not fit, so no card can be drawn",
        ),
        w(
            "Persingkat [letterhead] di cetak.toml, jalankan lagi, lalu cetak release {job}.",
            "Shorten [letterhead] in cetak.toml, start again, then cetak release {job}.",
        ),
    ),
    (
        "HELD_DRAWING_FAILED",
        w(
            "kartu ini tidak bisa digambar karena kesalahan program",
            "this card cannot be drawn, by a defect of the program",
        ),
        w(
            "Ganti fotonya dan kirim dengan kunci baru; laporkan kepada pembuat program.",
            "Replace the photo and submit under a new key; tell the makers of the program.",
        ),
    ),
];
