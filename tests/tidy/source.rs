//! The sources of the house, read as text: comments, strings and tests apart from the rest.

use std::fs;
use std::path::{Path, PathBuf};

/// Fewer files than this means that the walk looked in the wrong place.
const FILES_MIN: usize = 20;

/// A source file, read twice: as it is, and as what the program itself does.
pub(crate) struct Source {
    /// Relative to the workspace.
    pub(crate) path: String,
    pub(crate) lines: usize,
    /// Without comments and strings.
    pub(crate) whole: String,
    /// The same without its tests.
    pub(crate) code: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Source {
        let whole = without_comments_and_strings(text);
        let code = if is_test_file(path) {
            String::new()
        } else {
            before_tests(&whole).to_owned()
        };
        Source {
            path: path.to_owned(),
            lines: text.lines().count(),
            whole,
            code,
        }
    }
}

pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR");
    here.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

pub(crate) fn sources() -> Vec<Source> {
    let mut files = vec![];
    for folder in ["src", "tests", "benches", "drivers", "firmware-sims"] {
        walk(&root().join(folder), &mut files);
    }
    files.sort();
    assert!(
        files.len() >= FILES_MIN,
        "only {} sources found",
        files.len()
    );
    files
        .iter()
        .map(|file| {
            let path = file
                .strip_prefix(root())
                .expect("the walk began at the root");
            let text = fs::read_to_string(file).expect("a source is UTF-8");
            Source::new(&path.to_string_lossy(), &text)
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

pub(crate) fn is_test_folder(path: &str) -> bool {
    path.starts_with("tests/")
        || path.starts_with("drivers/tests/")
        || path.starts_with("firmware-sims/tests/")
}

/// Files that are compiled for tests only, by their name; `golden` and `specimens` belong to the domain's tests.
fn is_test_file(path: &str) -> bool {
    path.split('/').any(|part| {
        matches!(
            part.trim_end_matches(".rs"),
            "tests" | "golden" | "specimens" | "suite"
        )
    }) && !is_test_folder(path)
}

/// Everything before the first test module: tests stand last in a file.
fn before_tests(code: &str) -> &str {
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let at = from + found;
        let mut behind = code[at + "#[cfg(test)]".len()..].trim_start();
        while let Some(attribute) = behind.strip_prefix("#[") {
            behind = attribute
                .split_once(']')
                .map_or("", |(_, rest)| rest)
                .trim_start();
        }
        let declared = behind.split(['{', ';']).next().unwrap_or("");
        let is_inline_module =
            declared.contains("mod ") && behind[declared.len()..].starts_with('{');
        if is_inline_module {
            return &code[..at];
        }
        from = at + 1;
    }
    code
}

/// Comments become nothing, strings become empty, lines stay.
fn without_comments_and_strings(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let after_name = at > 0 && is_name(chars[at - 1]);
        match c {
            '/' if next == Some('/') => {
                while chars.get(at).is_some_and(|c| *c != '\n') {
                    at += 1;
                }
            }
            '/' if next == Some('*') => at = block_comment_end(&chars, at),
            '"' => {
                out.push_str("\"\"");
                at = string_end(&chars, at + 1);
            }
            'r' if !after_name || chars.get(at.wrapping_sub(1)) == Some(&'b') => {
                match raw_string_end(&chars, at + 1) {
                    Some(end) => {
                        out.push_str("\"\"");
                        at = end;
                    }
                    None => {
                        out.push(c);
                        at += 1;
                    }
                }
            }
            '\'' => {
                let end = char_literal_end(&chars, at);
                out.push(' ');
                at = end;
            }
            c => {
                out.push(c);
                at += 1;
            }
        }
    }
    out
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// Behind `r`: hashes, a quote, and everything up to the quote with as many hashes.
fn raw_string_end(chars: &[char], from: usize) -> Option<usize> {
    let hashes = chars[from..].iter().take_while(|c| **c == '#').count();
    if chars.get(from + hashes) != Some(&'"') {
        return None;
    }
    let mut at = from + hashes + 1;
    while at < chars.len() {
        let closing = chars[at] == '"'
            && chars[at + 1..]
                .iter()
                .take_while(|c| **c == '#')
                .take(hashes)
                .count()
                == hashes;
        if closing {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(at)
}

/// A character, or a lifetime: then only its tick is taken.
fn char_literal_end(chars: &[char], from: usize) -> usize {
    match (chars.get(from + 1), chars.get(from + 2)) {
        (Some('\\'), _) => {
            let mut at = from + 3;
            while chars.get(at).is_some_and(|c| *c != '\'') {
                at += 1;
            }
            at + 1
        }
        (Some(_), Some('\'')) => from + 3,
        _ => from + 1,
    }
}

pub(crate) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
