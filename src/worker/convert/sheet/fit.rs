//! Sheets as wide as their paper: a workbook whose author did not say how it shall be scaled is told to put all columns on
//! one page's width, before LibreOffice prints it. Few people say it, and hardly anybody wants columns on sheets of their own.
//!
//! XLSX and XLSM (ISO/IEC 29500-1 §18.3.1.65), ODS (`style:scale-to-X`), XLS (`WSBOOL` and `SETUP` of [MS-XLS]). XLSB stays as
//! it is.

use std::io::{Cursor, Read as _, Write as _};

use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{document::kind::Kind, settings::convert::Convert};

/// `WSBOOL` [MS-XLS] §2.4.351, and its bit `fFitToPage`.
const WSBOOL: (u16, u8) = (0x0081, 0x01);

/// `Setup` [MS-XLS] §2.4.257: after the paper's size, the scale and the first page's number come `iFitWidth` and
/// `iFitHeight`.
const SETUP: u16 = 0x00a1;

/// `FilePass` [MS-XLS] §2.4.117: what follows is not what it looks like.
const FILE_PASS: u16 = 0x002f;

/// The element that throws the switch, and the one that says into how many pages.
const SWITCH: &str = "pageSetUpPr";
const SCALES: &str = "pageSetup";

/// The workbook, fitted; `None` when there is nothing to change or it cannot be read.
pub(in crate::worker::convert) fn fitted(bytes: &[u8], kind: Kind, limits: &Convert) -> Option<Vec<u8>> {
    match kind {
        Kind::Xlsx | Kind::Xlsm => parts(bytes, limits, |name| name.starts_with("xl/worksheets/sheet"), sheet),
        Kind::Ods => parts(bytes, limits, |name| name == "styles.xml", layouts),
        Kind::Xls => records(bytes),
        _ => None,
    }
}

/// The zip file with some of its parts changed.
pub(super) fn parts(
    bytes: &[u8],
    limits: &Convert,
    is_one: impl Fn(&str) -> bool,
    change: impl Fn(&str) -> Option<String>,
) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut written = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    let mut any = false;
    for index in 0..archive.len() {
        let name = archive.by_index_raw(index).ok()?.name().ok()?.into_owned();
        let mut changed = None;
        if is_one(&name) {
            let mut text = String::new();
            archive.by_index(index).ok()?.take(limits.unpacked_bytes / 4).read_to_string(&mut text).ok()?;
            changed = change(&text);
        }
        match changed {
            Some(text) => {
                any = true;
                written.start_file(name, SimpleFileOptions::default()).ok()?;
                written.write_all(text.as_bytes()).ok()?;
            }
            None => written.raw_copy_file(archive.by_index_raw(index).ok()?).ok()?,
        }
    }
    let whole = written.finish().ok()?.into_inner();
    any.then_some(whole)
}

/// A worksheet's part.
fn sheet(xml: &str) -> Option<String> {
    if ["fitToPage=\"1\"", "fitToPage=\"true\""].iter().any(|on| xml.contains(on)) || scaled(xml) {
        return None;
    }
    // Numbers of pages stand beside a switch that is off, too.
    let xml =
        [" fitToPage", " fitToWidth", " fitToHeight"].iter().fold(xml.to_owned(), |xml, name| without(&xml, name));
    let xml = xml.as_str();
    let fit = element(SWITCH, "fitToPage=\"1\"");
    let xml = match xml.find("<sheetPr") {
        Some(start) => {
            let end = start + xml[start..].find('>')?;
            match (xml[..end].ends_with('/'), begins(xml, SWITCH)) {
                (_, Some(after)) => inserted(xml, after, " fitToPage=\"1\""),
                (true, None) => format!("{}>{fit}</sheetPr>{}", &xml[..end - 1], &xml[end + 1..]),
                (false, None) => inserted(xml, xml.find("</sheetPr>")?, &fit),
            }
        }
        None => {
            let start = xml.find("<worksheet")?;
            let end = start + xml[start..].find('>')? + 1;
            inserted(xml, end, &format!("<sheetPr>{fit}</sheetPr>"))
        }
    };
    match begins(&xml, SCALES) {
        Some(after) if xml[after..].split('>').next()?.contains("fitToHeight=") => Some(xml),
        Some(after) => Some(inserted(&xml, after, " fitToHeight=\"0\"")),
        None => Some(inserted(&xml, xml.rfind("</worksheet>")?, &element(SCALES, "fitToHeight=\"0\""))),
    }
}

/// `xml` without the attribute of this name, a space before it, wherever it has a number or a word.
fn without(xml: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    let mut parts = xml.split(&start);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + part.split_once('"').map_or("", |(_, rest)| rest))
}

fn element(name: &str, attribute: &str) -> String {
    format!("<{name} {attribute}/>")
}

/// Behind the name of the first element of this name.
fn begins(xml: &str, name: &str) -> Option<usize> {
    let start = format!("<{name}");
    let mut found = xml.match_indices(&start).map(|(at, _)| at + start.len());
    found.find(|after| xml[*after..].starts_with([' ', '/', '>']))
}

/// Whether the author chose a scale.
fn scaled(xml: &str) -> bool {
    let setup = begins(xml, SCALES).and_then(|after| xml[after..].split('>').next()).unwrap_or_default();
    setup.split(" scale=\"").nth(1).is_some_and(|rest| !rest.starts_with("100\""))
}

