//! Codes of refusals, waits and questions: what they mean and what helps. Those of the rules stand in `verdicts`.

use super::Words;

const fn w(id: &'static str, en: &'static str) -> Words {
    Words::new(id, en)
}

/// All other codes.
pub(super) const OTHERS: &[(&str, Words, Words)] = &[
    // Why a job is held by the spooler.
    (
        "HELD_DATA_ERASED",
        w(
            "data cetak sudah dihapus",
            "the data for printing are erased",
        ),
        w(
            "Batalkan (cetak cancel {job}) dan kirim lagi dengan kunci baru.",
            "Cancel it (cetak cancel {job}) and submit again under a new key.",
        ),
    ),
    (
        "HELD_FAILED_TWICE",
        w("gagal dua kali", "failed twice"),
        w(
            "Periksa mesin dan blangko, lalu: cetak release {job}",
            "Look at the printer and the blanks, then: cetak release {job}",
        ),
    ),
    (
        "HELD_PHOTO_CORRUPT",
        w(
            "foto rusak atau bukan PNG/JPEG",
            "the photo is damaged, or neither PNG nor JPEG",
        ),
        w(
            "Batalkan (cetak cancel {job}) dan kirim dengan foto lain dan kunci baru.",
            "Cancel it (cetak cancel {job}) and submit another photo under a new key.",
        ),
    ),
    (
        "HELD_PHOTO_TOO_LARGE",
        w("foto terlalu besar", "the photo is too large"),
        w(
            "Batalkan (cetak cancel {job}) dan kirim dengan foto lebih kecil dan kunci baru.",
            "Cancel it (cetak cancel {job}) and submit a smaller photo under a new key.",
        ),
    ),
    (
        "HELD_PHOTO_WRONG_SHAPE",
        w("bentuk foto tidak sesuai", "the photo has the wrong shape"),
        w(
            "Batalkan (cetak cancel {job}) dan kirim foto 2x3 tegak dengan kunci baru.",
            "Cancel it (cetak cancel {job}) and submit an upright 2x3 photo under a new key.",
        ),
    ),
    (
        "HELD_TEXT_TOO_LONG",
        w(
            "ada isian yang tidak muat di kartu",
            "a value does not fit its place on the card",
        ),
        w(
            "Batalkan (cetak cancel {job}), singkat isiannya, dan kirim dengan kunci baru.",
            "Cancel it (cetak cancel {job}), shorten the value, submit under a new key.",
        ),
    ),
    (
        "HELD_TEXT_UNPRINTABLE",
        w(
            "ada huruf yang tidak bisa dicetak",
            "a value has a character that cannot be printed",
        ),
        w(
            "Batalkan (cetak cancel {job}), perbaiki isiannya, dan kirim dengan kunci baru.",
            "Cancel it (cetak cancel {job}), correct the value, submit under a new key.",
        ),
    ),
    (
        "HELD_LETTERHEAD_DOES_NOT_FIT",
        w(
            "kepala surat tidak muat di kartu",
            "the letterhead does not fit the card",
        ),
        w(
            "Singkat kepala surat di cetak.toml, jalankan ulang spooler, lalu: cetak release {job}",
            "Shorten it in cetak.toml, restart the spooler, then: cetak release {job}",
        ),
    ),
    (
        "HELD_DRAWING_FAILED",
        w("gambar kartu gagal dibuat", "the card could not be drawn"),
        w(
            "Batalkan (cetak cancel {job}) dan kirim dengan foto lain dan kunci baru.",
            "Cancel it (cetak cancel {job}) and submit another photo under a new key.",
        ),
    ),
    // Why a job does not move.
    (
        "WAITS_FOR_DATE",
        w("menunggu tanggalnya", "waits for its date"),
        w(
            "Tidak perlu apa-apa: job lanjut sendiri pada tanggal itu.",
            "Nothing to do: it goes on by itself on that day.",
        ),
    ),
    (
        "WAITS_FOR_BLANKS",
        w(
            "tidak ada mesin yang berisi blangko jenis ini",
            "no printer is loaded with its blanks",
        ),
        w(
            "Isi blangko, lalu catat: cetak stock load {printer} {stock} JUMLAH",
            "Fill a hopper and book it: cetak stock load {printer} {stock} COUNT",
        ),
    ),
    (
        "WAITS_FOR_PRINTER",
        w(
            "mesin yang bisa mencetaknya dijeda atau tidak siap",
            "the printers that could print it are paused or not able to",
        ),
        w(
            "Lihat mesin (cetak printers), lalu: cetak resume {printer}",
            "See the printers (cetak printers), then: cetak resume {printer}",
        ),
    ),
    (
        "WAITS_FOR_TWO_PEOPLE",
        w(
            "bukti tidak cukup; dua orang harus memutuskan",
            "the evidence cannot tell; two people must",
        ),
        w(
            "Periksa mesin dan penampung, lalu: cetak settle {job} printed|spoiled|not-fed",
            "Look into printer and output, then: cetak settle {job} printed|spoiled|not-fed",
        ),
    ),
    (
        "WAITS_FOR_CUT",
        w(
            "kartu gagal belum digunting",
            "the spoiled card is not cut yet",
        ),
        w(
            "Gunting kartunya, lalu: cetak confirm {job} --cut",
            "Cut the card, then: cetak confirm {job} --cut",
        ),
    ),
    (
        "WAITS_FOR_VERDICT",
        w(
            "mesin terkunci sampai kartunya jelas",
            "the printer is locked until the card's fate is known",
        ),
        w(
            "Nyalakan dan sambungkan mesinnya; pemeriksaan berjalan sendiri.",
            "Switch the printer on and connect it; the examination runs by itself.",
        ),
    ),
    (
        "HELD_TEST_CARD",
        w(
            "kartu uji: hanya untuk mesinnya sendiri",
            "a test card: for its own printer only",
        ),
        w(
            "Cetak yang baru dengan cetak printer P test-card; yang ini: cetak cancel {job}",
            "Order a new one with cetak printer P test-card; this one: cetak cancel {job}",
        ),
    ),
    (
        "TEST_CARD_AT_ITS_PRINTER",
        w(
            "kartu uji hanya dicetak di mesinnya sendiri",
            "a test card is printed at its own printer only",
        ),
        w(
            "Jalankan: cetak printer P test-card",
            "Run: cetak printer P test-card",
        ),
    ),
    (
        "NO_BLANK_LOADED",
        w(
            "menurut pembukuan tidak ada blangko di {printer}",
            "by the books no blank is in {printer}",
        ),
        w(
            "Isi dulu: cetak stock load {printer} {stock} N",
            "Load some: cetak stock load {printer} {stock} N",
        ),
    ),
    // Doubts about a printer itself.
    (
        "OTHER_UNIT",
        w(
            "mesin lain yang menjawab",
            "another unit answers than before",
        ),
        w(
            "Pasang mesin semula, atau terima mesin ini: cetak resume {printer}",
            "Put the old unit back, or accept this one: cetak resume {printer}",
        ),
    ),
    (
        "COUNTED_WHILE_AWAY",
        w(
            "mesin mencetak kartu di luar sistem",
            "the printer counted cards that we did not order",
        ),
        w(
            "Cari kartunya, cocokkan blangko, lalu: cetak resume {printer}",
            "Find the cards, count the blanks, then: cetak resume {printer}",
        ),
    ),
    (
        "CARD_MAY_BE_INSIDE",
        w(
            "kartu yang sudah jadi mungkin masih di dalam mesin",
            "a finished card may still be inside",
        ),
        w(
            "Buka tutup, keluarkan kartu kalau ada, tutup kembali, lalu: cetak resume {printer}",
            "Open the lid, take the card out if there is one, shut the lid, then: cetak resume {printer}",
        ),
    ),
    (
        "MUTE_LINK",
        w(
            "mesin ini tidak menjawab E maupun %CLN lewat kabel serial: kartu yang terputus tidak akan pernah jelas",
            "this printer answers neither E nor %CLN over its serial line: a card that is cut off could never be cleared up",
        ),
        w(
            "Sambungkan dengan USB; atau buktikan apa yang dijawabnya: cetak printer {printer} bench, lalu: cetak reload",
            "Join it by USB; or show what it answers: cetak printer {printer} bench, then: cetak reload",
        ),
    ),
    (
        "SIMULATED_PRINTER",
        w(
            "mesin simulasi di ruang kantor",
            "a simulated printer in an office's room",
        ),
        w(
            "Ganti alamatnya di cetak.toml dengan mesin sungguhan, lalu: cetak reload",
            "Give it a real printer's endpoint in cetak.toml, then: cetak reload",
        ),
    ),
    (
        "OTHER_PORT",
        w(
            "mesin dipindah ke alamat lain di cetak.toml",
            "the printer was moved to another endpoint in cetak.toml",
        ),
        w(
            "Pastikan mesin yang benar terpasang di sana dan tidak ada kartu di dalam, lalu: cetak resume {printer}",
            "Make sure that the right printer is there and no card is inside, then: cetak resume {printer}",
        ),
    ),
    (
        "OTHER_MODEL",
        w(
            "mesin mengaku model lain daripada di cetak.toml",
            "the printer says that it is another model than cetak.toml names",
        ),
        w(
            "Betulkan profile di cetak.toml dan cetak reload; atau terima: cetak resume {printer}",
            "Correct profile in cetak.toml and cetak reload; or accept it: cetak resume {printer}",
        ),
    ),
    (
        super::LINK_SLOW,
        w(
            "data satu kartu warna perlu {data} detik di {endpoint}, mesin {printer} hanya perlu {rated} detik",
            "a colour card's data take {data} s on {endpoint}, printer {printer} needs only {rated} s",
        ),
        w(
            "Sambungkan dengan USB atau jaringan; kartu tetap dicetak, hanya lebih lambat.",
            "Connect it by USB or the network; cards are printed all the same, only more slowly.",
        ),
    ),
    // Questions.
    (
        "SWITCH_OFF",
        w(
            "Job {job} terputus di mesin {printer}: matikan mesin itu, tunggu 10 detik, nyalakan lagi.",
            "Job {job} was interrupted on {printer}: switch that printer off, wait 10 seconds, switch it on.",
        ),
        w(
            "Halaman bisa masih menunggu di dalamnya dan baru hilang tanpa listrik; sesudah itu pertanyaannya datang.",
            "A page may still wait inside and goes only with the power; the question comes after that.",
        ),
    ),
    (
        "DOUBT",
        w(
            "Job {job} terputus di mesin {printer}: apakah kartunya keluar dan utuh?",
            "Job {job} was interrupted on {printer}: did its card come out, and whole?",
        ),
        w(
            "Lihat di penampung, di kotak tolak dan di dalam mesin; kartu yang tidak utuh digunting dulu.",
            "Look into the output, the reject box and the printer; cut a card that is not whole first.",
        ),
    ),
    (
        "CUT_SPOILED",
        w(
            "Kartu gagal dari job {job} belum digunting.",
            "The spoiled card of job {job} is not cut yet.",
        ),
        w(
            "Ambil kartunya dari kotak tolak, gunting, lalu catat.",
            "Take the card out of the reject box, cut it, then say so.",
        ),
    ),
    (
        "PRINTER_IN_DOUBT",
        w(
            "Ada yang tidak cocok pada mesin {printer}.",
            "Something does not add up about printer {printer}.",
        ),
        w(
            "Periksa mesin dan kartunya, lalu terima.",
            "Look at the printer and its cards, then accept.",
        ),
    ),
    (
        "FAULT",
        w(
            "Mesin {printer} perlu ditangani.",
            "Printer {printer} needs a hand.",
        ),
        w(
            "Ikuti layar mesin; mesin melapor sendiri setelah beres.",
            "Follow the printer's display; it tells by itself when it is mended.",
        ),
    ),
    (
        "LOAD_HOPPER",
        w(
            "Blangko di mesin {printer} habis dan ada job yang menunggu.",
            "Printer {printer} has no blanks and jobs wait.",
        ),
        w(
            "Isi blangko ke mesin dan catat jumlahnya.",
            "Fill the hopper and book the count.",
        ),
    ),
    (
        "APPROVE",
        w(
            "Usulan {proposal} menunggu orang kedua.",
            "Proposal {proposal} waits for a second person.",
        ),
        w(
            "Orang lain memeriksa sendiri, lalu menyetujui dalam satu jam.",
            "Another person looks for themselves and approves within the hour.",
        ),
    ),
    // Refused orders.
    (
        "NO_SUCH_JOB",
        w("job itu tidak ada", "there is no such job"),
        w("Lihat daftar: cetak jobs", "See the list: cetak jobs"),
    ),
    (
        "NOT_IN_DOUBT",
        w("job itu tidak sedang diragukan", "the job is not in doubt"),
        w(
            "Lihat keadaannya: cetak job {job}",
            "See how it stands: cetak job {job}",
        ),
    ),
    (
        "PRINTER_NOT_CONFIGURED",
        w(
            "mesin job ini tidak ada di konfigurasi",
            "the job's printer is not in the config",
        ),
        w(
            "Kembalikan mesinnya di cetak.toml, lalu: cetak reload",
            "Put the printer back into cetak.toml, then: cetak reload",
        ),
    ),
    (
        "PRINTER_BUSY",
        w(
            "mesin masih diperiksa",
            "the printer is still being examined",
        ),
        w(
            "Tunggu sebentar sampai mesin bertanya: cetak questions",
            "Wait until it asks: cetak questions",
        ),
    ),
    (
        "BLANK_WAS_FED",
        w(
            "blangko sudah terambil: nomornya terbaca atau mesin menghitungnya",
            "the blank was fed: its number was read or the printer counted it",
        ),
        w(
            "Cari kartunya, lalu: cetak settle {job} printed atau spoiled",
            "Find the card, then: cetak settle {job} printed, or spoiled",
        ),
    ),
    (
        "SWITCH_OFF_FIRST",
        w(
            "mesin belum dimatikan dan dinyalakan lagi: halaman bisa masih menunggu di dalamnya",
            "the printer was not switched off and on yet: a page may still wait in its memory",
        ),
        w(
            "Matikan mesin, tunggu 10 detik, nyalakan; lalu: cetak questions",
            "Switch it off, wait 10 seconds, switch it on; then: cetak questions",
        ),
    ),
    (
        "NO_SUCH_PROPOSAL",
        w(
            "usulan itu tidak ada atau sudah selesai",
            "there is no such proposal, or it is done",
        ),
        w(
            "Lihat yang menunggu: cetak questions",
            "See what waits: cetak questions",
        ),
    ),
    (
        "SAME_PERSON",
        w(
            "yang menyetujui harus orang lain",
            "the second person must be another one",
        ),
        w(
            "Minta rekan menjalankan: cetak approve {proposal} (di data latihan: --as NAMA)",
            "Have a colleague run: cetak approve {proposal} (in training: --as NAME)",
        ),
    ),
    (
        "PROPOSAL_LAPSED",
        w(
            "usulan sudah lewat satu jam",
            "the proposal is older than an hour",
        ),
        w(
            "Ajukan lagi: cetak settle {job} ...",
            "Propose it again: cetak settle {job} ...",
        ),
    ),
    (
        "NO_SUCH_PRINTER",
        w("mesin itu tidak ada", "there is no such printer"),
        w(
            "Lihat daftar: cetak printers",
            "See the list: cetak printers",
        ),
    ),
    (
        "STOCK_NOT_FOR_THIS_PRINTER",
        w(
            "mesin ini tidak untuk blangko jenis itu",
            "the printer may not be loaded with these blanks",
        ),
        w(
            "Lihat tugas mesin: cetak printer {printer}",
            "See its duty: cetak printer {printer}",
        ),
    ),
    (
        "HOPPER_HOLDS_ANOTHER_STOCK",
        w(
            "mesin masih berisi blangko jenis lain",
            "the hopper holds blanks of another stock",
        ),
        w(
            "Habiskan dulu blangko yang ada di mesin: cetak printer {printer}",
            "Use up what the hopper holds first: cetak printer {printer}",
        ),
    ),
    (
        "BOOKS_HOLD_TOO_FEW",
        w(
            "menurut buku, blangkonya kurang",
            "the books hold too few blanks",
        ),
        w(
            "Periksa buku (cetak stock); catat dulu receive, lalu issue, lalu load.",
            "See the books (cetak stock); receive first, then issue, then load.",
        ),
    ),
    // Refused requests.
    (
        "CONFLICT",
        w(
            "kunci ini sudah dipakai untuk data yang berbeda; tidak ada yang disimpan",
            "this key was used for other data; nothing was stored",
        ),
        w(
            "Bandingkan dengan {job}; kirim data baru dengan kunci baru.",
            "Compare it with {job}; submit new data under a new key.",
        ),
    ),
];
