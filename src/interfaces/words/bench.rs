//! The bench in words: what hands do, what is asked, what may be answered.

use cetak_drivers::bench::{Choice, Hands, Question};

use super::Words;

const fn w(id: &'static str, en: &'static str) -> Words {
    Words::new(id, en)
}

/// Codes of the bench and of its record.
pub(super) const CODES: &[(&str, Words, Words)] = &[
    (
        "BENCH_HOLDS",
        w(
            "catatan uji mesin {printer} berlaku",
            "the bench record of printer {printer} counts",
        ),
        w("Tidak ada yang perlu dilakukan.", "Nothing is to be done."),
    ),
    (
        "BENCH_WAITS",
        w(
            "catatan uji mesin {printer} belum berlaku: mesin belum menyebut siapa dirinya",
            "the bench record of printer {printer} does not count yet: the printer has not said who it is",
        ),
        w(
            "Tunggu sampai mesin terhubung.",
            "Wait until the printer is connected.",
        ),
    ),
    (
        "BENCH_OTHER_UNIT",
        w(
            "catatan uji mesin {printer} dibuat dengan mesin lain (nomor seri berbeda) dan tidak berlaku",
            "the bench record of printer {printer} was made with another unit and does not count",
        ),
        w(
            "Ulangi ujinya: cetak printer {printer} bench",
            "Walk through the bench again: cetak printer {printer} bench",
        ),
    ),
    (
        "BENCH_OTHER_FIRMWARE",
        w(
            "catatan uji mesin {printer} dibuat dengan firmware lain dan tidak berlaku",
            "the bench record of printer {printer} was made with another firmware and does not count",
        ),
        w(
            "Ulangi ujinya: cetak printer {printer} bench",
            "Walk through the bench again: cetak printer {printer} bench",
        ),
    ),
    (
        "BENCH_OTHER_SETUP",
        w(
            "catatan uji mesin {printer} dibuat dengan profil, ribbon atau alamat lain dan tidak berlaku",
            "the bench record of printer {printer} was made with another profile, ribbon or endpoint and does \
             not count",
        ),
        w(
            "Ulangi ujinya: cetak printer {printer} bench",
            "Walk through the bench again: cetak printer {printer} bench",
        ),
    ),
    (
        "BENCH_UNREADABLE",
        w(
            "catatan uji mesin {printer} tidak terbaca dan tidak berlaku: {what}",
            "the bench record of printer {printer} cannot be read and does not count: {what}",
        ),
        w(
            "Hapus berkasnya dan ulangi ujinya: cetak printer {printer} bench",
            "Remove the file and walk through the bench again: cetak printer {printer} bench",
        ),
    ),
    (
        "BENCH_FILES",
        w(
            "catatan uji tidak bisa ditulis: {what}",
            "the bench's files cannot be written: {what}",
        ),
        w(
            "Periksa izin folder data.",
            "Look at the permissions of the data folder.",
        ),
    ),
    (
        "BENCH_RUNS",
        w(
            "mesin {printer} sedang diuji",
            "printer {printer} is on the bench already",
        ),
        w(
            "Selesaikan uji yang berjalan dahulu.",
            "End the bench that runs first.",
        ),
    ),
    (
        "BENCH_SPOOLER",
        w(
            "spooler tidak melepaskan mesin {printer}: {what}",
            "the spooler does not let go of printer {printer}: {what}",
        ),
        w("Jalankan: cetak doctor", "Run: cetak doctor"),
    ),
    (
        "BENCH_PORT",
        w(
            "mesin {printer} tidak terjangkau: {what}",
            "printer {printer} cannot be reached: {what}",
        ),
        w(
            "Periksa kabel dan daya; hentikan program lain yang memakainya.",
            "Look at cable and power; stop other programs that use it.",
        ),
    ),
    (
        "BENCH_CLOCK",
        w(
            "jam yang dipercepat hanya untuk ruang latihan",
            "a scaled clock is for a training room only",
        ),
        w("Jalankan tanpa --clock.", "Run it without --clock."),
    ),
    (
        "BENCH_STOPPED",
        w(
            "Uji mesin {printer} dihentikan; tidak ada yang berlaku. Catatannya: {file}",
            "The bench of printer {printer} was stopped; nothing counts. Its notes: {file}",
        ),
        w(
            "Ulangi dari awal: cetak printer {printer} bench",
            "Begin again: cetak printer {printer} bench",
        ),
    ),
    (
        "BENCH_WRITTEN",
        w(
            "Uji mesin {printer} selesai. Yang terbukti: {shown}. Catatannya: {file}",
            "The bench of printer {printer} is done. Shown: {shown}. Its record: {file}",
        ),
        w(
            "Spooler memakainya setelah: cetak reload",
            "The spooler takes it up after: cetak reload",
        ),
    ),
    (
        "BENCH_RESUME",
        w(
            "Mesin {printer} masih dalam perawatan",
            "Printer {printer} is still in maintenance",
        ),
        w(
            "Setelah: cetak reload, jalankan: cetak resume {printer}",
            "After: cetak reload, run: cetak resume {printer}",
        ),
    ),
    (
        "PRINTER_NOT_PAUSED",
        w(
            "mesin {printer} harus dijeda dahulu",
            "printer {printer} must be paused first",
        ),
        w(
            "cetak pause {printer} --reason uji, tunggu kartunya selesai, lalu ulangi.",
            "cetak pause {printer} --reason bench, wait for its card, then try again.",
        ),
    ),
];

