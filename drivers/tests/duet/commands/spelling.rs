//! How rows of both tables come together: each side writes a command in its own way.

/// Commands joined by commas, as they stand.
pub(crate) fn listed(row: &str) -> Vec<String> {
    row.split(", ").map(str::to_owned).collect()
}

/// Whether two spellings are of one command: the same, one a whole part at the beginning of the other (`3C 02` and
/// `3C 02 70`), or one a pattern of the other (`LAM*`).
pub(crate) fn meet(one: &str, other: &str) -> bool {
    let part = |long: &str, short: &str| match short.strip_suffix('*') {
        Some(stem) => long.starts_with(stem),
        None => long
            .strip_prefix(short)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')),
    };
    part(one, other) || part(other, one)
}

/// Letters and digits.
pub(crate) fn alphanumeric(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

#[test]
fn spellings_meet_by_whole_parts() {
    assert!(meet("Se", "Se") && !meet("Se", "Ser") && !meet("Rlr", "Rlr;p"));
    assert!(meet("3C 02", "3C 02 70") && meet("3C 02 70", "3C 02"));
    assert!(meet("LAM_SPD", "LAM*") && meet("LAM*", "LAM") && !meet("LAN", "LAM*"));
}
