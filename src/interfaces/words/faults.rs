//! What can be wrong with a printer, and the one thing that a hand can do about it.

use cetak_drivers::contract::Fault;

use super::Words;

const fn w(id: &'static str, en: &'static str) -> Words {
    Words::new(id, en)
}

/// What it is, and the remedy.
pub(super) fn words(fault: &Fault) -> (Words, Words) {
    match fault {
        Fault::FeederEmpty => (
            w("blangko habis", "no blanks"),
            w(
                "Isi blangko ke mesin, lalu catat: cetak stock load {printer} {stock} JUMLAH",
                "Fill the hopper and book it: cetak stock load {printer} {stock} COUNT",
            ),
        ),
        Fault::CoverOpen => (
            w("tutup terbuka", "the lid is open"),
            w(
                "Tutup mesin sampai berbunyi klik.",
                "Shut the lid until it clicks.",
            ),
        ),
        Fault::CardJam => (
            w("kartu macet", "a card is stuck"),
            w(
                "Buka tutup, keluarkan kartu, simpan kartunya, tutup kembali.",
                "Open the lid, take the card out, keep it, shut the lid.",
            ),
        ),
        Fault::MechanicalTimeout => (
            w("gerakan tidak selesai", "a movement did not end"),
            w(
                "Buka tutup, periksa apakah ada kartu di dalam, keluarkan, tutup kembali.",
                "Open the lid, look for a card inside, take it out, shut the lid.",
            ),
        ),
        Fault::HeadFailure => (
            w(
                "kepala cetak tidak bergerak",
                "the print head does not move",
            ),
            w(
                "Matikan mesin dan panggil teknisi; mesin lain tetap mencetak.",
                "Switch the printer off and call the technician; the others go on.",
            ),
        ),
        Fault::RibbonEnd => (
            w(
                "ribbon habis, putus atau salah",
                "the ribbon is finished, cut or wrong",
            ),
            w(
                "Pasang ribbon baru yang sesuai.",
                "Fit a new ribbon of the right kind.",
            ),
        ),
        Fault::RibbonUnreadable => (
            w(
                "chip ribbon tidak terbaca",
                "the ribbon's chip cannot be read",
            ),
            w(
                "Lepas ribbon dan pasang kembali; kalau tetap, pakai ribbon lain.",
                "Take the ribbon out and put it in again; else use another one.",
            ),
        ),
        Fault::FilmEnd => (
            w(
                "film habis atau tidak ada",
                "the film is finished or absent",
            ),
            w("Pasang film baru.", "Fit a new film."),
        ),
        Fault::OutputFull => (
            w("penampung kartu penuh", "the output is full"),
            w(
                "Ambil kartu dari penampung.",
                "Take the cards out of the output.",
            ),
        ),
        Fault::OutputDoorOpen => (
            w("pintu penampung terbuka", "the output's door is open"),
            w("Tutup pintu penampung.", "Shut the output's door."),
        ),
        Fault::OutputFailure => (
            w("penampung kartu rusak", "the output's mechanics failed"),
            w(
                "Kosongkan penampung, periksa kartu yang terjepit, atau panggil teknisi.",
                "Empty the output and look for a trapped card, or call the technician.",
            ),
        ),
        Fault::RejectFull => (
            w("kotak tolak penuh", "the reject box is full"),
            w(
                "Kosongkan kotak tolak dan gunting kartunya.",
                "Empty the reject box and cut its cards.",
            ),
        ),
        Fault::CleaningDue => (
            w("waktunya dibersihkan", "cleaning is due"),
            w(
                "Bersihkan dengan kartu pembersih pada jeda berikutnya.",
                "Clean with a cleaning card at the next break.",
            ),
        ),
        Fault::Overheated => (
            w("mesin terlalu panas", "the head is too hot"),
            w(
                "Istirahatkan mesin; ia lanjut sendiri.",
                "Let it rest; it goes on by itself.",
            ),
        ),
        Fault::OptionAbsent => (
            w("kelengkapan tidak terpasang", "an option is not fitted"),
            w(
                "Cocokkan profil mesin di cetak.toml dengan mesinnya, lalu: cetak reload",
                "Make the profile in cetak.toml fit the printer, then: cetak reload",
            ),
        ),
        Fault::MagneticChecksum => (
            w(
                "pita magnetik salah baca",
                "magnetic data read back wrongly",
            ),
            w(
                "Periksa kartunya dan panggil teknisi.",
                "Look at the card and call the technician.",
            ),
        ),
        Fault::MagneticData => (
            w(
                "data pita magnetik tidak muat",
                "magnetic data do not fit the track",
            ),
            w(
                "Cocokkan profil mesin di cetak.toml, lalu: cetak reload",
                "Correct the profile in cetak.toml, then: cetak reload",
            ),
        ),
        Fault::MagneticWrite => (
            w("pita magnetik gagal ditulis", "magnetic writing failed"),
            w(
                "Periksa kartunya dan panggil teknisi.",
                "Look at the card and call the technician.",
            ),
        ),
        Fault::Firmware => (
            w(
                "penyimpanan mesin bermasalah",
                "the printer's own storage failed",
            ),
            w(
                "Matikan mesin, hidupkan lagi; kalau tetap, panggil teknisi.",
                "Switch the printer off and on; else call the technician.",
            ),
        ),
        Fault::UnknownCommand => (
            w(
                "mesin tidak mengenal perintah",
                "the printer did not know a command",
            ),
            w(
                "Cocokkan profil mesin di cetak.toml dengan modelnya, lalu: cetak reload",
                "Make the profile in cetak.toml fit the model, then: cetak reload",
            ),
        ),
        Fault::BadParameter => (
            w(
                "mesin menolak pengaturan",
                "the printer refused a parameter",
            ),
            w(
                "Cocokkan profil mesin di cetak.toml dengan modelnya, lalu: cetak reload",
                "Make the profile in cetak.toml fit the model, then: cetak reload",
            ),
        ),
        Fault::CardInside => (
            w(
                "ada kartu di dalam yang tidak tercatat",
                "a card is inside that nobody knows of",
            ),
            w(
                "Buka tutup, keluarkan kartu, simpan kartunya, tutup kembali.",
                "Open the lid, take the card out, keep it, shut the lid.",
            ),
        ),
        Fault::ForeignService => (
            w(
                "program pabrik menguasai mesin",
                "the maker's own service rules this printer",
            ),
            w(
                "Hentikan program pabrik di komputer yang memegang mesin ini.",
                "Stop the maker's program on the computer that holds this printer.",
            ),
        ),
        Fault::SettingRefused => (
            w("pengaturan tidak diterima mesin", "a setting did not take"),
            w(
                "Matikan mesin, hidupkan lagi; kalau tetap, panggil teknisi.",
                "Switch the printer off and on; else call the technician.",
            ),
        ),
        Fault::OtherUnit => (
            w(
                "mesin lain yang menjawab",
                "another unit answers than before",
            ),
            w(
                "Periksa kabel: pasang mesin semula, atau terima dengan: cetak resume {printer}",
                "Check the cables: put the old unit back, or accept it: cetak resume {printer}",
            ),
        ),
        Fault::OutOfStep => (
            w(
                "jawaban mesin tidak sesuai",
                "the printer answers something else",
            ),
            w(
                "Matikan mesin, hidupkan lagi, dan pastikan tidak ada program lain yang memakainya.",
                "Switch it off and on, and make sure that no other program uses it.",
            ),
        ),
        Fault::FeederOrRibbonEnd => (
            w(
                "blangko atau ribbon habis",
                "no blanks, or the ribbon has ended",
            ),
            w(
                "Periksa keduanya: isi blangko atau ganti ribbon.",
                "Look at both: fill the hopper or change the ribbon.",
            ),
        ),
        Fault::FeederJam => (
            w(
                "blangko tersangkut di tempat masuk",
                "a blank is stuck at the hopper",
            ),
            w(
                "Buka tutup, keluarkan blangko itu, simpan dan jangan dipakai lagi, tutup kembali.",
                "Open the lid, take that blank out, keep it and do not feed it again, shut the lid.",
            ),
        ),
        Fault::NotReady => (
            w("mesin belum siap", "the printer is not ready yet"),
            w(
                "Tunggu sampai mesin hangat, atau tutup menunya.",
                "Wait until it is warm, or leave its menu.",
            ),
        ),
        Fault::Restarted => (
            w(
                "mesin sempat mati atau diatur ulang",
                "the printer was switched off or reset",
            ),
            w(
                "Periksa kabel daya; pemeriksaan kartu berjalan sendiri.",
                "Check its power cable; the card is examined by itself.",
            ),
        ),
        Fault::Hardware => (
            w("bagian mesin rusak", "a part of the printer failed"),
            w(
                "Matikan mesin, hidupkan lagi; kalau tetap, panggil teknisi.",
                "Switch the printer off and on; else call the technician.",
            ),
        ),
        Fault::GoodCardInReject => (
            w(
                "kartu jadi jatuh ke kotak tolak",
                "a finished card fell into the reject box",
            ),
            w(
                "Ambil kartu yang jadi dari kotak tolak; jangan digunting.",
                "Take the finished card out of the reject box; do not cut it.",
            ),
        ),
        Fault::Unlisted(_) => (
            w("galat yang belum dikenal", "an error that is in no list"),
            w(
                "Baca layar mesin, ikuti petunjuknya, dan catat untuk teknisi.",
                "Read the printer's display, follow it, and note it for the technician.",
            ),
        ),
    }
}
