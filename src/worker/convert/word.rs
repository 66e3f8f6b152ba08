//! Texts with a layout: DOC and DOCX by `rwml`, RTF and ODT by readers of our own, all in one model, which becomes HTML or,
//! where LibreOffice is not, a print form that is laid out more simply.

use std::collections::BTreeSet;

use rwml::{Block, DocModel, Document, Error, Paragraph};

use super::{
    child::{Made, refuse},
    docmodel::Writer,
    fonts::Installed,
    frame::Told,
    html, odf, rtf,
};
use crate::{
    document::{
        kind::Kind,
        made::{Ask, Format},
        refusal::Refusal,
    },
    settings::convert::Convert,
    worker::child::Failure,
};

/// Makes HTML of a text, or its print form.
pub(super) fn make(bytes: &[u8], kind: Kind, ask: &Ask, limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    let (model, lost) = match kind {
        Kind::Rtf => rtf::read(bytes, limits)?,
        Kind::Odt => odf::text(bytes, limits)?,
        _ => (Document::open(bytes).map_err(|error| refused(&error))?.model(), false),
    };
    match ask {
        Ask::Print => print(model, limits, out),
        _ => {
            let mut writer = Writer::new(limits.depth);
            writer.document(&model);
            let page = html::page(&writer.markup, writer.pictures.all(), limits)?;
            out.file(1, Format::Html, None, page.as_bytes())?;
            let fonts_substituted = Installed::here().missing(&named(&model.blocks));
            Ok(Told { simplified: lost || writer.lost, fonts_substituted, ..Told::default() })
        }
    }
}

/// The print form.
pub(super) fn print(mut model: DocModel, limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    let installed = Installed::here();
    let names = named(&model.blocks);
    for paragraph in paragraphs(&mut model.blocks) {
        for run in &mut paragraph.runs {
            run.props.font = run.props.font.as_deref().map(|name| installed.stand_in(name));
        }
    }
    let blobs = installed.files(&named(&model.blocks));
    // It refuses letters that no font has; then they are left to boxes.
    let rendered = rwml::try_render_pdf_with_fixed_fonts_and_report(&model, &blobs)
        .or_else(|_| rwml::try_render_pdf_with_fonts_and_report(&model, &blobs));
    let rendered = rendered.map_err(|_| refuse(Refusal::Corrupted))?;
    let pages = u32::try_from(rendered.report.pages).unwrap_or(u32::MAX);
    if pages > limits.pages {
        return Err(refuse(Refusal::TooLarge));
    }
    out.file(1, Format::Pdf, None, &rendered.pdf)?;
    let fonts_substituted = installed.missing(&names);
    Ok(Told { page_count: Some(pages), simplified: true, fonts_substituted, ..Told::default() })
}

fn refused(error: &Error) -> Failure {
    refuse(match error {
        Error::Encrypted { .. } => Refusal::Encrypted,
        Error::UnsupportedVersion(_) => Refusal::Unsupported,
        _ => Refusal::Corrupted,
    })
}

/// The fonts that runs name.
fn named(blocks: &[Block]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut left: Vec<&Block> = blocks.iter().collect();
    while let Some(block) = left.pop() {
        match block {
            Block::Paragraph(paragraph) => {
                let fonts = paragraph.runs.iter().filter(|run| !run.text.trim().is_empty());
                names.extend(fonts.filter_map(|run| run.props.font.clone()));
            }
            Block::Table(table) => {
                left.extend(table.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.blocks));
            }
            _ => {}
        }
    }
    names
}

/// All paragraphs, those of tables too.
fn paragraphs(blocks: &mut [Block]) -> Vec<&mut Paragraph> {
    let (mut found, mut left) = (Vec::new(), blocks.iter_mut().collect::<Vec<_>>());
    while let Some(block) = left.pop() {
        match block {
            Block::Paragraph(paragraph) => found.push(paragraph),
            Block::Table(table) => {
                let cells = table.rows.iter_mut().flat_map(|row| &mut row.cells);
                left.extend(cells.flat_map(|cell| &mut cell.blocks));
            }
            _ => {}
        }
    }
    found
}
