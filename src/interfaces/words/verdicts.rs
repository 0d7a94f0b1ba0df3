//! Words for the codes of the office's rules.

use super::Words;
use crate::domain::rules;

const fn w(id: &'static str, en: &'static str) -> Words {
    Words::new(id, en)
}

/// Codes of the rules: Indonesian and what helps; their English stands in [`rules::CODES`].
pub(super) const RULES: &[(&str, &str, Words)] = &[
    (
        rules::REJECTED_OFFICE_NIK_IN_TRAINING,
        "data latihan hanya menerima NIK kecamatan 99",
        w(
            "Kirim data orang sungguhan ke ruang cetak kantor, bukan ke latihan.",
            "Submit real people's records to the office's room, not to a training one.",
        ),
    ),
    (
        rules::REJECTED_SPECIMEN_IN_OFFICE,
        "NIK kecamatan 99 bukan milik siapa pun",
        w(
            "Data contoh hanya untuk latihan; pakai folder data latihan.",
            "Specimen records are for training; use a training data folder.",
        ),
    ),
    (
        rules::REJECTED_TEST_CARD,
        "kartu uji dipesan di mesinnya, bukan dikirim",
        w(
            "Pesan di mesinnya: cetak printer P test-card",
            "Order it at its printer: cetak printer P test-card",
        ),
    ),
    (
        rules::REJECTED_BORN_IN_FUTURE,
        "tanggal lahir sesudah hari ini",
        w(
            "Perbaiki tanggal lahir dan kirim dengan kunci baru.",
            "Correct the birth date and submit under a new key.",
        ),
    ),
    (
        rules::REJECTED_KIA_TOO_OLD,
        "anak sudah berusia 17 tahun atau lebih dan memerlukan KTP-el",
        w(
            "Ajukan KTP-el dengan kunci baru.",
            "Submit a KTP-el under a new key.",
        ),
    ),
    (
        rules::REJECTED_KIA_WRONG_KIND,
        "usia anak memerlukan jenis KIA yang lain",
        w(
            "Di bawah lima tahun kia_0_5, sesudahnya kia_5_17; kirim dengan kunci baru.",
            "Under five kia_0_5, after that kia_5_17; submit under a new key.",
        ),
    ),
    (
        rules::REJECTED_DUPLICATE_RECORD,
        "data ganda di pusat; harus dibersihkan di sana dulu",
        w(
            "Minta pusat menghapus data ganda, lalu kirim dengan kunci baru.",
            "Have the centre clean it up, then submit under a new key.",
        ),
    ),
    (
        rules::REJECTED_ALREADY_OPEN,
        "sudah ada permohonan yang berjalan untuk orang dan produk ini",
        w(
            "Selesaikan atau batalkan permohonan yang berjalan: cetak job {open}",
            "Finish or cancel the open job: cetak job {open}",
        ),
    ),
    (
        rules::HELD_NOT_PRR,
        "data belum PRR",
        w(
            "Tunggu sampai PRR, lalu: cetak release {job}",
            "Wait until the centre says PRR, then: cetak release {job}",
        ),
    ),
    (
        rules::HELD_NEEDS_REPRINT_REASON,
        "kartu sudah pernah dicetak; sebutkan hilang, rusak, atau perubahan data",
        w(
            "Batalkan (cetak cancel {job}) dan kirim dengan alasan lost, damaged atau data_change.",
            "Cancel it (cetak cancel {job}) and submit with lost, damaged or data_change.",
        ),
    ),
    (
        rules::HELD_UNDER_AGE,
        "belum 17 tahun dan belum pernah kawin",
        w(
            "Lepaskan pada hari ulang tahun ke-17: cetak release {job}",
            "Release it on the 17th birthday: cetak release {job}",
        ),
    ),
    (
        rules::HELD_NO_POLICE_LETTER,
        "hilang: nomor atau tanggal surat kehilangan belum ada",
        w(
            "Catat surat kehilangannya, lalu: cetak release {job}",
            "See the police letter, then: cetak release {job}",
        ),
    ),
    (
        rules::HELD_PHOTO_MISSING,
        "foto belum ada",
        w(
            "Batalkan (cetak cancel {job}) dan kirim dengan foto dan kunci baru.",
            "Cancel it (cetak cancel {job}) and submit it with the photo under a new key.",
        ),
    ),
    (
        rules::HELD_NO_PERMIT_EXPIRY,
        "tanggal akhir izin tinggal (valid_until) belum ada",
        w(
            "Batalkan (cetak cancel {job}) dan kirim dengan valid_until dan kunci baru.",
            "Cancel it (cetak cancel {job}) and submit it with valid_until under a new key.",
        ),
    ),
    (
        rules::HELD_PERMIT_EXPIRED,
        "izin tinggal sudah berakhir",
        w(
            "Minta izin yang baru, batalkan (cetak cancel {job}) dan kirim dengan kunci baru.",
            "Ask for the new permit, cancel (cetak cancel {job}) and submit under a new key.",
        ),
    ),
    (
        rules::HELD_CITIZENSHIP_MISMATCH,
        "kewarganegaraan dan produk tidak cocok",
        w(
            "Batalkan (cetak cancel {job}) dan kirim dengan produk yang sesuai dan kunci baru.",
            "Cancel it (cetak cancel {job}) and submit the right product under a new key.",
        ),
    ),
    (
        rules::WARN_NIK_BIRTH_DATE,
        "NIK dan tanggal lahir berbeda",
        w(
            "Hanya peringatan: NIK tidak berubah walau data diperbaiki.",
            "Only a warning: a NIK never changes, even when the data were corrected.",
        ),
    ),
    (
        rules::WARN_NIK_SEX,
        "NIK dan jenis kelamin berbeda",
        w(
            "Hanya peringatan: NIK tidak berubah walau data diperbaiki.",
            "Only a warning: a NIK never changes, even when the data were corrected.",
        ),
    ),
    (
        rules::WARN_NIK_REGION,
        "provinsi atau kabupaten/kota di NIK tidak dikenal",
        w(
            "Hanya peringatan: daerah bisa dimekarkan.",
            "Only a warning: regions split and merge.",
        ),
    ),
    (
        rules::WARN_KIA_SHORT,
        "masa berlaku KIA kurang dari 90 hari",
        w(
            "Hanya peringatan: tawarkan menunggu kartu berikutnya.",
            "Only a warning: offer to wait for the next card.",
        ),
    ),
    (
        rules::WARN_KIA_VALID_UNTIL,
        "valid_until berbeda dari hitungan usia anak",
        w(
            "Hanya peringatan: yang dicetak adalah hitungan usia anak.",
            "Only a warning: the date from the child's age is printed.",
        ),
    ),
    (
        rules::WARN_NO_EVIDENCE,
        "nomor surat pendukung belum ada",
        w(
            "Hanya peringatan: lengkapi di berkas permohonan.",
            "Only a warning: complete the file.",
        ),
    ),
];
