//! Sealing of personal data: one key beside the store, one sealed row a job, keyed hashes for the rest.
//!
//! A sealed payload is `version[1] nonce[24] ciphertext tag[16]`, XChaCha20-Poly1305 with the job's id as
//! associated data, so a row cannot be moved to another job. Inside: `length[4, big endian] record photo?[1]
//! photo`. The record is canonical JSON: keys sorted, nulls and `false` left out, so that a field which a
//! later version adds does not change the identity of what was handed in before.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use jiff::civil::Date;
use serde::Serialize;
use sha2::Sha256;

use super::open_error::StoreOpenError;
use super::{Payload, StoreLost};
use crate::domain::ids::JobId;
use crate::domain::record::{CardProduct, Reason, Record, Sex};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const SEAL_VERSION: u8 = 1;
/// Keyed hashes are cut to this length: enough against chance, and nobody without the key can aim.
const HASH_BYTES: usize = 16;
const EXPOSED_MODE: u32 = 0o077;

/// The 32 bytes that open a store's sealed rows. Never printed.
#[derive(Clone)]
pub struct StoreKey([u8; KEY_BYTES]);

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(..)")
    }
}

impl StoreKey {
    /// A key from its bytes: tests, rehearsals.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> StoreKey {
        StoreKey(bytes)
    }

    /// Reads a key file.
    ///
    /// Errors: [`StoreOpenError::KeyMissing`], `KeyExposed` if group or others may touch it, `KeyWrong` if it
    /// is not 32 bytes.
    pub fn read(path: &Path) -> Result<StoreKey, StoreOpenError> {
        let missing = || StoreOpenError::KeyMissing { path: path.into() };
        let mut file = File::open(path).map_err(|cause| {
            if cause.kind() == std::io::ErrorKind::NotFound {
                missing()
            } else {
                unreadable(path, cause)
            }
        })?;
        let meta = file.metadata().map_err(|cause| unreadable(path, cause))?;
        if meta.permissions().mode() & EXPOSED_MODE != 0 {
            return Err(StoreOpenError::KeyExposed { path: path.into() });
        }
        let mut bytes = Vec::with_capacity(KEY_BYTES + 1);
        Read::by_ref(&mut file)
            .take(KEY_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|cause| unreadable(path, cause))?;
        let key = bytes
            .try_into()
            .map_err(|_| StoreOpenError::KeyWrong { path: path.into() })?;
        Ok(StoreKey(key))
    }

    /// Makes a new key file, durable before it is used. Never replaces one.
    ///
    /// Errors: [`StoreOpenError::CannotWrite`].
    pub fn make(path: &Path) -> Result<StoreKey, StoreOpenError> {
        let cannot = |cause| StoreOpenError::CannotWrite {
            path: path.into(),
            cause,
        };
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key).map_err(|e| cannot(std::io::Error::other(e.to_string())))?;
        // A cut in the middle must not leave half a key under the real name.
        let part = path.with_extension("key.part");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .map_err(cannot)?;
        file.write_all(&key).map_err(cannot)?;
        file.sync_all().map_err(cannot)?;
        std::fs::hard_link(&part, path).map_err(cannot)?;
        std::fs::remove_file(&part).map_err(cannot)?;
        sync_folder_of(path).map_err(cannot)?;
        Ok(StoreKey(key))
    }
}

/// Makes a new name in a folder durable.
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

fn unreadable(path: &Path, cause: std::io::Error) -> StoreOpenError {
    StoreOpenError::Database {
        path: path.into(),
        doing: "read",
        cause: cause.into(),
    }
}

/// A record in canonical form. Personal data: no `Debug`.
pub(crate) struct Canonical(Vec<u8>);

