//! Looking into a file to see what it is: the parts of a zip file (OPC, ISO/IEC 29500-2 §6; OpenDocument 1.3 part 2 §3), the
//! streams of an OLE2 file, the bytes of a text. Passwords are noticed here, before an engine stumbles over them.

use std::{
    fs::File,
    io::{Cursor, Read, Seek},
};

use zip::ZipArchive;

use super::{child::refuse, unlocked};
use crate::{
    document::{
        kind::{HEAD_BYTES, Kind, Look},
        refusal::Refusal,
    },
    settings::convert::Convert,
    worker::child::Failure,
};

/// Bytes of a text that are looked at.
const TEXT_BYTES: u64 = 64 << 10;

/// Bytes of a part that tells what its file is.
const PART_BYTES: u64 = 1 << 20;

/// Bytes of an unpacked part of XML under which it is no bomb, however it was packed.
const BOMB_BYTES: u64 = 16 << 20;

/// Streams of OLE2 files ([MS-DOC], [MS-XLS], [MS-PPT]), the last two of documents that hide another behind a password
/// ([MS-OFFCRYPTO]).
const STREAMS: [(&str, Result<Kind, Refusal>); 7] = [
    ("EncryptedPackage", Err(Refusal::Encrypted)),
    ("EncryptedSummary", Err(Refusal::Encrypted)),
    ("WordDocument", Ok(Kind::Doc)),
    ("Workbook", Ok(Kind::Xls)),
    ("Book", Ok(Kind::Xls)),
    ("PowerPoint Document", Ok(Kind::Ppt)),
    ("PP40", Ok(Kind::Ppt)),
];

/// Parts of zip files.
const PARTS: [(&str, Kind); 4] = [
    ("word/document.xml", Kind::Docx),
    ("xl/workbook.bin", Kind::Xlsb),
    ("xl/workbook.xml", Kind::Xlsx),
    ("ppt/presentation.xml", Kind::Pptx),
];

/// Main parts as `[Content_Types].xml` names them, for files whose parts lie elsewhere.
const CONTENTS: [(&str, Kind); 6] = [
    ("sheet.binary.macroEnabled.main", Kind::Xlsb),
    ("ms-excel.sheet.macroEnabled.main", Kind::Xlsm),
    ("spreadsheetml.sheet.main", Kind::Xlsx),
    ("wordprocessingml.document.main", Kind::Docx),
    ("ms-word.document.macroEnabled.main", Kind::Docx),
    ("presentationml", Kind::Pptx),
];

/// What the file is; `None` for what is not taken. `most` bytes of one that is locked are read.
pub(super) fn kind(file: &mut File, most: u64) -> Result<Option<Kind>, Failure> {
    let mut head = Vec::new();
    file.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    file.rewind()?;
    if head.is_empty() {
        return Err(refuse(Refusal::Corrupted));
    }
    match Kind::look(&head) {
        Look::Kind(kind) => Ok(Some(kind)),
        Look::Zip => zipped(file),
        Look::Ole => streams(&mut *file).or_else(|refused| {
            let mut bytes = Vec::new();
            file.rewind()?;
            file.take(most).read_to_end(&mut bytes)?;
            unlocked::opened(&bytes).map_or(Err(refused), |opened| zipped(Cursor::new(opened)))
        }),
        Look::Other => {
            let mut text = Vec::new();
            file.take(TEXT_BYTES).read_to_end(&mut text)?;
            Ok(is_text(&text).then_some(Kind::Txt))
        }
    }
}

fn zipped(file: impl Read + Seek) -> Result<Option<Kind>, Failure> {
    let mut archive = ZipArchive::new(file).map_err(|_| refuse(Refusal::Corrupted))?;
    if let Some(media_type) = part(&mut archive, "mimetype") {
        let media_type = media_type.trim().trim_end_matches("-template");
        if let Some(kind) = Kind::from_media_type(media_type) {
            return Ok(Some(kind));
        }
    }
    if let Some(types) = part(&mut archive, "[Content_Types].xml")
        && let Some((_, kind)) = CONTENTS.iter().find(|(words, _)| types.contains(words))
    {
        return Ok(Some(*kind));
    }
    let has = |name: &str| archive.index_for_name(name).is_some();
    Ok(PARTS.iter().find(|(name, _)| has(name)).map(|(_, kind)| *kind))
}

/// A short part as text, when it is there.
fn part(archive: &mut ZipArchive<impl Read + Seek>, name: &str) -> Option<String> {
    let mut text = Vec::new();
    archive.by_name(name).ok()?.take(PART_BYTES).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// What an OLE2 file is.
fn streams(file: impl Read + Seek) -> Result<Option<Kind>, Failure> {
    let compound = cfb::CompoundFile::open(file).map_err(|_| refuse(Refusal::Corrupted))?;
    match STREAMS.iter().find(|(name, _)| compound.is_stream(name)) {
        Some((_, Err(refusal))) => Err(refuse(*refusal)),
        Some((_, Ok(kind))) => Ok(Some(*kind)),
        None => Ok(None),
    }
}

/// Whether people wrote this: no bytes that no text has. UTF-16 has zeros, and says so or has them at every second place.
fn is_text(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    let odd = |byte: &&u8| **byte < 0x20 && !b"\t\n\r\x0c\x1a\x1b\x08".contains(byte);
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    let odd = bytes.iter().filter(odd).count() - zeros;
    zeros == 0 && odd * 50 <= bytes.len()
}

/// Whether `bytes` can be `kind`, and are within `limits` when they are unpacked.
pub(super) fn fits(bytes: &[u8], kind: Kind, limits: &Convert) -> Result<(), Failure> {
    if bytes.is_empty() {
        return Err(refuse(Refusal::Corrupted));
    }
    match Kind::look(bytes.get(..HEAD_BYTES).unwrap_or(bytes)) {
        Look::Zip => unpacked(bytes, limits),
        // What is behind a password is always an OLE2 file.
        Look::Ole => streams(Cursor::new(bytes)).map(|_| ()),
        _ if kind == Kind::Txt => Ok(()),
        Look::Kind(found) if found == kind => Ok(()),
        _ => Err(refuse(Refusal::Corrupted)),
    }
}

fn unpacked(bytes: &[u8], limits: &Convert) -> Result<(), Failure> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| refuse(Refusal::Corrupted))?;
    let mut whole = 0_u64;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(index) else { continue };
        whole = whole.saturating_add(part.size());
        let swells = part.size() > limits.unpacked_ratio.saturating_mul(part.compressed_size());
        if swells && part.size() > BOMB_BYTES && part.name().is_ok_and(|name| name.ends_with(".xml")) {
            return Err(refuse(Refusal::TooLarge));
        }
    }
    if whole > limits.unpacked_bytes {
        return Err(refuse(Refusal::TooLarge));
    }
    let manifest = part(&mut archive, "META-INF/manifest.xml");
    if manifest.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(refuse(Refusal::Encrypted));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_text;

    #[test]
    fn texts_of_all_encodings_are_texts_and_programs_are_not() {
        assert!(is_text("Привет\r\n\u{c}".as_bytes()) && is_text(b"\xcf\xf0\xe8\xe2\xe5\xf2"));
        assert!(is_text(b"\xff\xfe\x1f\x04"));
        assert!(!is_text(b"\x7fELF\x02\x01\x01\0\0\0") && !is_text(&[1, 2, 3, 4]));
    }
}