/// What a person does.
pub fn hands(hands: Hands) -> Words {
    match hands {
        Hands::LayInTestBlanks => w(
            "Keluarkan semua blangko dari mesin, hitung dan simpan. Masukkan 12 blangko uji yang bernomor; \
             jangan pernah blangko negara.",
            "Take all blanks out of the printer, count them and put them away. Lay in 12 numbered test blanks; \
             never state blanks.",
        ),
        Hands::PutBlanksBack => w(
            "Ambil semua kartu uji. Kembalikan blangko yang sudah dihitung; jumlahnya harus sama.",
            "Take all test cards away. Put the counted blanks back; there must be as many as before.",
        ),
        Hands::EmptyPath => w(
            "Buka tutup, keluarkan kartu yang masih di dalam atau yang macet, lepaskan ganjalan, tutup kembali. \
             Tunggu sampai mesin diam.",
            "Open the lid, take out any card that is inside or stuck, remove what blocks the exit, shut the lid. \
             Wait until the printer is still.",
        ),
        Hands::SwitchOff => w(
            "Matikan mesin sekarang juga.",
            "Switch the printer off at once.",
        ),
        Hands::SwitchOn => w(
            "Nyalakan mesin, tunggu sampai siap.",
            "Switch the printer on and wait until it is ready.",
        ),
        Hands::SwitchOffInPanel => w(
            "Siapkan tangan di sakelar. Kartu akan dicetak: begitu warna kedua mulai, matikan mesin.",
            "Keep a hand at the switch. A card will be printed: when the second colour begins, switch the \
             printer off.",
        ),
        Hands::OpenLidInPanel => w(
            "Siapkan tangan di tutup. Kartu akan dicetak: begitu warna kedua mulai, buka tutup dan biarkan terbuka.",
            "Keep a hand at the lid. A card will be printed: when the second colour begins, open the lid and \
             leave it open.",
        ),
        Hands::TakeCard => w(
            "Keluarkan kartu lewat tutup yang terbuka, lalu tutup kembali. Jangan tekan OK.",
            "Take the card out through the open lid, then shut the lid. Do not press OK.",
        ),
        Hands::PressCancel => w(
            "Tekan Batal di mesin, jangan OK. Kalau tidak ada tombolnya, lanjutkan.",
            "Press Cancel on the printer, never OK. Where there is no button, go on.",
        ),
        Hands::PullCable => w(
            "Siapkan tangan di kabel data. Pengiriman akan berhenti di tengah: lima detik kemudian cabut kabelnya.",
            "Keep a hand at the data cable. The sending will stand still halfway: five seconds later pull the \
             cable.",
        ),
        Hands::PlugIn => w("Pasang kabel data kembali.", "Put the data cable in again."),
        Hands::BlockExit => w(
            "Ganjal lubang keluar, supaya kartu berikutnya macet di sana.",
            "Block the exit, so that the next card gets stuck there.",
        ),
        Hands::Watch => w(
            "Amati mesin selama satu menit tanpa menyentuhnya.",
            "Watch the printer for a minute and touch nothing.",
        ),
    }
}

/// What a person is asked.
pub fn question(question: Question) -> Words {
    match question {
        Question::Strange => w(
            "Adakah yang bergerak padahal tidak diumumkan?",
            "Did anything move that was not announced?",
        ),
        Question::Moved => w("Apakah kartunya bergerak?", "Did the card move?"),
        Question::Where => w("Di mana kartunya sekarang?", "Where is the card?"),
        Question::Broken => w(
            "Warna mana yang hanya sebagian tercetak di kartu itu?",
            "Which colour is on that card only in part?",
        ),
        Question::Whole => w(
            "Apakah gambarnya utuh (separuh kanan abu-abu dan hitam, kiri kosong)?",
            "Is the picture whole (right half grey and black, left half empty)?",
        ),
        Question::Bar => w(
            "Adakah warna kuning (pada ribbon hitam: hitam) di separuh kiri kartu?",
            "Is there yellow (on a black ribbon: black) on the left half of the card?",
        ),
        Question::Printed => w(
            "Adakah kartu dari langkah ini yang tercetak, walau sedikit?",
            "Is any card of this step printed, however little?",
        ),
    }
}

