//! What can be wrong with a row, in Indonesian; the English texts stand beside the flaws themselves.

use crate::domain::flaw::Flaw;

/// What is wrong and what to do; the same parameters as in [`Flaw::english`].
pub(super) fn indonesian(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::FileEmpty => {
            "berkas kosong; isi dengan baris judul dan baris data, atau satu objek JSON per baris"
        }
        Flaw::FileIsArray => {
            "berkas berupa satu larik JSON; tulis satu objek JSON per baris, tanpa kurung siku dan koma di antaranya"
        }
        Flaw::FileUnreadable => {
            "pembacaan berhenti di sini ({cause}); baris sebelumnya sudah dihitung, kirim lagi berkas ini untuk sisanya"
        }
        Flaw::HeaderSemicolon => {
            "judul kolom dipisah titik koma; simpan berkas sebagai CSV dengan koma"
        }
        Flaw::ColumnUnknown => "kolom tidak dikenal ({column}); perbaiki atau hapus di baris judul",
        Flaw::ColumnMissing => "kolom ini tidak ada di baris judul; tambahkan",
        Flaw::ColumnTwice => "kolom ini disebut dua kali di baris judul; hapus salah satu",
        Flaw::RowTooLong => "baris lebih panjang dari {limit} bita; pendekkan",
        Flaw::RowFieldCount => {
            "baris berakhir di baris {last_line} dengan {found} isian, sedangkan judulnya {expected}; periksa koma dan tanda kutip"
        }
        Flaw::RowQuoteOpen => {
            "tanda kutip yang dibuka di baris ini tidak ditutup, jadi tidak ada baris yang terbaca dari sini sampai akhir berkas; tutup lalu kirim lagi"
        }
        Flaw::RowQuoteStray => {
            "ada teks setelah tanda kutip penutup; tulis tanda kutip di dalam isian dua kali"
        }
        Flaw::RowNotJson => "baris ini bukan objek JSON (pada bita {column}); perbaiki",
        Flaw::RowNotObject => "baris ini JSON tetapi bukan objek; tulis {{\"key\": ..., ...}}",
        Flaw::NotUtf8 => "teks bukan UTF-8; simpan berkas sebagai UTF-8",
        Flaw::FieldTooLong => "isian lebih panjang dari {limit} bita; pendekkan",
        Flaw::FieldUnknown => "isian tidak dikenal; perbaiki atau hapus",
        Flaw::FieldTwice => "isian ini ditulis dua kali; hapus salah satu",
        Flaw::FieldNotText => "nilainya bukan teks; beri tanda kutip ganda",
        Flaw::FieldRequired => "isian kosong; lengkapi",
        Flaw::ControlCharacter => "ada ganti baris atau karakter kendali lain; hapus",
        Flaw::TextTooLong => "teksnya {found} karakter; paling banyak {limit}; pendekkan",
        Flaw::ProductUnknown => "produk tidak dikenal; pakai salah satu dari {allowed}",
        Flaw::ReasonUnknown => "alasan tidak dikenal; pakai salah satu dari {allowed}",
        Flaw::SexUnknown => "jenis kelamin tidak dikenal; pakai M atau F",
        Flaw::NotABoolean => "bukan true atau false; tulis true atau false",
        Flaw::DateShape => "tanggal tidak ditulis YYYY-MM-DD; tulis seperti itu",
        Flaw::DateDoesNotExist => "tanggal itu tidak ada di kalender; perbaiki",
        Flaw::DateOutOfRange => "tanggal tidak di antara {first} dan {last}; perbaiki",
        Flaw::NikShape => "NIK tidak tepat 16 angka; perbaiki",
        Flaw::NikDay => "tanggal lahir di NIK (angka ke-7 dan 8) bukan 01-31 atau 41-71; perbaiki",
        Flaw::NikMonth => "bulan lahir di NIK (angka ke-9 dan 10) bukan 01-12; perbaiki",
        Flaw::NikSerial => "nomor urut NIK (angka ke-13 sampai 16) 0000; perbaiki",
        Flaw::NameCharacter => {
            "karakter ke-{position} pada nama bukan huruf Latin, spasi, titik, apostrof, koma atau tanda hubung; perbaiki"
        }
        Flaw::BloodTypeUnknown => {
            "golongan darah tidak dikenal; pakai salah satu dari {allowed}, atau kosongkan"
        }
        Flaw::ReligionUnknown => "agama tidak dikenal; pakai salah satu dari {allowed}",
        Flaw::MaritalStatusUnknown => {
            "status perkawinan tidak dikenal; pakai salah satu dari {allowed}"
        }
        Flaw::RtRwShape => {
            "bukan satu sampai tiga angka; tulis seperti 003, atau 000 bila tidak ada"
        }
        Flaw::FamilyCardShape => "nomor KK tidak tepat 16 angka; perbaiki",
        Flaw::PhotoPathEscapes => {
            "foto berada di luar folder berkas data; taruh di dalamnya dan sebut dengan jalur relatif yang tidak memuat .. di dalamnya"
        }
        Flaw::PhotoMissing => {
            "foto itu tidak ada di folder berkas data; taruh di sana atau perbaiki namanya"
        }
        Flaw::PhotoUnreadable => {
            "foto tidak bisa dibaca ({cause}); periksa berkas dan hak aksesnya"
        }
        Flaw::PhotoTooLarge => {
            "fotonya {found} bita; simpan lebih kecil, paling banyak {limit} bita"
        }
        Flaw::PhotoNotAnImage => "foto bukan PNG atau JPEG; simpan sebagai salah satunya",
    }
}
