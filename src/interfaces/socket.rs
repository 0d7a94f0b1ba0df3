//! The local socket's place: server and client find it from the data folder alone.
//!
//! `DATA/cetak.sock` (0660 in a folder that is 0750: who may speak is whoever may enter). A Unix socket's address
//! holds 107 bytes; where the data folder's name is too long for it, the socket lies in a folder of the user's own
//! under `$XDG_RUNTIME_DIR` or the system's temporary folder. That folder is 0700, so there only the server's own
//! user can speak; and both sides must see the same `$XDG_RUNTIME_DIR`.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use sha2::{Digest, Sha256};
use tokio::net::UnixListener;

/// Bytes of a Unix socket's address, without the zero at its end.
pub const ADDRESS_BYTES_MAX: usize = 107;
/// The socket's name in the data folder.
pub const SOCKET_NAME: &str = "cetak.sock";
/// A socket gets its mode under this name (in a short folder beside it) before it can be found.
const NEW_SOCKET_NAME: &str = "cetak.new";
/// Bytes of the data folder's hash that a short name shows, in hex.
const SHORT_NAME_BYTES: usize = 12;
const SOCKET_MODE: u32 = 0o660;
const DATA_MODE: u32 = 0o750;
const OWN_MODE: u32 = 0o700;

/// Where the socket of this data folder is.
///
/// Errors: the folder is not there or cannot be entered; the folder for a short name is somebody else's.
pub fn socket_path(data: &Path) -> io::Result<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute() && folder.is_dir());
    let uid = rustix::process::geteuid().as_raw();
    let own = match runtime {
        Some(folder) => folder.join("cetak"),
        None => std::env::temp_dir().join(format!("cetak-{uid}")),
    };
    socket_path_in(data, &own)
}

/// The same with the folder that short names go to.
fn socket_path_in(data: &Path, own: &Path) -> io::Result<PathBuf> {
    let data = fs::canonicalize(data)?;
    let beside = data.join(SOCKET_NAME);
    if beside.as_os_str().len() <= ADDRESS_BYTES_MAX {
        return Ok(beside);
    }
    own_folder(own)?;
    let hash = Sha256::digest(data.as_os_str().as_bytes());
    let short = own
        .join(hex::encode(&hash[..SHORT_NAME_BYTES]))
        .with_extension("sock");
    if short.as_os_str().len() > ADDRESS_BYTES_MAX {
        let words = "the data folder's name and the runtime folder's are too long for a socket";
        return Err(io::Error::new(io::ErrorKind::InvalidFilename, words));
    }
    Ok(short)
}

/// Makes a folder that only its user can enter, or checks that it is one: a link, another owner or a wider mode
/// could lead the two sides to a stranger.
fn own_folder(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(OWN_MODE).create(folder) {
        Ok(()) => {}
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
        Err(cause) => return Err(cause),
    }
    let about = fs::symlink_metadata(folder)?;
    let is_own = about.is_dir()
        && about.uid() == rustix::process::geteuid().as_raw()
        && about.mode() & 0o077 == 0;
    if is_own {
        Ok(())
    } else {
        let words = format!(
            "{} is no folder of this user alone (mode 0700)",
            folder.display()
        );
        Err(io::Error::new(io::ErrorKind::PermissionDenied, words))
    }
}

/// Makes the data folder where it is missing, closed to others. The mode of one that is there is its owner's matter.
///
/// Errors: the system's word.
pub fn prepare_data_folder(data: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(DATA_MODE)
        .create(data)
}

/// Why the socket cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program answers there.
    #[error("{} is served by another program", socket.display())]
    Served {
        /// The socket.
        socket: PathBuf,
    },
    /// Something else has its name.
    #[error("{} is there and is no socket", socket.display())]
    NotASocket {
        /// The place.
        socket: PathBuf,
    },
    /// The system said no.
    #[error("cannot make the socket of {}", data.display())]
    Cannot {
        /// The data folder.
        data: PathBuf,
        /// Its word.
        #[source]
        cause: io::Error,
    },
}

/// Listens at the data folder's socket, and says where that is. A dead socket, behind which nobody listens, is
/// replaced. Call it with the store's lock in hand: that lock is what keeps two servers apart.
///
/// Errors: [`BindError`]. Must be called inside a tokio runtime.
pub fn bind(data: &Path) -> Result<(UnixListener, PathBuf), BindError> {
    let cannot = |cause| BindError::Cannot {
        data: data.into(),
        cause,
    };
    let socket = socket_path(data).map_err(cannot)?;
    let listener = bind_at(&socket).map_err(|failed| match failed {
        Failed::Served => BindError::Served {
            socket: socket.clone(),
        },
        Failed::NotASocket => BindError::NotASocket {
            socket: socket.clone(),
        },
        Failed::Cannot(cause) => cannot(cause),
    })?;
    Ok((listener, socket))
}

/// Takes the socket's name away at the end of a service, before the store's lock is released. A name that stays
/// behind does no harm: the next service replaces it.
pub fn leave(socket: &Path) {
    // Whoever finds it gone is refused at once; whoever finds it dead is refused too.
    let _ = fs::remove_file(socket);
}

enum Failed {
    Served,
    NotASocket,
    Cannot(io::Error),
}

