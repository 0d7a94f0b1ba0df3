//! Codes of requests that the door or the config refuses, and of the doctor's findings.

use super::Words;

const fn w(id: &'static str, en: &'static str) -> Words {
    Words::new(id, en)
}

const SAME_VERSION: Words = w(
    "Pakai perintah cetak dari versi yang sama dengan spooler.",
    "Use a cetak command of the spooler's own version.",
);
const ONE_LINE: Words = w(
    "Tulis beberapa kata dalam satu baris, tanpa data pribadi.",
    "Write some words on one line, without personal data.",
);
const LOOK_FIRST: Words = w(
    "Belum tentu dijalankan: lihat keadaannya sebelum mengulang.",
    "It may have been done: see how things stand before you repeat.",
);

/// Requests that were refused before the spooler saw them.
pub(super) const DOORS: &[(&str, Words, Words)] = &[
    (
        "BAD_JSON",
        w(
            "permintaan bukan JSON (baris {line}, kolom {column})",
            "the request is no JSON (line {line}, column {column})",
        ),
        SAME_VERSION,
    ),
    (
        "BAD_BODY",
        w(
            "isi permintaan tidak sesuai (baris {line}, kolom {column})",
            "the request's body is not what is expected (line {line}, column {column})",
        ),
        SAME_VERSION,
    ),
    (
        "BAD_QUERY",
        w("saringan tidak dikenal", "unknown filter or value"),
        SAME_VERSION,
    ),
    (
        "BAD_JOB_ID",
        w("itu bukan nomor job", "that is no job id"),
        w("Tulis seperti TPI-1-000123.", "Write it like TPI-1-000123."),
    ),
    (
        "BAD_UID",
        w("itu bukan nomor blangko", "that is no blank's number"),
        w(
            "Pindai lagi: 4 sampai 32 huruf, angka atau tanda hubung.",
            "Scan it again: 4 to 32 letters, digits or hyphens.",
        ),
    ),
    (
        "BAD_PROPOSAL_NUMBER",
        w("itu bukan nomor usulan", "that is no proposal's number"),
        w(
            "Lihat yang menunggu: cetak questions",
            "See what waits: cetak questions",
        ),
    ),
    (
        "NO_SUCH_STATE",
        w("keadaan itu tidak ada", "there is no such state"),
        w(
            "Lihat keadaan yang ada: cetak jobs --help",
            "See the states: cetak jobs --help",
        ),
    ),
    (
        "TOO_MANY_RECORDS",
        w(
            "lebih dari {limit} data dalam satu permintaan",
            "more than {limit} records in one request",
        ),
        w(
            "Kirim dalam bagian yang lebih kecil.",
            "Send smaller parts.",
        ),
    ),
    (
        "NO_PIECES",
        w("jumlahnya nol", "the count is zero"),
        w(
            "Tulis jumlah keping, paling sedikit 1.",
            "Give a count of at least 1.",
        ),
    ),
    (
        "TEXT_EMPTY",
        w("alasan atau nomor kosong", "the reason or number is empty"),
        ONE_LINE,
    ),
    (
        "TEXT_TOO_LONG",
        w(
            "teks lebih dari {limit} karakter",
            "the text is longer than {limit} characters",
        ),
        ONE_LINE,
    ),
    (
        "TEXT_CONTROL_CHARACTER",
        w(
            "ada ganti baris atau karakter kendali lain",
            "the text holds a line break or another control character",
        ),
        ONE_LINE,
    ),
    (
        "TEXT_HOLDS_NIK",
        w(
            "teks memuat angka sepanjang NIK",
            "the text holds a number as long as a NIK",
        ),
        w(
            "Tulis tanpa NIK: catatan ini disimpan selamanya.",
            "Write it without the NIK: this note stays for ever.",
        ),
    ),
    (
        "BAD_AS_NAME",
        w(
            "nama untuk --as tidak bisa dipakai",
            "the name for --as cannot be used",
        ),
        w(
            "Pakai nama pendek tanpa spasi.",
            "Use a short name without spaces.",
        ),
    ),
    (
        "BODY_BROKEN",
        w(
            "permintaan tidak sampai utuh",
            "the request did not come whole",
        ),
        w("Ulangi perintahnya.", "Repeat the command."),
    ),
    (
        "BODY_LATE",
        w(
            "permintaan tidak sampai pada waktunya",
            "the request did not come in time",
        ),
        w("Ulangi perintahnya.", "Repeat the command."),
    ),
    (
        "BODY_TOO_LARGE",
        w(
            "permintaan lebih dari {limit} bita",
            "the request is longer than {limit} bytes",
        ),
        w(
            "Kirim dalam bagian yang lebih kecil.",
            "Send smaller parts.",
        ),
    ),
    (
        "AS_ONLY_IN_TRAINING",
        w(
            "--as hanya untuk data latihan",
            "--as is for training stores only",
        ),
        w(
            "Orang kedua masuk dengan namanya sendiri dan menjalankan perintah itu tanpa --as.",
            "The second person logs in under their own name and runs it without --as.",
        ),
    ),
    (
        "NO_SUCH_PATH",
        w(
            "spooler tidak mengenal alamat itu",
            "the spooler does not know that path",
        ),
        SAME_VERSION,
    ),
    (
        "METHOD_NOT_ALLOWED",
        w(
            "cara itu tidak untuk alamat ini",
            "that path has no such method",
        ),
        SAME_VERSION,
    ),
    (
        "ANSWER_LATE",
        w(
            "spooler tidak menjawab pada waktunya",
            "the spooler gave no answer in time",
        ),
        LOOK_FIRST,
    ),
    (
        "STOPPING",
        w("spooler sedang berhenti", "the spooler is stopping"),
        w(
            "Tunggu, jalankan lagi (cetak serve), lihat keadaannya, lalu ulangi.",
            "Wait, start it again (cetak serve), see how things stand, then repeat.",
        ),
    ),
    (
        "STORE_UNREADABLE",
        w("data tidak bisa dibaca", "the store cannot be read"),
        w("Periksa: cetak doctor", "Examine it: cetak doctor"),
    ),
    (
        "UNEXPECTED_ANSWER",
        w(
            "spooler menjawab hal lain; ini cacat program",
            "the spooler answered something else; this is a defect of ours",
        ),
        LOOK_FIRST,
    ),
    (
        "CONFIG_WRONG",
        w(
            "konfigurasi salah; tidak ada yang diubah: {what}",
            "the config is wrong and nothing was changed: {what}",
        ),
        w(
            "Perbaiki cetak.toml, lalu: cetak reload",
            "Correct cetak.toml, then: cetak reload",
        ),
    ),
    (
        "CONFIG_NEEDS_RESTART",
        w(
            "ruang, latihan, zona waktu atau kepala surat berubah; tidak ada yang diubah",
            "room, training, zone or letterhead differ, and nothing was changed",
        ),
        w(
            "Hentikan spooler dan jalankan lagi: cetak serve",
            "Stop the spooler and start it again: cetak serve",
        ),
    ),
];

