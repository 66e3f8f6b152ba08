//! House rules as tests: who may name whom, how long a file may be, what a file opens with, what stands at the root.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Lines after which a file has a second idea in it.
const MAX_LINES: usize = 500;

/// Bytes of a tracked file.
const MAX_BYTES: u64 = 2_000_000;

/// Names that say that the idea was not found yet.
///
/// The panel's `service` scene is named by the contract and lives among the scenes.
const NO_NAMES: [&str; 7] = ["utils", "helpers", "common", "core", "infra", "manager", "handler"];

/// Room → the rooms it may name.
const MAY_NAME: [(&str, &[&str]); 32] = [
    // Nouns.
    ("text", &[]),
    ("access", &[]),
    ("error", &["document", "text"]),
    ("member", &["error"]),
    ("settings", &["job", "text"]), // which symbols of codes look alike
    ("job", &["raster", "text"]),   // raster in links only: a plan's documentation points at placement
    ("raster", &["job"]),
    ("document", &["job", "text", "worker"]), // worker in a link only
    // Tools.
    ("bell", &[]),
    ("clock", &[]),
    ("board", &[]),
    ("flight", &[]),
    ("logbook", &[]),
    ("store", &["access", "clock", "document", "error", "job", "member"]),
    ("printer", &["job", "raster"]),
    ("worker", &["access", "document", "job", "raster", "settings", "text"]),
    ("tls", &[]),
    ("auth", &["access", "tls"]),
    ("broker", &["document", "settings", "tls"]),
    // Journeys.
    ("desk", &["board", "error", "flight", "logbook", "settings", "store"]),
    ("gate", &["access", "auth", "error", "store"]),
    ("guessing", &["clock", "error", "job", "settings", "store"]),
    ("roster", &["error", "member", "settings", "store"]),
    ("queue", &["bell", "clock", "document", "error", "job", "printer", "raster", "settings", "store", "worker"]),
    ("preview", &["access", "bell", "broker", "clock", "document", "error", "job", "settings", "store", "worker"]),
    ("terminals", &["access", "error", "job", "settings", "store"]),
    // Doors. The types of rows that journeys hand up are the store's; its functions are not called here.
    (
        "http",
        &[
            "access",
            "document",
            "error",
            "gate",
            "guessing",
            "job",
            "member",
            "panel",
            "preview",
            "queue",
            "roster",
            "settings",
            "store",
            "terminals",
            "text",
        ],
    ),
    (
        "panel",
        &["board", "desk", "flight", "job", "queue", "raster", "roster", "settings", "store", "terminals", "text"],
    ),
    // Assembly and the command line.
    (
        "kiosk",
        &[
            "auth",
            "clock",
            "desk",
            "document",
            "error",
            "gate",
            "guessing",
            "http",
            "job",
            "panel",
            "preview",
            "printer",
            "queue",
            "roster",
            "settings",
            "store",
            "terminals",
            "worker",
        ],
    ),
    ("node", &["access", "broker", "document", "job", "settings", "worker"]),
    // Above the assembly: it builds whole kiosks.
    ("drill", &["error", "http", "job", "kiosk", "panel", "printer", "queue", "settings", "store", "text", "worker"]),
    (
        "command",
        &[
            "access", "broker", "clock", "document", "drill", "error", "flight", "http", "job", "kiosk", "logbook",
            "member", "node", "panel", "preview", "printer", "queue", "raster", "roster", "settings", "store", "text",
            "worker",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files(&entry, ending, found);
        } else if entry.to_string_lossy().ends_with(ending) {
            found.push(entry);
        }
    }
}

/// Every source file with its room and its text.
fn sources() -> Vec<(PathBuf, String, String)> {
    let mut found = Vec::new();
    files(&root().join("src"), ".rs", &mut found);
    assert!(found.len() > 50, "the sources are not where they were");
    found
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(root().join("src")).expect("in src");
            let room = inside.iter().next().expect("a part").to_string_lossy().replace(".rs", "");
            let text = fs::read_to_string(&path).expect("text");
            (path, room, text)
        })
        .collect()
}