impl Canonical {
    pub(crate) fn of(record: &Record) -> Canonical {
        // Names every field, so that a new one must be given its place here.
        let Record {
            address,
            birth_certificate_no,
            birth_date,
            birth_place,
            blood_type,
            citizenship,
            district,
            evidence_date,
            evidence_kind,
            evidence_no,
            family_card_no,
            family_head,
            first_timer,
            issue_date,
            issue_place,
            key,
            marital_status,
            name,
            nik,
            not_before,
            occupation,
            photo,
            product,
            reason,
            receipt_no,
            religion,
            rt,
            rw,
            sex,
            upstream_status,
            valid_until,
            ward,
        } = record;
        let ordered = Ordered {
            address,
            birth_certificate_no: birth_certificate_no.as_deref(),
            birth_date: *birth_date,
            birth_place,
            blood_type: blood_type.as_deref(),
            citizenship,
            district,
            evidence_date: *evidence_date,
            evidence_kind: evidence_kind.as_deref(),
            evidence_no: evidence_no.as_deref(),
            family_card_no: family_card_no.as_deref(),
            family_head: family_head.as_deref(),
            first_timer: *first_timer,
            issue_date: *issue_date,
            issue_place,
            key,
            marital_status: marital_status.as_deref(),
            name,
            nik,
            not_before: *not_before,
            occupation: occupation.as_deref(),
            photo: photo.as_deref(),
            product: *product,
            reason: *reason,
            receipt_no: receipt_no.as_deref(),
            religion,
            rt,
            rw,
            sex: *sex,
            upstream_status: upstream_status.as_deref(),
            valid_until: *valid_until,
            ward,
        };
        Canonical(serde_json::to_vec(&ordered).expect("a record has only text keys"))
    }
}

/// The fields of a record in canonical order.
#[derive(Serialize)]
struct Ordered<'a> {
    address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_certificate_no: Option<&'a str>,
    birth_date: Date,
    birth_place: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    blood_type: Option<&'a str>,
    citizenship: &'a str,
    district: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_card_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_head: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    first_timer: bool,
    issue_date: Date,
    issue_place: &'a str,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    marital_status: Option<&'a str>,
    name: &'a str,
    nik: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occupation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<&'a str>,
    product: CardProduct,
    reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_no: Option<&'a str>,
    religion: &'a str,
    rt: &'a str,
    rw: &'a str,
    sex: Sex,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Date>,
    ward: &'a str,
}

/// The store's cipher and keyed hashes.
#[derive(Clone)]
pub(crate) struct Seal {
    cipher: XChaCha20Poly1305,
    people: Hmac<Sha256>,
    bodies: Hmac<Sha256>,
    check: [u8; HASH_BYTES],
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Seal {
    pub(crate) fn new(key: &StoreKey) -> Seal {
        let derived = |purpose: &[u8]| hashed(keyed(&key.0), &[purpose]);
        Seal {
            cipher: XChaCha20Poly1305::new(&derived(b"cetak seal 1").into()),
            people: keyed(&derived(b"cetak people 1")),
            bodies: keyed(&derived(b"cetak bodies 1")),
            check: cut(derived(b"cetak check 1")),
        }
    }

    /// Tells one key from another without telling the key.
    pub(crate) fn check(&self) -> String {
        hex::encode(self.check)
    }

    /// The same person has the same hash, and only who holds the key can make it.
    pub(crate) fn person(&self, nik: &str) -> [u8; HASH_BYTES] {
        cut(hashed(self.people.clone(), &[nik.as_bytes()]))
    }

    /// The identity of what was handed in: record and photo.
    pub(crate) fn body(&self, record: &Canonical, photo: Option<&[u8]>) -> [u8; HASH_BYTES] {
        let length = (record.0.len() as u64).to_be_bytes();
        let has_photo = [u8::from(photo.is_some())];
        let parts = [
            &length[..],
            &record.0,
            &has_photo,
            photo.unwrap_or_default(),
        ];
        cut(hashed(self.bodies.clone(), &parts))
    }

    /// Seals record and photo for this job.
    pub(crate) fn seal(
        &self,
        job: JobId,
        record: &Canonical,
        photo: Option<&[u8]>,
    ) -> Result<Vec<u8>, StoreLost> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|e| StoreLost::Database {
            doing: "draw a nonce",
            cause: e.to_string().into(),
        })?;
        let length = u32::try_from(record.0.len()).expect("a record is far below 4 GB");
        let photo_bytes = photo.unwrap_or_default();
        // Once, in full: a growing buffer would leave copies of the plain text behind.
        let room = 4 + record.0.len() + 1 + photo_bytes.len() + TAG_BYTES;
        let mut text = Vec::with_capacity(room);
        text.extend_from_slice(&length.to_be_bytes());
        text.extend_from_slice(&record.0);
        text.push(u8::from(photo.is_some()));
        text.extend_from_slice(photo_bytes);
        self.cipher
            .encrypt_in_place(
                XNonce::from_slice(&nonce),
                job.to_string().as_bytes(),
                &mut text,
            )
            .expect("a payload is far below the cipher's limit");
        let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + text.len());
        sealed.push(SEAL_VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Opens what [`Seal::seal`] made for the same job.
    ///
    /// Errors: [`StoreLost::Damaged`], naming the job and nothing of its contents.
    pub(crate) fn open(&self, job: JobId, sealed: &[u8]) -> Result<Payload, StoreLost> {
        self.opened(job, sealed).ok_or_else(|| StoreLost::Damaged {
            what: format!("the sealed payload of {job}"),
        })
    }

    fn opened(&self, job: JobId, sealed: &[u8]) -> Option<Payload> {
        let (&version, rest) = sealed.split_first()?;
        let (nonce, text) = rest.split_at_checked(NONCE_BYTES)?;
        if version != SEAL_VERSION {
            return None;
        }
        let mut text = text.to_vec();
        self.cipher
            .decrypt_in_place(
                XNonce::from_slice(nonce),
                job.to_string().as_bytes(),
                &mut text,
            )
            .ok()?;
        let (length, rest) = text.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (record, rest) = rest.split_at_checked(length)?;
        let (&has_photo, photo) = rest.split_first()?;
        Some(Payload {
            record: serde_json::from_slice(record).ok()?,
            photo: (has_photo == 1).then(|| photo.to_vec()),
        })
    }
}

