//! Answers with wrong bytes: whatever a printer says, reading it neither panics nor takes more memory than a few times
//! what was said. Over a connection the same is tried in `tests/drill.rs`.

use proptest::prelude::{Strategy, any, prop, prop_assert, proptest};

use super::{
    attributes::{capabilities, report, status},
    message::{Attribute, Group, Message, Syntax, Value, group},
};

/// An answer in which every syntax stands, of the kind that printers give.
fn good() -> Vec<u8> {
    let keyword = |name: &str, word: &str| Attribute::text(name, Syntax::Keyword, word);
    let size = Value::Collection(vec![
        Attribute::new("x-dimension", Value::Integer(21_000)),
        Attribute::new("y-dimension", Value::Integer(29_700)),
    ]);
    let media = Value::Collection(vec![
        Attribute::new("media-size", size),
        Attribute::new("media-top-margin", Value::Integer(423)),
        keyword("media-size-name", "iso_a4_210x297mm"),
    ]);
    let printer = vec![
        Attribute::new("printer-state", Value::Enum(3)),
        keyword("printer-state-reasons", "media-empty-error"),
        Attribute::new("printer-is-accepting-jobs", Value::Boolean(true)),
        Attribute::text("printer-make-and-model", Syntax::Text, "Example принтер"),
        Attribute::new("copies-supported", Value::Range(1, 99)),
        Attribute::text("document-format-supported", Syntax::MediaType, "image/pwg-raster"),
        Attribute { name: "media-col-ready".into(), values: vec![media.clone(), media.clone()] },
        Attribute::new("media-col-default", media),
        Attribute::new("pwg-raster-document-resolution-supported", Value::Resolution(300, 300)),
        keyword("pwg-raster-document-type-supported", "sgray_8"),
        keyword("sides-supported", "two-sided-long-edge"),
        keyword("urf-supported", "RS300-600"),
    ];
    let job = vec![
        Attribute::new("job-id", Value::Integer(7)),
        Attribute::new("job-state", Value::Enum(5)),
        keyword("job-state-reasons", "job-printing"),
        Attribute::new("job-impressions-completed", Value::Integer(3)),
        Attribute::text("job-name", Syntax::Name, "x"),
    ];
    let groups = vec![Group { tag: group::PRINTER, attributes: printer }, Group { tag: group::JOB, attributes: job }];
    Message { code: 0, groups }.to_bytes()
}

/// Bytes that an attribute holds on to, roughly: a number of allocations, and what lies in them.
fn held(attributes: &[Attribute]) -> usize {
    let value = |value: &Value| {
        size_of::<Value>()
            + match value {
                Value::Text(_, text) => text.len(),
                Value::Collection(members) => held(members),
                _ => 0,
            }
    };
    let attribute = |attribute: &Attribute| {
        size_of::<Attribute>() + attribute.name.len() + attribute.values.iter().map(value).sum::<usize>()
    };
    attributes.iter().map(attribute).sum()
}

/// Reads all that is read of an answer; how many bytes are held.
fn read(bytes: &[u8]) -> usize {
    let Ok(message) = Message::from_bytes(bytes) else { return 0 };
    let _ = status(message.group(group::PRINTER)).map(|status| status.fault());
    if let Ok(found) = capabilities(message.group(group::PRINTER)) {
        assert!(!found.formats.is_empty() && !found.resolutions.is_empty() && !found.media.is_empty());
        assert!(found.copies >= 1 && found.model.chars().count() <= 63);
    }
    if let Ok(found) = report(message.group(group::JOB)) {
        assert!(found.reasons.len() <= 64);
    }
    message.groups.iter().map(|group| size_of::<Group>() + held(&group.attributes)).sum()
}

/// One change of a message.
fn change() -> impl Strategy<Value = (u8, usize, u8)> {
    (0_u8..5, any::<usize>(), any::<u8>())
}

proptest! {
    #[test]
    fn wrong_bytes_cost_an_answer_and_nothing_else(changes in prop::collection::vec(change(), 1..6)) {
        let mut bytes = good();
        for (kind, at, byte) in changes {
            let at = at % bytes.len().max(1);
            let end = (at + usize::from(byte)).min(bytes.len());
            match kind {
                _ if bytes.is_empty() => bytes.push(byte),
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => bytes.insert(at, byte),
                3 => drop(bytes.drain(at..end)),
                _ => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        // The smallest value is five bytes of the message, and a byte that is no UTF-8 becomes three.
        prop_assert!(read(&bytes) <= bytes.len() * 40 + 1_000, "{} of {}", read(&bytes), bytes.len());
    }
}

#[test]
fn an_answer_of_the_smallest_values_holds_little() {
    let mut bytes = vec![2, 0, 0, 0, 0, 0, 0, 1, group::PRINTER, 0x44, 0, 1, b'a', 0, 0];
    for _ in 0..100_000 {
        bytes.extend([0x44, 0, 0, 0, 0]);
    }
    bytes.push(group::END);
    let held = read(&bytes);
    assert!(held > 0 && held <= bytes.len() * 40, "{held} of {}", bytes.len());
    assert!(read(&good()) > 0);
}
