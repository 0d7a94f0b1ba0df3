//! Who speaks: the name of the user at the other end of the socket.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::domain::ids::Actor;

/// The system's list of users.
const USERS: &str = "/etc/passwd";
/// Bytes of one line of it that are looked at.
const LINE_BYTES_MAX: u64 = 4096;

/// The person with this user id, as the system's own list names them. Users that only a directory service knows are
/// `uid:1000`: asking such a service may wait for a network, and its answer changes with it.
pub(crate) fn person(uid: u32) -> Actor {
    Actor::Person(name_in(Path::new(USERS), uid).unwrap_or_else(|| format!("uid:{uid}")))
}

/// The first user with this id. Shape: `name:password:uid:...`.
fn name_in(users: &Path, uid: u32) -> Option<String> {
    let mut lines = BufReader::new(File::open(users).ok()?);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut part = std::io::Read::take(&mut lines, LINE_BYTES_MAX);
        if part.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            continue;
        };
        let mut fields = text.trim_end_matches('\n').split(':');
        let (name, id) = (fields.next(), fields.nth(1));
        if id.and_then(|id| id.parse().ok()) == Some(uid) {
            return name.filter(|name| !name.is_empty()).map(str::to_owned);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_first_user_with_the_id_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("passwd");
        let mut text =
            b"root:x:0:0:root:/root:/bin/sh\n\xff\xfe:x:7:7::/:\n# a comment\n\n".to_vec();
        text.extend_from_slice(b"rina:x:1000:1000:Rina,,,:/home/rina:/bin/sh\nalias:x:1000:1:::\n");
        text.extend_from_slice(b":x:5:5:::\nlast:x:44:1:::");
        std::fs::write(&users, text).unwrap();
        let name = |uid| name_in(&users, uid);
        assert_eq!(name(0).as_deref(), Some("root"));
        assert_eq!(name(1000).as_deref(), Some("rina"));
        assert_eq!(name(44).as_deref(), Some("last"));
        for unknown in [1, 5, 7, u32::MAX] {
            assert_eq!(name(unknown), None, "{unknown}");
        }
        assert_eq!(name_in(&folder.path().join("nothing"), 0), None);
    }

    #[test]
    fn a_user_whom_the_list_does_not_know_is_a_number() {
        let unknown = u32::MAX - 7;
        assert_eq!(person(unknown), Actor::Person(format!("uid:{unknown}")));
    }
}