/// `2172********0007`: the middle would tell birth date and sex.
pub(crate) fn masked_nik(nik: &str) -> String {
    match (nik.get(..4), nik.get(12..)) {
        (Some(head), Some(tail)) if nik.len() == 16 && nik.is_ascii() => {
            format!("{head}********{tail}")
        }
        _ => "*".repeat(16),
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn hashed(mut mac: Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn cut(hash: [u8; 32]) -> [u8; HASH_BYTES] {
    *hash
        .first_chunk()
        .expect("a SHA-256 is longer than its cut form")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::store::testbench::record;

    #[test]
    fn the_canonical_form_stays_as_it_is() {
        let text = String::from_utf8(Canonical::of(&record(7)).0).expect("JSON");
        let expected = concat!(
            r#"{"address":"JALAN KENANGA NO 17","birth_date":"1990-01-01","#,
            r#""birth_place":"TANJUNGPINANG","blood_type":"O","citizenship":"WNI","#,
            r#""district":"BUKIT BESTARI","issue_date":"2025-01-01","#,
            r#""issue_place":"TANJUNGPINANG","key":"key-7","marital_status":"KAWIN","#,
            r#""name":"SUMARNI BINTI SALEH","nik":"2172990101900007","occupation":"GURU","#,
            r#""product":"ktp_el","reason":"new","religion":"ISLAM","rt":"001","rw":"002","#,
            r#""sex":"F","ward":"TANJUNG UNGGAT"}"#
        );
        assert_eq!(
            text, expected,
            "jobs accepted before would no longer be recognised"
        );
    }

    #[test]
    fn a_nik_is_masked_whatever_it_is() {
        assert_eq!(masked_nik("2172010101900007"), "2172********0007");
        for odd in [
            "",
            "217201010190000",
            "21720101019000077",
            "é172010101900007",
        ] {
            assert_eq!(masked_nik(odd), "*".repeat(16));
        }
    }

    #[test]
    fn a_sealed_payload_of_any_length_opens_or_is_damaged() {
        let seal = Seal::new(&StoreKey::from_bytes([7; 32]));
        let job: JobId = "TPI-1-000001".parse().expect("an id");
        let record = record(1);
        for photo in [None, Some(&b""[..]), Some(&[9; 100_000])] {
            let canonical = Canonical::of(&record);
            let sealed = seal.seal(job, &canonical, photo).expect("a seal");
            let opened = seal.open(job, &sealed).expect("a payload");
            assert_eq!((&opened.record, opened.photo.as_deref()), (&record, photo));
            assert_ne!(sealed, seal.seal(job, &canonical, photo).expect("a seal"));
            for cut in [0, 1, 24, 25, 40, sealed.len() - 1] {
                seal.open(job, &sealed[..cut])
                    .expect_err("a part was opened");
            }
            let mut flipped = sealed.clone();
            *flipped.last_mut().expect("bytes") ^= 1;
            seal.open(job, &flipped)
                .expect_err("a changed payload was opened");
        }
    }
}