/// What `doctor` finds.
pub(super) const FINDINGS: &[(&str, Words, Words)] = &[
    (
        "DOCTOR_FOLDER",
        w("folder data: {path}", "data folder: {path}"),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_FOLDER_MISSING",
        w(
            "folder data {path} tidak ada atau tidak bisa dibuka",
            "the data folder {path} is not there or cannot be opened",
        ),
        w(
            "Buat foldernya dengan cetak.toml di dalamnya, atau sebut folder lain dengan --data.",
            "Make it with a cetak.toml in it, or name another folder with --data.",
        ),
    ),
    (
        "DOCTOR_FOLDER_OPEN_TO_ALL",
        w(
            "folder data {path} terbuka untuk semua orang",
            "the data folder {path} is open to everybody",
        ),
        w("Jalankan: chmod 750 {path}", "Run: chmod 750 {path}"),
    ),
    (
        "DOCTOR_DISK_NEARLY_FULL",
        w(
            "ruang kosong tinggal {megabytes} MB di {path}",
            "only {megabytes} MB are free in {path}",
        ),
        w(
            "Kosongkan ruang: tanpa ruang spooler berhenti.",
            "Make room: without it the spooler stops.",
        ),
    ),
    (
        "DOCTOR_CONFIG",
        w(
            "cetak.toml: {printers} mesin",
            "cetak.toml: {printers} printers",
        ),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_IDENTITY",
        w(
            "mesin {printer}: pembuat {maker}, model {model}, nomor seri {serial}, firmware {firmware}, ribbon {ribbon}",
            "printer {printer}: maker {maker}, model {model}, serial number {serial}, firmware {firmware}, ribbon {ribbon}",
        ),
        w(
            "Dalam kurung: dari cetak.toml; tanda tanya: tidak bisa ditanyakan.",
            "In brackets: from cetak.toml; a question mark: it cannot be asked.",
        ),
    ),
    (
        "DOCTOR_OTHER_MODEL",
        w(
            "mesin {printer} mengaku {model}; profile di cetak.toml bukan itu",
            "printer {printer} says that it is {model}; its profile in cetak.toml is another",
        ),
        w(
            "Betulkan profile di cetak.toml, lalu: cetak reload",
            "Correct the profile in cetak.toml, then: cetak reload",
        ),
    ),
    (
        "DOCTOR_NO_ANSWER",
        w(
            "mesin {printer} tersambung tetapi tidak menjawab siapa dia",
            "printer {printer} is connected and does not say who it is",
        ),
        w(
            "Nyalakan mesinnya; periksa profile dan kecepatan portnya di cetak.toml.",
            "Switch it on; check its profile and the port's speed in cetak.toml.",
        ),
    ),
    (
        "DOCTOR_CONFIG_WRONG",
        w("cetak.toml salah: {what}", "cetak.toml is wrong: {what}"),
        w(
            "Perbaiki baris itu; docs/config.md menjelaskan setiap kunci.",
            "Correct that line; docs/config.md describes every key.",
        ),
    ),
    (
        "DOCTOR_LETTERHEAD",
        w(
            "kepala surat tidak bisa dipakai: {what}",
            "the letterhead cannot be used: {what}",
        ),
        w(
            "Singkat teks kepala surat di cetak.toml.",
            "Shorten the letterhead's texts in cetak.toml.",
        ),
    ),
    (
        "DOCTOR_STORE_NOT_MADE_YET",
        w("penyimpanan belum dibuat", "the store is not made yet"),
        w(
            "Dibuat saat pertama kali: cetak serve",
            "The first cetak serve makes it.",
        ),
    ),
    (
        "DOCTOR_STORE_WRONG",
        w(
            "penyimpanan bermasalah: {what}",
            "the store is damaged: {what}",
        ),
        w(
            "Jangan mencetak. Simpan salinan folder data dan pulihkan dari cadangan.",
            "Do not print. Keep a copy of the data folder and restore a backup.",
        ),
    ),
    (
        "DOCTOR_JOURNAL",
        w(
            "jurnal utuh: {entries} catatan",
            "the journal is whole: {entries} entries",
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
        w("spooler berjalan", "the spooler runs"),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_SPOOLER_STANDS",
        w("spooler tidak berjalan", "the spooler does not run"),
        w("Jalankan: cetak serve", "Start it: cetak serve"),
    ),
    (
        "DOCTOR_ENDPOINT",
        w(
            "mesin {printer} terjangkau: {endpoint}",
            "printer {printer} is reached: {endpoint}",
        ),
        w("Tidak perlu apa-apa.", "Nothing to do."),
    ),
    (
        "DOCTOR_ENDPOINT_WRONG",
        w(
            "mesin {printer} tidak terjangkau di {endpoint}: {what}",
            "printer {printer} is not reached at {endpoint}: {what}",
        ),
        w(
            "Periksa kabel, daya dan alamatnya di cetak.toml.",
            "Check cable, power and its endpoint in cetak.toml.",
        ),
    ),
    (
        "DOCTOR_ENDPOINT_MAY_MOVE",
        w(
            "alamat mesin {printer} bisa berpindah setelah dicabut: {endpoint}",
            "the endpoint of printer {printer} may move once it is unplugged: {endpoint}",
        ),
        w(
            "Pakai nama tetap, seperti /dev/serial/by-id/...",
            "Use a stable name, like /dev/serial/by-id/...",
        ),
    ),
];
