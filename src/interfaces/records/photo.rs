//! Photos beside a record file: only inside its folder, only small ones.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path};

use rustix::fs::OFlags;

use crate::domain::flaw::{FieldError, Flaw};

/// Bytes of a photo.
pub const PHOTO_BYTES_MAX: u64 = 100 * 1024;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";

/// Whether a name stays inside the folder by its words alone: relative, and never upwards.
pub(super) fn is_inside(name: &str) -> bool {
    let mut names = 0;
    for part in Path::new(name).components() {
        match part {
            Component::Normal(_) => names += 1,
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::ParentDir => return false,
        }
    }
    names > 0
}

/// Reads a photo that a record names, PNG or JPEG.
///
/// `folder` is the record file's own. A link that leads out of it is refused like a path that does.
/// Errors: a flaw of the field `photo`, with its remedy.
pub fn load_photo(folder: &Path, name: &Path) -> Result<Vec<u8>, FieldError> {
    let escapes = || FieldError::new("photo", Flaw::PhotoPathEscapes);
    if !name.to_str().is_some_and(is_inside) {
        return Err(escapes());
    }
    let folder = fs::canonicalize(folder).map_err(unreadable)?;
    let path = fs::canonicalize(folder.join(name)).map_err(unreadable)?;
    if !path.starts_with(&folder) {
        return Err(escapes());
    }
    let file = open(&path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(FieldError::new("photo", Flaw::PhotoUnreadable).with("cause", "not a file"));
    }
    let mut photo = Vec::new();
    // It may grow while it is read: the limit holds for what is taken, too.
    if about.len() <= PHOTO_BYTES_MAX {
        file.take(PHOTO_BYTES_MAX + 1)
            .read_to_end(&mut photo)
            .map_err(unreadable)?;
    }
    let found = about.len().max(photo.len() as u64);
    if found > PHOTO_BYTES_MAX {
        return Err(FieldError::new("photo", Flaw::PhotoTooLarge)
            .with("found", found)
            .with("limit", PHOTO_BYTES_MAX));
    }
    if !photo.starts_with(PNG) && !photo.starts_with(JPEG) {
        return Err(FieldError::new("photo", Flaw::PhotoNotAnImage));
    }
    Ok(photo)
}

/// Opens without waiting (a pipe would wait for its writer) and without following a link put there since.
fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn unreadable(cause: io::Error) -> FieldError {
    let kind = cause.kind();
    if kind == io::ErrorKind::NotFound {
        FieldError::new("photo", Flaw::PhotoMissing)
    } else {
        FieldError::new("photo", Flaw::PhotoUnreadable).with("cause", kind)
    }
}