impl From<io::Error> for Failed {
    fn from(cause: io::Error) -> Failed {
        Failed::Cannot(cause)
    }
}

fn bind_at(socket: &Path) -> Result<UnixListener, Failed> {
    match fs::symlink_metadata(socket) {
        Ok(about) if !about.file_type().is_socket() => return Err(Failed::NotASocket),
        Ok(_) if answers(socket)? => return Err(Failed::Served),
        Ok(_) => {}
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cause.into()),
    }
    // It is found under its own name only when it has its mode: made beside it, then renamed over the dead one.
    let new = if socket.file_name().is_some_and(|name| name == SOCKET_NAME) {
        socket.with_file_name(NEW_SOCKET_NAME)
    } else {
        socket.with_extension("new")
    };
    match fs::remove_file(&new) {
        Ok(()) => {}
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cause.into()),
    }
    let listener = UnixListener::bind(&new)?;
    fs::set_permissions(&new, Permissions::from_mode(SOCKET_MODE))?;
    fs::rename(&new, socket)?;
    Ok(listener)
}

/// Whether somebody listens, without waiting for anybody.
fn answers(socket: &Path) -> io::Result<bool> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let probe = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    match rustix::net::connect(&probe, &SocketAddrUnix::new(socket)?) {
        // A full queue of callers is a listener's.
        Ok(()) | Err(Errno::AGAIN | Errno::INPROGRESS) => Ok(true),
        Err(Errno::CONNREFUSED | Errno::NOENT) => Ok(false),
        Err(cause) => Err(cause.into()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().mode() & 0o777
    }

    fn long(folder: &Path) -> PathBuf {
        let name = "d".repeat(200 - folder.as_os_str().len() - 1);
        let data = folder.join(name);
        assert_eq!(data.as_os_str().len(), 200);
        prepare_data_folder(&data).unwrap();
        data
    }

    #[test]
    fn a_short_data_folder_holds_its_socket_however_it_is_spelled() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        prepare_data_folder(&data).unwrap();
        assert_eq!(mode(&data), DATA_MODE);
        let at = fs::canonicalize(&data).unwrap().join(SOCKET_NAME);
        std::os::unix::fs::symlink(&data, folder.path().join("link")).unwrap();
        for spelled in ["data", "./data/../data", "link"] {
            assert_eq!(socket_path(&folder.path().join(spelled)).unwrap(), at);
        }
    }

    #[test]
    fn a_data_folder_that_is_there_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        DirBuilder::new().mode(0o700).create(&data).unwrap();
        prepare_data_folder(&data).unwrap();
        assert_eq!(mode(&data), 0o700);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_socket() {
        let folder = tempfile::tempdir().unwrap();
        let missing = socket_path(&folder.path().join("nowhere")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_long_data_folder_gets_a_short_socket_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own");
        let data = long(folder.path());
        let short = socket_path_in(&data, &own).unwrap();
        assert!(short.as_os_str().len() <= ADDRESS_BYTES_MAX);
        assert_eq!(mode(&own), OWN_MODE);
        assert_eq!(socket_path_in(&data, &own).unwrap(), short);
        let other = data.join("other");
        prepare_data_folder(&other).unwrap();
        assert_ne!(socket_path_in(&other, &own).unwrap(), short);
    }

    #[test]
    fn a_short_name_in_a_place_that_others_can_change_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = long(folder.path());
        let (wide, link, file) = ("wide", "link", "file");
        let place = |name: &str| folder.path().join(name);
        DirBuilder::new().create(place(wide)).unwrap();
        fs::set_permissions(place(wide), Permissions::from_mode(0o770)).unwrap();
        DirBuilder::new()
            .mode(OWN_MODE)
            .create(place("target"))
            .unwrap();
        std::os::unix::fs::symlink(place("target"), place(link)).unwrap();
        fs::write(place(file), "").unwrap();
        for name in [wide, link, file] {
            let refused = socket_path_in(&data, &place(name)).unwrap_err();
            assert_eq!(
                refused.kind(),
                io::ErrorKind::PermissionDenied,
                "{name}: {refused}"
            );
        }
    }

    #[tokio::test]
    async fn a_live_socket_is_refused_and_a_dead_one_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (listener, socket) = bind(folder.path()).unwrap();
        assert_eq!(mode(&socket), SOCKET_MODE);
        let second = bind(folder.path()).unwrap_err();
        assert!(matches!(second, BindError::Served { .. }), "{second}");
        drop(listener);
        assert!(socket.exists(), "a name stays when its listener has gone");
        let (listener, again) = bind(folder.path()).unwrap();
        assert_eq!(again, socket);
        let (came, connected) =
            tokio::join!(listener.accept(), tokio::net::UnixStream::connect(&socket));
        came.unwrap();
        connected.unwrap();
        leave(&socket);
        assert!(!socket.exists());
    }

    #[tokio::test]
    async fn a_file_of_that_name_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(SOCKET_NAME), "precious").unwrap();
        let refused = bind(folder.path()).unwrap_err();
        assert!(matches!(refused, BindError::NotASocket { .. }), "{refused}");
        let kept = fs::read_to_string(folder.path().join(SOCKET_NAME)).unwrap();
        assert_eq!(kept, "precious");
    }
}