/// One answer.
pub fn choice(choice: Choice) -> Words {
    match choice {
        Choice::Yes => w("ya", "yes"),
        Choice::No => w("tidak", "no"),
        Choice::Output => w("di penampung", "in the output"),
        Choice::RejectBox => w("di kotak tolak", "in the reject box"),
        Choice::Inside => w("di dalam mesin", "inside the printer"),
        Choice::Hopper => w("masih di tempat blangko", "still in the hopper"),
        Choice::Yellow => w("kuning", "yellow"),
        Choice::Magenta => w("merah (magenta)", "red (magenta)"),
        Choice::Cyan => w("biru (cyan)", "blue (cyan)"),
        Choice::Black => w("hitam", "black"),
        Choice::Unsure => w("tidak tahu", "cannot say"),
    }
}

/// What a step is about, by its code.
pub fn step(code: &str) -> Option<Words> {
    let found = STEPS.iter().find(|(step, _)| *step == code);
    found.map(|(_, words)| *words)
}

const STEPS: &[(&str, Words)] = &[
    ("begin", w("persiapan", "getting ready")),
    ("end", w("penutup", "at the end")),
    ("evolis_whole", w("satu kartu utuh", "one whole card")),
    (
        "evolis_lid",
        w(
            "tutup dibuka di tengah cetak",
            "the lid opened in mid-print",
        ),
    ),
    (
        "evolis_fed",
        w(
            "listrik putus setelah kartu masuk",
            "power off once a card was fed",
        ),
    ),
    (
        "evolis_cut",
        w("listrik putus di tengah cetak", "power off in mid-print"),
    ),
    (
        "evolis_planes",
        w("gambar diganti di tengah jalan", "another picture halfway"),
    ),
    ("evolis_reject", w("kartu ditolak", "a card rejected")),
    ("zebra_e", w("pertanyaan E", "the question E")),
    ("zebra_cln", w("pertanyaan %CLN", "the question %CLN")),
    ("zebra_p", w("pertanyaan &P", "the question &P")),
    ("zebra_x", w("pertanyaan !X", "the question !X")),
    (
        "zebra_whole",
        w("satu kartu utuh, ditahan", "one whole card, held"),
    ),
    ("magicard_whole", w("satu kartu utuh", "one whole card")),
    (
        "magicard_lid",
        w(
            "tutup dibuka di tengah cetak",
            "the lid opened in mid-print",
        ),
    ),
    (
        "magicard_half",
        w(
            "kabel dicabut di tengah data",
            "the cable pulled inside a page",
        ),
    ),
    ("matica_whole", w("satu kartu utuh", "one whole card")),
    (
        "matica_close_print",
        w(
            "sambungan ditutup, kartu di posisi cetak",
            "connection closed, card at the print position",
        ),
    ),
    (
        "matica_close_station",
        w(
            "sambungan ditutup, kartu di stasiun chip",
            "connection closed, card at the chip station",
        ),
    ),
    (
        "matica_power",
        w(
            "listrik putus dengan kartu di dalam",
            "power off with a card inside",
        ),
    ),
    (
        "matica_stuck",
        w("kartu macet di lubang keluar", "a card stuck at the exit"),
    ),
    (
        "matica_out",
        w(
            "listrik putus setelah kartu keluar",
            "power off once a card is out",
        ),
    ),
    ("matica_reject", w("kartu ditolak", "a card rejected")),
    (
        "matica_held",
        w("kartu jadi ditahan di dalam", "a finished card held inside"),
    ),
];

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::interfaces::words::Lang;

    #[test]
    fn every_word_of_the_bench_is_there_in_both_languages() {
        let all_hands = Hands::ALL.map(hands);
        let questions = Question::ALL.map(question);
        let choices = Choice::ALL.map(choice);
        let all = all_hands.into_iter().chain(questions).chain(choices);
        for words in all.chain(STEPS.iter().map(|(_, words)| *words)) {
            let (id, en) = (words.of(Lang::Id), words.of(Lang::En));
            assert!(!id.is_empty() && !en.is_empty() && id != en);
        }
    }

    #[test]
    fn every_step_of_every_walk_has_its_words() {
        use cetak_drivers::bench::Walk;
        use cetak_drivers::contract::{Dialect, Ribbon};
        use cetak_drivers::{evolis, magicard, matica, zebra};

        let model = evolis::models::find("evolis-primacy").unwrap();
        let evolis = evolis::Evolis::new(model, evolis::Options::default());
        let model = zebra::models::find("zebra-p330i").unwrap();
        let zebra = zebra::Zebra::new(model, zebra::Options::default());
        let model = magicard::models::find("magicard-enduro").unwrap();
        let magicard = magicard::Magicard::new(model, magicard::Options::default());
        let model = matica::models::find("matica-xid8600").unwrap();
        let matica = matica::Matica::new(model, matica::Options::default());
        let mut named = std::collections::BTreeSet::new();
        for capabilities in [
            evolis.capabilities(),
            zebra.capabilities(),
            magicard.capabilities(),
            matica.capabilities(),
        ] {
            for met in Walk::of(capabilities, Ribbon::Ymcko).unwrap().steps {
                assert!(step(met.code).is_some(), "{}", met.code);
                named.insert(met.code);
            }
        }
        assert_eq!(named.len(), STEPS.len());
    }
}
