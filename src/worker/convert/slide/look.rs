//! What PresentationML (ISO/IEC 29500-1 §19) tells of a presentation as a whole: how wide its slides are, and which are hidden.

use std::io::{Cursor, Read as _};

use roxmltree::{Document, Node, ParsingOptions};
use zip::ZipArchive;

/// English Metric Units an inch (ISO/IEC 29500-1 §20.1.2.1).
const EMU_PER_INCH: f32 = 914_400.0;

/// Of a slide as PowerPoint made them until 2013, inches across.
const ACROSS_INCH: f32 = 10.0;

/// Bytes of a part that are read.
const PART_BYTES: u64 = 4 << 20;

/// Bytes within which a slide's first element ends.
const HEAD_BYTES: u64 = 8 << 10;

/// What is told; where it cannot be read, what is usual.
pub(super) struct Look {
    /// Of a slide.
    pub(super) across_inch: f32,
    /// Slides, counted from 0, that are neither shown nor printed (`show` of `p:sld`, §19.3.1.38).
    pub(super) hidden: Vec<usize>,
}

impl Look {
    /// Looks.
    pub(super) fn at(bytes: &[u8]) -> Self {
        let usual = || Self { across_inch: ACROSS_INCH, hidden: Vec::new() };
        let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return usual() };
        let part = |archive: &mut ZipArchive<_>, name: &str, most| -> Option<String> {
            let mut text = Vec::new();
            archive.by_name(name).ok()?.take(most).read_to_end(&mut text).ok()?;
            Some(String::from_utf8_lossy(&text).into_owned())
        };
        let Some(presentation) = part(&mut archive, "ppt/presentation.xml", PART_BYTES) else { return usual() };
        let relations = part(&mut archive, "ppt/_rels/presentation.xml.rels", PART_BYTES).unwrap_or_default();
        let slides = slides(&presentation, &relations).unwrap_or_default();
        let mut is_hidden = |target: &String| {
            let name = target.strip_prefix('/').map_or_else(|| format!("ppt/{target}"), Into::into);
            part(&mut archive, &name, HEAD_BYTES).is_some_and(|text| is_hidden(&text))
        };
        let hidden =
            slides.iter().enumerate().filter(|(_, target)| is_hidden(target)).map(|(index, _)| index).collect();
        Self { across_inch: across_inch(&presentation).unwrap_or(ACROSS_INCH), hidden }
    }
}

/// The slides' parts in order (§13.3.6): by their relations' ids.
fn slides(presentation: &str, relations: &str) -> Option<Vec<String>> {
    let (presentation, relations) = (parsed(presentation)?, parsed(relations)?);
    let target = |slide: Node<'_, '_>| {
        let id = slide.attributes().find(|attribute| attribute.name() == "id" && attribute.namespace().is_some())?;
        let is_it = |node: &Node<'_, '_>| node.attribute("Id") == Some(id.value());
        Some(relations.descendants().find(is_it)?.attribute("Target")?.to_owned())
    };
    presentation.descendants().filter(|node| node.tag_name().name() == "sldId").map(target).collect()
}

fn parsed(text: &str) -> Option<Document<'_>> {
    Document::parse_with_options(text, ParsingOptions { allow_dtd: false, ..ParsingOptions::default() }).ok()
}

/// Whether the first element says so.
fn is_hidden(slide: &str) -> bool {
    let element = slide.split_once("sld ").and_then(|(_, rest)| rest.split_once('>')).map(|(element, _)| element);
    element.is_some_and(|element| {
        ["show=\"0\"", "show=\"false\"", "show='0'", "show='false'"].iter().any(|no| element.contains(no))
    })
}

/// `p:sldSz` (§19.2.1.39).
fn across_inch(presentation: &str) -> Option<f32> {
    let element = presentation.split("sldSz ").nth(1)?.split('>').next()?;
    let emu: f32 = element.split("cx=\"").nth(1)?.split('"').next()?.parse().ok()?;
    Some((emu / EMU_PER_INCH).clamp(1.0, 60.0))
}

#[cfg(test)]
mod tests {
    use super::{across_inch, is_hidden, slides};

    #[test]
    fn slides_tell_how_wide_they_are() {
        let near = |text: &str, inches: f32| across_inch(text).is_some_and(|found| (found - inches).abs() < 0.01);
        assert!(near("<p:sldSz cx=\"12192000\" cy=\"6858000\"/>", 13.33));
        assert_eq!(across_inch("<p:sldMasterIdLst/>"), None);
    }

    #[test]
    fn slides_are_in_the_order_of_the_list_and_some_are_hidden() {
        let presentation = r#"<p:p xmlns:p="p" xmlns:r="r"><p:sldId id="9" r:id="b"/><p:sldId id="2" r:id="a"/></p:p>"#;
        let relations = r#"<R><x Id="a" Target="slides/slide1.xml"/><x Id="b" Target="/ppt/slides/slide2.xml"/></R>"#;
        let found = slides(presentation, relations).expect("slides");
        assert_eq!(found, ["/ppt/slides/slide2.xml", "slides/slide1.xml"]);
        assert!(is_hidden(r#"<?xml version="1.0"?><p:sld xmlns:p="p" show="0"><p:x/>"#));
        assert!(!is_hidden(r#"<p:sld xmlns:p="p"><p:x show="0"/>"#));
    }
}
