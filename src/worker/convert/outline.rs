//! PPT and ODP where LibreOffice is not: the words of each slide on a page of its own. Shapes and pictures are lost, and the
//! document says that it is simplified.

use rwml::{Block, CharProps, DocModel, PageSetup, ParaProps, Paragraph, Run};

use super::{
    child::{Made, refuse},
    frame::Told,
    odf,
    slide::refused,
    word,
};
use crate::{
    document::{kind::Kind, made::Ask, refusal::Refusal},
    settings::convert::Convert,
    worker::child::Failure,
};

/// The header of a `SlideShowSlideInfoAtom`: version and instance 0, its type, 16 bytes.
const SLIDE_INFO: [u8; 8] = [0, 0, 0xf9, 0x03, 16, 0, 0, 0];

/// `fHidden` in the byte at offset 10 of its data.
const HIDDEN: u8 = 1 << 2;

/// A slide of four to three, points.
const PAGE_PT: (f32, f32) = (720.0, 540.0);

/// Makes the print form: one page a slide, or more where the words do not fit.
pub(super) fn make(bytes: Vec<u8>, kind: Kind, ask: &Ask, limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    if !matches!(ask, Ask::Print) {
        return Err(refuse(Refusal::NoEngine));
    }
    let slides = match kind {
        Kind::Ppt => words(bytes)?,
        _ => odf::slides(&bytes, limits)?,
    };
    if slides.is_empty() {
        return Err(refuse(Refusal::Corrupted));
    }
    let mut model = DocModel::default();
    for (number, lines) in slides.iter().enumerate() {
        if number > 0 {
            model.blocks.push(Block::PageBreak);
        }
        for (place, line) in lines.iter().enumerate() {
            model.blocks.push(paragraph(line, place == 0));
        }
        if lines.is_empty() {
            model.blocks.push(paragraph("\u{a0}", false));
        }
    }
    let (width_pt, height_pt) = PAGE_PT;
    model.setup.page = PageSetup { width_pt, height_pt, margin_pt: 48.0, ..PageSetup::default() };
    word::print(model, limits, out)
}

/// Whether slides of it are hidden. A PPTX's are told by its own reader.
pub(super) fn hides(bytes: &[u8], kind: Kind) -> bool {
    match kind {
        Kind::Ppt => ppt_hides(bytes).unwrap_or(false),
        Kind::Odp => odf::hides(bytes),
        _ => false,
    }
}

/// Looks for `SlideShowSlideInfoAtom`s ([MS-PPT] §2.6.5) that hide theirs, older versions of slides included.
fn ppt_hides(bytes: &[u8]) -> Option<bool> {
    use std::io::{Cursor, Read as _};
    let mut stream = Vec::new();
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    file.open_stream("PowerPoint Document").ok()?.read_to_end(&mut stream).ok()?;
    let hides = |atom: &[u8]| atom.starts_with(&SLIDE_INFO) && atom[SLIDE_INFO.len() + 10] & HIDDEN != 0;
    Some(stream.windows(SLIDE_INFO.len() + 16).any(hides))
}

/// The words of a PPT.
fn words(bytes: Vec<u8>) -> Result<Vec<Vec<String>>, Failure> {
    let read = undoc::ppt::PptParser::from_bytes(bytes).and_then(|mut parser| parser.parse());
    let document = read.map_err(|error| refused(&error))?;
    let lines = |section: &undoc::model::Section| {
        let paragraphs = section.content.iter().filter_map(|block| match block {
            undoc::model::Block::Paragraph(paragraph) => Some(paragraph.plain_text()),
            undoc::model::Block::Table(table) => Some(table.plain_text()),
            _ => None,
        });
        paragraphs.filter(|line| !line.trim().is_empty()).collect()
    };
    Ok(document.sections.iter().map(lines).collect())
}

/// The first line is as good a title as any.
fn paragraph(text: &str, title: bool) -> Block {
    let props = CharProps { bold: title, size_half_pt: Some(if title { 56 } else { 40 }), ..CharProps::default() };
    let run = Run { text: text.to_owned(), props, ..Run::default() };
    Block::Paragraph(Paragraph { props: ParaProps::default(), runs: vec![run] })
}