/// Page layouts of an OpenDocument.
fn layouts(xml: &str) -> Option<String> {
    const ELEMENT: &str = "<style:page-layout-properties ";
    const CHOICES: [&str; 4] = ["style:scale-to=", "style:scale-to-X=", "style:scale-to-Y=", "style:scale-to-pages="];
    let mut changed = String::with_capacity(xml.len() + 256);
    let mut layouts = xml.split(ELEMENT);
    changed.push_str(layouts.next()?);
    let mut any = false;
    for layout in layouts {
        let properties = layout.split('>').next().unwrap_or_default();
        let said = CHOICES.iter().any(|scale| properties.contains(scale));
        let chosen = said && !properties.contains("style:scale-to=\"100%\"");
        any |= !chosen;
        changed.push_str(ELEMENT);
        match chosen {
            true => changed.push_str(layout),
            false => {
                changed.push_str("style:scale-to-X=\"1\" style:scale-to-Y=\"0\" ");
                changed.push_str(&layout.replacen("style:scale-to=\"100%\"", "", 1));
            }
        }
    }
    any.then_some(changed)
}

fn inserted(text: &str, at: usize, more: &str) -> String {
    format!("{}{more}{}", &text[..at], &text[at..])
}

/// The records of a BIFF8 workbook, changed where they stand.
fn records(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes.to_vec())).ok()?;
    let mut stream = Vec::new();
    file.open_stream("/Workbook").ok()?.read_to_end(&mut stream).ok()?;
    if !fit_records(&mut stream) {
        return None;
    }
    file.open_stream("/Workbook").ok()?.write_all(&stream).ok()?;
    file.flush().ok()?;
    Some(file.into_inner().into_inner())
}

fn fit_records(stream: &mut [u8]) -> bool {
    let (mut at, mut any) = (0, false);
    // Each sheet has its switch before its setup; who threw it, or chose a scale, is left alone.
    let mut switch = None;
    while let Some(head) = stream.get(at..at + 4) {
        let (record, length) = (u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
        let data = at + 4;
        if record == FILE_PASS || data + usize::from(length) > stream.len() {
            return false;
        }
        match record {
            record if record == WSBOOL.0 && length >= 2 => {
                switch = (stream[data + 1] & WSBOOL.1 == 0).then_some(data + 1)
            }
            SETUP if length >= 12 => {
                let scale = u16::from_le_bytes([stream[data + 2], stream[data + 3]]);
                // `fNoPls`: the sizes and the scale were never set.
                let never = stream[data + 10] & 0x04 != 0;
                if let Some(switch) = switch.take().filter(|_| never || scale == 100) {
                    stream[switch] |= WSBOOL.1;
                    stream[data + 6..data + 10].copy_from_slice(&[1, 0, 0, 0]);
                    any = true;
                }
            }
            _ => {}
        }
        at = data + usize::from(length);
    }
    any
}

#[cfg(test)]
mod tests {
    use super::{fit_records, layouts, sheet};

    #[test]
    fn sheets_are_fitted_unless_their_author_chose() {
        assert_eq!(
            sheet("<worksheet xmlns=\"x\"><sheetData/></worksheet>").as_deref(),
            Some(
                "<worksheet xmlns=\"x\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetData/>\
                 <pageSetup fitToHeight=\"0\"/></worksheet>"
            )
        );
        assert_eq!(
            sheet("<worksheet><sheetPr codeName=\"a\"/><pageSetup paperSize=\"9\"/></worksheet>").as_deref(),
            Some(
                "<worksheet><sheetPr codeName=\"a\"><pageSetUpPr fitToPage=\"1\"/></sheetPr>\
                 <pageSetup fitToHeight=\"0\" paperSize=\"9\"/></worksheet>"
            )
        );
        assert_eq!(
            sheet(
                "<worksheet><sheetPr><pageSetUpPr fitToPage=\"false\"/></sheetPr>\
                 <pageSetup fitToWidth=\"1\" fitToHeight=\"1\"/></worksheet>"
            )
            .as_deref(),
            Some(
                "<worksheet><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr>\
                 <pageSetup fitToHeight=\"0\"/></worksheet>"
            )
        );
        assert_eq!(sheet("<worksheet><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr></worksheet>"), None);
        assert_eq!(sheet("<worksheet><pageSetup paperSize=\"9\" scale=\"80\"/></worksheet>"), None);
    }

    #[test]
    fn layouts_are_fitted_unless_their_author_chose() {
        let layout = |more: &str| format!("<a><style:page-layout-properties {more}fo:margin=\"1cm\"/></a>");
        assert_eq!(layouts(&layout("")), Some(layout("style:scale-to-X=\"1\" style:scale-to-Y=\"0\" ")));
        assert_eq!(layouts(&layout("style:scale-to=\"70%\" ")), None);
    }

    #[test]
    fn records_are_changed_where_they_stand() {
        let setup = |scale: u8| [&[0xa1, 0, 12, 0, 9, 0, scale, 0, 1, 0, 5, 0, 5, 0, 0, 0][..]].concat();
        let mut stream = [&[0x81, 0, 2, 0, 0xc1, 4][..], &setup(100)].concat();
        assert!(fit_records(&mut stream));
        assert_eq!(
            stream,
            [&[0x81, 0, 2, 0, 0xc1, 5][..], &[0xa1, 0, 12, 0, 9, 0, 100, 0, 1, 0, 1, 0, 0, 0, 0, 0]].concat()
        );
        let mut chosen = [&[0x81, 0, 2, 0, 0xc1, 4][..], &setup(80)].concat();
        assert!(!fit_records(&mut chosen));
        assert!(!fit_records(&mut [0x2f, 0, 0, 0]) && !fit_records(&mut [0x81, 0, 9, 0, 1]));
    }
}
