//! The test sources of a maker, and what they say in texts.

use std::fs;
use std::path::{Path, PathBuf};

use super::makers::MAKERS;

/// One file with tests.
#[derive(Debug, Default)]
pub(crate) struct TestFile {
    /// `driver`, `duet` or `firmware`.
    pub(crate) side: &'static str,
    /// Its path there, without the ending.
    pub(crate) name: String,
    /// Its texts and byte texts, decoded.
    pub(crate) literals: Vec<String>,
    /// The whole source without comments and white space.
    pub(crate) code: String,
}

/// All files with tests in which a maker's commands may be named.
pub(crate) fn test_files(maker: &str) -> Vec<TestFile> {
    let drivers = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sides = [
        ("driver", drivers.join("src").join(maker)),
        ("duet", drivers.join("tests/duet")),
        ("firmware", drivers.join("../firmware-sims/src").join(maker)),
    ];
    let mut files = Vec::new();
    for (side, folder) in sides {
        for path in rust_files(&folder) {
            let inside = path.strip_prefix(&folder).unwrap().to_str().unwrap();
            let Some(name) = test_name(side, inside, maker) else {
                continue;
            };
            let (literals, code) = read(&fs::read_to_string(&path).unwrap());
            if code.contains("#[test]") {
                files.push(TestFile {
                    side,
                    name,
                    literals,
                    code,
                });
            }
        }
    }
    files
}

/// What a file is called in the table; `None`: it is no test, another maker's, or about these tables.
fn test_name(side: &str, inside: &str, maker: &str) -> Option<String> {
    let name = inside.strip_suffix(".rs")?;
    if name.split('/').any(|part| part == "commands") {
        return None;
    }
    if side == "duet" {
        let mut named = MAKERS.iter().filter(|other| name.starts_with(other.key));
        let owner = named.next().or(MAKERS.first())?;
        return (owner.key == maker).then(|| name.to_owned());
    }
    match name {
        "tests" => Some(name.to_owned()),
        _ => name
            .strip_prefix("tests/")
            .or_else(|| name.strip_suffix("/tests"))
            .map(str::to_owned),
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Takes a source apart: its texts, and the whole without comments and white space.
fn read(source: &str) -> (Vec<String>, String) {
    let (mut literals, mut code) = (Vec::new(), String::new());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let before = code.chars().next_back();
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if let Some((length, text)) = raw_text(rest, before) {
            literals.push(text.to_owned());
            code.push_str(&rest[..length]);
            length
        } else if first == '"' {
            let (length, text) = text(rest);
            literals.push(text);
            code.push_str(&rest[..length]);
            length
        } else {
            let length = character(rest).unwrap_or(first.len_utf8());
            code.extend(rest[..length].chars().filter(|c| !c.is_whitespace()));
            length
        };
        rest = &rest[length..];
    }
    (literals, code)
}

/// Bytes of a comment, with those inside it.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// `r"..."` and `r#"..."#`; a `b` before it is already behind us.
fn raw_text(rest: &str, before: Option<char>) -> Option<(usize, &str)> {
    let fences = rest.strip_prefix('r')?;
    if before.is_some_and(|c| c != 'b' && (c.is_alphanumeric() || c == '_')) {
        return None;
    }
    let text = fences.trim_start_matches('#');
    let hashes = &fences[..fences.len() - text.len()];
    let text = text.strip_prefix('"')?;
    let end = text.find(&format!("\"{hashes}"))?;
    Some((2 * hashes.len() + end + 3, &text[..end]))
}

/// `"..."` with its escapes decoded.
fn text(rest: &str) -> (usize, String) {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (at + 1, text),
            '\\' => match characters.next().map(|(_, escape)| escape) {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('0') => text.push('\0'),
                Some('x') => {
                    let digits: String = characters.by_ref().take(2).map(|(_, d)| d).collect();
                    text.push(char::from(u8::from_str_radix(&digits, 16).unwrap()));
                }
                Some('u') => {
                    let inside = characters.by_ref().skip(1).map(|(_, digit)| digit);
                    let digits: String = inside.take_while(|digit| *digit != '}').collect();
                    text.extend(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()));
                }
                Some('\n') => while characters.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    (rest.len(), text)
}

/// Bytes of a character literal; `None`: the quote belongs to a lifetime, or there is none.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    if let Some(escape) = inside.strip_prefix('\\') {
        let behind = escape.chars().next()?.len_utf8();
        return Some(2 + behind + escape[behind..].find('\'')? + 1);
    }
    let one = inside.chars().next()?.len_utf8();
    inside[one..].starts_with('\'').then_some(one + 2)
}

#[test]
fn texts_are_read_out_of_a_source() {
    let source = r##"
        // "no" /* "no" */
        /* "no" /* "no" */ */ fn f<'a>(_: &'a str) { g('"', '\'', b'"', "a\x1B\r\u{1B}\
            b", br"c\x", r#"d"e"#, "") }
    "##;
    let (literals, code) = read(source);
    assert_eq!(
        literals,
        ["a\u{1B}\r\u{1B}b", "c\\x", "d\"e", ""].map(str::to_owned)
    );
    assert!(code.starts_with("fnf<'a>(_:&'astr){g('\"','\\'',b'\"',\"a"));
    assert!(!code.contains("no"));
}
