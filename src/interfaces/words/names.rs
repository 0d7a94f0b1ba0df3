//! Names of states, printers' words, accounts and steps, by the names that store and API spell.

use super::Words;

type Named = (&'static str, Words);

const fn n(name: &'static str, id: &'static str, en: &'static str) -> Named {
    (name, Words::new(id, en))
}

/// `domain::job::JobState`.
pub(super) const STATES: &[Named] = &[
    n("received", "Diterima", "received"),
    n("held", "Ditahan", "held"),
    n("queued", "Antre cetak", "queued"),
    n("assigned", "Dialokasikan ke mesin", "assigned"),
    n("encoding", "Mengisi chip", "writing the chip"),
    n("encoded", "Chip terisi, menunggu cetak", "chip written"),
    n("printing", "Sedang dicetak", "printing"),
    n("in_doubt", "Perlu dicek di mesin", "in doubt"),
    n(
        "printed",
        "Tercetak, periksa hasil",
        "printed, to be checked",
    ),
    n("spoiled", "Gagal, blangko rusak", "spoiled"),
    n("ready", "Siap diambil", "ready"),
    n("in_delivery", "Dibawa petugas", "in delivery"),
    n("handed_over", "Sudah diserahkan", "handed over"),
    n("withdrawn", "Ditarik", "withdrawn"),
    n("rejected", "Ditolak", "rejected"),
    n("cancelled", "Dibatalkan", "cancelled"),
];

/// `domain::printer::Word`.
pub(super) const PRINTER_WORDS: &[Named] = &[
    n("ready", "Siap", "ready"),
    n("busy", "Mencetak", "printing"),
    n("needs_cleaning", "Perlu dibersihkan", "cleaning is due"),
    n("warming", "Pemanasan", "warming up"),
    n("cooling_down", "Didinginkan", "cooling down"),
    n("needs_media", "Isi blangko", "needs blanks"),
    n("needs_ribbon", "Ganti ribbon", "needs a ribbon"),
    n("needs_film", "Ganti film", "needs film"),
    n("needs_hand", "Perlu ditangani", "needs a hand"),
    n("paused", "Dijeda", "paused"),
    n("jam", "Kartu macet", "card jam"),
    n("fault", "Rusak", "faulty"),
    n("offline", "Tidak terhubung", "not connected"),
    n("maintenance", "Perawatan", "maintenance"),
    n(
        "locked",
        "Terkunci, menunggu pemeriksaan",
        "locked until examined",
    ),
    n("lent", "Dipinjamkan", "lent"),
    n("away_for_repair", "Dikirim servis", "away for repair"),
];

/// `domain::blank::Account`.
pub(super) const ACCOUNTS: &[Named] = &[
    n("in_transit", "Dalam perjalanan", "in transit"),
    n("in_store", "Di gudang", "in the store"),
    n("in_room", "Di ruang cetak", "in the print room"),
    n("loaded", "Di mesin", "in hoppers"),
    n("in_work", "Sedang dikerjakan", "in work"),
    n("sought", "Sedang dicari", "being looked for"),
    n("personalized", "Menjadi kartu", "became cards"),
    n("spoiled", "Rusak", "spoiled"),
    n("test", "Kartu uji", "test cards"),
    n("missing", "Tidak ditemukan", "not found"),
    n("lent", "Dipinjamkan", "lent"),
    n("returned", "Dikembalikan", "sent back"),
];

/// `engine::store::Outcome`.
pub(super) const OUTCOMES: &[Named] = &[
    n("not_fed", "tidak terambil", "not fed"),
    n("printed", "tercetak", "printed"),
    n("spoiled", "rusak", "spoiled"),
    n("sought", "blangko dicari", "blank is sought"),
];

/// `drivers::contract::Stage`.
pub(super) const STAGES: &[Named] = &[
    n("feed", "ambil blangko", "feed"),
    n("chip", "isi chip", "chip"),
    n("park", "ke posisi cetak", "to the print start"),
    n("face", "cetak muka", "face"),
    n("finish", "cetak akhir", "last panel"),
    n("eject", "keluarkan kartu", "eject"),
    n("reject", "buang ke kotak tolak", "reject"),
    n("clear", "hapus galat", "clear"),
];

/// Entries of an attempt that are no stage.
pub(super) const STEPS: &[Named] = &[
    n("before", "belum mulai", "not begun"),
    n("bound", "nomor blangko tercatat", "blank bound"),
    n(
        "held",
        "kartu jadi, masih di dalam",
        "card finished, still inside",
    ),
    n("lid_opened", "tutup terbuka", "lid was open"),
    n("listening", "memeriksa", "examining"),
    n("found", "keterangan mesin", "printer's evidence"),
    n("cleared", "galat dihapus", "error cleared"),
];

/// What is waited for, apart from a stage's answer (`engine::fleet::Doing`).
pub(super) const DOING: &[Named] = &[
    n("picture", "menunggu gambar", "waiting for the picture"),
    n("loading", "mengirim gambar", "sending the picture"),
    n(
        "reading_uid",
        "membaca nomor chip",
        "reading the chip's number",
    ),
    n("writing_chip", "mengisi chip", "writing the chip"),
    n("proving_chip", "memeriksa chip", "proving the chip"),
    n("waiting", "menunggu mesin", "waiting for the printer"),
    n(
        "listening",
        "mendengarkan mesin",
        "listening to the printer",
    ),
    n("examining", "memeriksa mesin", "examining the printer"),
    n(
        "examining_uid",
        "memeriksa nomor chip",
        "examining the chip's number",
    ),
    n("examining_chip", "memeriksa isi chip", "examining the chip"),
    n("resuming", "melanjutkan kartu", "going on with the card"),
    n(
        "held_up",
        "menunggu tangan, lalu dilanjutkan",
        "waiting for a hand, then goes on",
    ),
    n(
        "waiting_to_eject",
        "menunggu kartu keluar",
        "waiting to eject",
    ),
    n("person", "menunggu dua orang", "waiting for two people"),
];

/// `drivers::contract::Verdict`.
pub(super) const VERDICTS: &[Named] = &[
    n("go", "lanjutkan", "go on"),
    n("printed", "tercetak", "printed"),
    n("reject", "buang", "reject"),
    n("spoiled", "rusak", "spoiled"),
    n("sought", "blangko dicari", "blank is sought"),
    n("ask", "tanya orang", "ask a person"),
];
