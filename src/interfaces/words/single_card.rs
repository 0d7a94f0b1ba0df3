//! Codes of single-card mode and of blanks whose chip was written by hand.

use super::Words;

const fn w(id: &'static str, en: &'static str) -> Words {
    Words::new(id, en)
}

/// What is held, asked and refused there.
pub(super) const SINGLE_CARD: &[(&str, Words, Words)] = &[
    (
        "HELD_ENCODED_BY_HAND",
        w(
            "chip sudah diisi dengan tangan; menunggu blangkonya dimasukkan ke mesin",
            "its chip was written by hand; waits for its blank to be laid into a printer",
        ),
        w(
            "Lihat jalur mesin kosong, masukkan blangko itu saja, lalu: cetak scan UID --printer {printer}",
            "See the path empty, lay in that one blank, then: cetak scan UID --printer {printer}",
        ),
    ),
    (
        "WAITS_FOR_ENCODING",
        w(
            "menunggu chipnya diisi di meja",
            "waits for its chip to be written at the desk",
        ),
        w(
            "Isi chip pada satu blangko, lalu: cetak encoded {job} UID",
            "Write its chip on a blank, then: cetak encoded {job} UID",
        ),
    ),
    // Questions.
    (
        "LAY_BLANK",
        w(
            "Mesin {printer} mencetak satu blangko sekali jalan dan menunggu yang berikutnya.",
            "Printer {printer} takes one blank at a time and waits for the next one.",
        ),
        w(
            "Lihat jalur dan wadah blangko kosong, masukkan satu blangko, lalu catat.",
            "See path and hopper empty, lay in one blank, then say so.",
        ),
    ),
    (
        "LAY_ENCODED_BLANK",
        w(
            "Mesin {printer} mencetak blangko yang chipnya diisi di meja, satu sekali jalan.",
            "Printer {printer} prints blanks whose chip is written at the desk, one at a time.",
        ),
        w(
            "Isi chip di meja, catat, lihat jalur kosong, masukkan blangko itu, lalu pindai.",
            "Write the chip at the desk, say so, see the path empty, lay that blank in, then scan it.",
        ),
    ),
    (
        "LAY_AGAIN",
        w(
            "Blangko di mesin {printer} tidak terambil; sebelum dicoba lagi harus dilihat dulu.",
            "The blank in printer {printer} was not fed; before it is tried again a person looks.",
        ),
        w(
            "Lihat wadah dan jalur. Blangko yang ada di dalam jalur dikeluarkan dan digunting, tidak dimasukkan lagi.",
            "Look into hopper and path. A blank that lies in the path is taken out and cut, never laid in again.",
        ),
    ),
    (
        "EMPTY_HOPPER",
        w(
            "Mesin {printer} diatur satu blangko sekali jalan, tetapi masih berisi setumpuk.",
            "Printer {printer} is to take one blank at a time and still holds a stack.",
        ),
        w(
            "Keluarkan semua blangko, hitung, lalu catat jumlahnya.",
            "Take all the blanks out, count them, then book the count.",
        ),
    ),
    // Refused orders.
    (
        "SINGLE_CARD_MODE",
        w(
            "mesin {printer} mencetak satu blangko sekali jalan",
            "printer {printer} takes one blank at a time",
        ),
        w(
            "Lihat jalur kosong, masukkan satu blangko, lalu: cetak scan --printer {printer}",
            "See the path empty, lay in one blank, then: cetak scan --printer {printer}",
        ),
    ),
    (
        "NOT_SINGLE_CARD",
        w(
            "mesin {printer} tidak diatur satu blangko sekali jalan",
            "printer {printer} is not in single-card mode",
        ),
        w(
            "Atur dulu: cetak printer {printer} single-card; atau isi: cetak stock load {printer} ...",
            "Set it first: cetak printer {printer} single-card; or load it: cetak stock load {printer} ...",
        ),
    ),
    (
        "HOPPER_NOT_EMPTY",
        w(
            "menurut buku masih ada beberapa blangko di mesin",
            "by the books several blanks are still in the printer",
        ),
        w(
            "Keluarkan, hitung, lalu: cetak stock unload {printer} JUMLAH",
            "Take them out, count them, then: cetak stock unload {printer} COUNT",
        ),
    ),
    (
        "ANOTHER_BLANK_IS_LAID",
        w(
            "menurut buku blangko lain ada di mesin",
            "by the books another blank lies in the printer",
        ),
        w(
            "Lihat blangko mana yang ada di dalam; pindai yang itu, atau: cetak stock unload {printer} 1",
            "See which blank is inside; scan that one, or: cetak stock unload {printer} 1",
        ),
    ),
    (
        "BLANK_IN_ANOTHER_PRINTER",
        w(
            "menurut buku blangko itu ada di mesin lain",
            "by the books that blank lies in another printer",
        ),
        w(
            "Pindai di mesin itu; lihat: cetak printers",
            "Scan it at that printer; see: cetak printers",
        ),
    ),
    (
        "BLANK_NOT_ENCODED",
        w(
            "nomor blangko itu tidak terikat pada job mana pun; tidak dicetak",
            "that number is bound to no job; nothing is printed on it",
        ),
        w(
            "Isi chipnya di meja, lalu catat: cetak encoded JOB UID",
            "Write its chip at the desk, then say so: cetak encoded JOB UID",
        ),
    ),
    (
        "BLANK_USED_BEFORE",
        w(
            "nomor blangko itu sudah pernah dipakai atau tidak ada di ruang ini",
            "that number was used before, or its blank is not in this room",
        ),
        w(
            "Sisihkan blangko itu dan pakai yang lain; lihat: cetak stock --numbered",
            "Put that blank aside and take another one; see: cetak stock --numbered",
        ),
    ),
    (
        "BLANK_OF_A_JOB",
        w(
            "di mesin ada blangko yang chipnya milik satu job",
            "a blank with one job's chip lies in the printer",
        ),
        w(
            "Cetak dulu, atau lepaskan jobnya (blangkonya digunting): cetak release JOB",
            "Print it first, or release its job (its blank is cut): cetak release JOB",
        ),
    ),
    (
        "JOB_OF_THE_BLANK_DOES_NOT_WAIT",
        w(
            "job dari blangko itu tidak sedang menunggu blangkonya",
            "the job of that blank does not wait for it",
        ),
        w(
            "Lihat jobnya: cetak stock --numbered, lalu cetak job JOB",
            "See its job: cetak stock --numbered, then cetak job JOB",
        ),
    ),
    (
        "NO_PRINTER_FOR_ENCODED_BLANKS",
        w(
            "tidak ada mesin yang mencetak blangko yang chipnya diisi dengan tangan",
            "no such printer takes a blank whose chip was written by hand",
        ),
        w(
            "Tulis chip = \"by_hand\" pada satu mesin di cetak.toml, lalu: cetak reload",
            "Write chip = \"by_hand\" at one printer in cetak.toml, then: cetak reload",
        ),
    ),
    (
        "NO_BLANK_IN_QUESTION",
        w(
            "tidak ada blangko di mesin {printer} yang perlu dilihat lagi",
            "no blank of printer {printer} is in question",
        ),
        w(
            "Lihat keadaannya: cetak printer {printer}",
            "See how it stands: cetak printer {printer}",
        ),
    ),
    (
        "COUNT_DIFFERS",
        w(
            "jumlah itu tidak sama dengan buku; tidak ada yang dicatat",
            "that count is not what the books hold; nothing was booked",
        ),
        w(
            "Hitung lagi dan lihat bukunya: cetak printer {printer}",
            "Count again and see the books: cetak printer {printer}",
        ),
    ),
    (
        "PAUSE_FIRST",
        w(
            "mesin masih bisa mengambil blangko sementara dihitung",
            "the printer could still take a blank while you count",
        ),
        w(
            "Jeda dulu: cetak pause {printer} --reason hitung",
            "Pause it first: cetak pause {printer} --reason count",
        ),
    ),
];