#[test]
fn rooms_name_only_rooms_below_them() {
    let table: BTreeMap<_, _> = MAY_NAME.into_iter().collect();
    let mut wrong = Vec::new();
    for (path, room, text) in sources() {
        if room == "main" || room == "lib" {
            continue;
        }
        let may = table.get(room.as_str()).unwrap_or_else(|| panic!("{room} is not in the table"));
        let names = |line: &str| -> Vec<String> {
            line.split("crate::")
                .skip(1)
                .flat_map(|rest| match rest.strip_prefix('{') {
                    // `use crate::{a, b::{c}}` on one line; over several lines the next lines are looked at below.
                    Some(group) => group.split(',').map(first_word).collect(),
                    None => vec![first_word(rest)],
                })
                .collect()
        };
        for (number, line) in use_lines(&text) {
            for name in names(&line) {
                if !name.is_empty()
                    && name != room
                    && !may.contains(&name.as_str())
                    && table.contains_key(name.as_str())
                {
                    wrong.push(format!("{}:{number}: {room} names {name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Lines with `crate::`, a `use crate::{…}` of several lines as one with its nested lists taken out.
fn use_lines(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line.trim_end().ends_with("use crate::{") {
            let mut names = Vec::new();
            let mut depth = 1;
            for (_, line) in lines.by_ref() {
                if depth == 1 && !line.trim_start().starts_with('}') {
                    names.push(first_word(line));
                }
                depth += line.matches('{').count();
                depth -= line.matches('}').count();
                if depth == 0 {
                    break;
                }
            }
            found.push((number + 1, format!("crate::{{{}", names.join(","))));
        } else if line.contains("crate::") {
            found.push((number + 1, line.to_owned()));
        }
    }
    found
}

#[test]
fn files_are_short_and_say_what_lives_in_them() {
    let mut wrong = Vec::new();
    for (path, _, text) in sources() {
        if text.lines().count() > MAX_LINES {
            wrong.push(format!("{}: over {MAX_LINES} lines", path.display()));
        }
        if !text.starts_with("//! ") {
            wrong.push(format!("{}: does not open with //!", path.display()));
        }
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if NO_NAMES.contains(&stem.as_str()) || stem == "mod" {
            wrong.push(format!("{}: is no name for an idea", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sentences_and_html_live_in_assets() {
    let mut wrong = Vec::new();
    for (path, _, text) in sources() {
        // What a scene is filled with to be looked at is data, not a text of the product.
        let name = path.to_string_lossy();
        if name.contains("/sample") || name.contains("/tests") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let statement = line.trim_start();
            // Titles and names of samples are data, one word each; a sentence has a space between Cyrillic words.
            let cyrillic = |c: char| ('а'..='я').contains(&c.to_lowercase().next().unwrap_or(c));
            let words = statement.split('"').nth(1).unwrap_or_default().split(' ').filter(|w| w.chars().any(cyrillic));
            if !statement.starts_with("//") && words.count() > 2 {
                wrong.push(format!("{}:{}: a sentence", path.display(), number + 1));
            }
            if !statement.starts_with("//") && ["\"<div", "\"<p", "\"<html"].iter().any(|tag| line.contains(tag)) {
                wrong.push(format!("{}:{}: HTML", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_but_the_listed_stands_at_the_root() {
    let known = [
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "build.rs",
        "src",
        "assets",
        "systemd",
        "cross.toml",
        "images",
        "tests",
        "target",
    ];
    for entry in fs::read_dir(root()).expect("the root") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || known.contains(&name.as_str()), "{name} stands at the root");
    }
}

#[test]
fn no_file_is_large_and_none_names_a_workplace() {
    let mut found = Vec::new();
    for folder in ["src", "assets", "tests"] {
        files(&root().join(folder), "", &mut found);
    }
    for path in found {
        assert!(fs::metadata(&path).expect("a file").len() <= MAX_BYTES, "{} is over 2 MB", path.display());
        let text = fs::read_to_string(&path).unwrap_or_default();
        // Put together here, so that this file does not hold them.
        for word in [["/wo", "rk/"], ["/ro", "ot/"]] {
            assert!(!text.contains(&word.concat()), "{} names a path of somebody's machine", path.display());
        }
    }
}
