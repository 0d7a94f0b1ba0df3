//! How rows of both tables come together: each side writes a command in its own way.

/// Commands joined by commas, as they stand.
pub(crate) fn listed(row: &str) -> Vec<String> {
    row.split(", ").map(str::to_owned).collect()
}

/// Zebra: variants joined by commas; the simulator's rows name the parameters, which are no part of the command.
pub(crate) fn zebra(row: &str) -> Vec<String> {
    let name = |form: &str| form.split(' ').next().map(str::to_owned);
    row.split(", ").filter_map(name).collect()
}

/// Magicard: fields joined by spaces, with or without `REQ,`; a value is no part of the field. `ON` and `OFF` are
/// values too.
pub(crate) fn magicard(row: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let words = row.split([' ', '(', ')']).filter(|word| !word.is_empty());
    for word in words {
        let word = word.strip_prefix("REQ,").unwrap_or(word);
        let key = if let Some(question) = word.strip_prefix("STA,") {
            let named = question.starts_with(|c: char| c.is_ascii_uppercase());
            format!("STA,{}", if named { question } else { "*" })
        } else if let Some(stem) = word.strip_suffix("...") {
            format!("{stem}*")
        } else {
            let letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            let stem = word.split(|c| !letter(c)).next().unwrap_or(word);
            match stem {
                "COEH" | "COEL" => "COE",
                "PAG1" | "PAG2" => "PAG",
                "HOLLAN" | "HOLPOR" => "HOL",
                _ => stem
                    .strip_suffix("ON")
                    .or_else(|| stem.strip_suffix("OFF"))
                    .unwrap_or(stem),
            }
            .to_owned()
        };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Matica: a frame's type alone; behind type F0000100 the command's bytes; behind `USB` a command block's.
pub(crate) fn matica(row: &str) -> Vec<String> {
    match row {
        "USB 2C 2E" => return vec!["USB 2C".to_owned(), "USB 2E".to_owned()],
        "USB 2D 2F" => return vec!["USB 2D".to_owned(), "USB 2F".to_owned()],
        _ => {}
    }
    let hexadecimal = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words: Vec<&str> = row.split(' ').collect();
    let bytes = |words: &[&str]| {
        let bytes = words.iter().copied();
        let bytes: Vec<&str> = bytes
            .take_while(|word| word.len() == 2 && hexadecimal(word))
            .collect();
        bytes.join(" ")
    };
    let key = match words.as_slice() {
        ["USB", rest @ ..] => format!("USB {}", bytes(rest)),
        ["F0000100", rest @ ..] => format!("F0000100 {}", bytes(rest)),
        [kind, ..] if kind.len() == 8 && hexadecimal(kind) => (*kind).to_owned(),
        // The driver's table names a command block in capitals, and gives the other commands a second byte.
        [first, second, ..] if *first <= "0B" && !is_title(second) => {
            format!("F0000100 {}", bytes(&words))
        }
        _ => format!("USB {}", bytes(&words)),
    };
    vec![key]
}

fn is_title(word: &str) -> bool {
    word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase())
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

/// What a Zebra command is parted from its neighbours by is white space or a control character.
pub(crate) fn graphic(character: char) -> bool {
    character.is_ascii_graphic()
}

/// Behind a Magicard field stands its value: only a small letter makes another word of it.
pub(crate) fn small_letter(character: char) -> bool {
    character.is_ascii_lowercase()
}

#[test]
fn each_makers_rows_come_to_one_spelling() {
    assert_eq!(listed("Rco;a, Rco;m"), ["Rco;a", "Rco;m"]);
    assert_eq!(zebra("G, vG x y mode h w gmode"), ["G", "vG"]);
    assert_eq!(zebra("&E trk, &E*"), ["&E", "&E*"]);
    assert_eq!(zebra("MS 2"), ["MS"]);
    assert_eq!(magicard("REQ,STA,TCQ"), ["STA,TCQ"]);
    assert_eq!(magicard("REQ,STA,key"), ["STA,*"]);
    assert_eq!(magicard("ERAON ERAOFF"), magicard("ERAON/OFF"));
    assert_eq!(magicard("MAGn,[MPCx,]data"), ["MAG"]);
    assert_eq!(
        magicard("VERs CR79 JIS2 XLIt:d"),
        ["VER", "CR79", "JIS2", "XLI"]
    );
    assert_eq!(magicard("LAM..."), ["LAM*"]);
    assert_eq!(magicard("SZBn (SZYn)"), ["SZB", "SZY"]);
    assert_eq!(
        matica("F0000400 (UDP)"),
        matica("F0000400 read stored settings")
    );
    assert_eq!(matica("01 02 00 00 test ready"), ["F0000100 01 02 00 00"]);
    assert_eq!(matica("0B listed"), matica("F0000100 0B"));
    assert_eq!(matica("01 REZERO"), matica("USB 01"));
    assert_eq!(matica("31 08 PRINT"), matica("USB 31 08"));
    assert!(meet(
        &matica("07 06 FF PP transfer, long form")[0],
        &matica("F0000100 07")[0]
    ));
}

#[test]
fn spellings_meet_by_whole_parts() {
    assert!(meet("Se", "Se") && !meet("Se", "Ser") && !meet("Rlr", "Rlr;p"));
    assert!(meet("3C 02", "3C 02 70") && meet("3C 02 70", "3C 02"));
    assert!(meet("LAM_SPD", "LAM*") && meet("LAM*", "LAM") && !meet("LAN", "LAM*"));
}
