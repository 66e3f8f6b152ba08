//! Slides of a PPTX as pictures, by `undoc`, which tells what it could not paint; on paper each fitted on A4.

use image::{DynamicImage, RgbaImage};
use undoc::{ErrorKind, pptx::PptxParser, raster::SlideRasterOptions};

use super::{
    child::{Made, refuse},
    fonts::{Installed, OWN},
    frame::Told,
    pdf::{asked, png},
    picture::Paper,
};
use crate::{
    document::{
        made::{Ask, Format},
        refusal::Refusal,
    },
    settings::convert::Convert,
    worker::{child::Failure, jail::FONTS},
};

/// English Metric Units an inch (ISO/IEC 29500-1 §20.1.2.1).
const EMU_PER_INCH: f32 = 914_400.0;

/// Of a slide as PowerPoint made them until 2013, inches across.
const ACROSS_INCH: f32 = 10.0;

/// Pixels across a slide on paper: 200 dpi on A4.
const PAPER_PX: u32 = 2_200;

/// Makes pictures of slides, or the print form.
pub(super) fn make(bytes: Vec<u8>, ask: &Ask, limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    let across = across_inch(&bytes);
    let slides = PptxParser::from_bytes(bytes).map_err(|error| refused(&error))?;
    let page_count = u32::try_from(slides.slide_count()).unwrap_or(u32::MAX);
    if page_count == 0 {
        return Err(refuse(Refusal::Corrupted));
    }
    let mut simplified = matches!(ask, Ask::Print);
    let mut options = SlideRasterOptions {
        fonts: letters(),
        font_dirs: FONTS.iter().map(Into::into).collect(),
        system_fonts: false,
        ..SlideRasterOptions::default()
    };
    let mut draw = |number: u32, width: u32| -> Result<(u32, u32, Vec<u8>), Failure> {
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let dpi = width as f32 / across;
        options.dpi = dpi;
        let slide = slides.render_slide(number as usize - 1, &options).map_err(|error| refused(&error))?;
        simplified |= !slide.gaps.is_empty();
        Ok((slide.width, slide.height, slide.rgba))
    };
    match ask {
        Ask::Pages { pages, width } => {
            for number in asked(pages, page_count, limits.pages_at_once) {
                let (width, height, rgba) = draw(number, (*width).clamp(16, limits.shown_px))?;
                let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
                let bytes = png(width, height, png::ColorType::Rgb, &rgb)?;
                out.file(number, Format::Png, Some((width, height)), &bytes)?;
            }
        }
        _ if page_count > limits.pages => return Err(refuse(Refusal::TooLarge)),
        _ => {
            let mut paper = Paper::new();
            for number in 1..=page_count {
                let (width, height, rgba) = draw(number, PAPER_PX)?;
                let image = RgbaImage::from_raw(width, height, rgba).ok_or_else(|| refuse(Refusal::Corrupted))?;
                paper.picture(&DynamicImage::from(image))?;
            }
            out.file(1, Format::Pdf, None, &paper.finish()?)?;
        }
    }
    Ok(Told { page_count: Some(page_count), simplified, ..Told::default() })
}

/// What stands in for a font that is not here: as wide as Arial where that can be had, ours in any case.
fn letters() -> Vec<Vec<u8>> {
    let installed = Installed::here();
    let mut letters = installed.files(&[installed.stand_in("Arial")].into());
    letters.rotate_left(OWN.len());
    letters
}

/// Why `undoc` could not read it.
pub(super) fn refused(error: &undoc::Error) -> Failure {
    refuse(match error.kind() {
        ErrorKind::Encrypted => Refusal::Encrypted,
        _ => Refusal::Corrupted,
    })
}

/// How wide the slides are: `p:sldSz` of the presentation's part.
fn across_inch(bytes: &[u8]) -> f32 {
    use std::io::Read as _;
    let read = || {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
        let mut text = String::new();
        archive.by_name("ppt/presentation.xml").ok()?.take(4 << 20).read_to_string(&mut text).ok()?;
        sldsz(&text)
    };
    read().unwrap_or(ACROSS_INCH)
}

fn sldsz(text: &str) -> Option<f32> {
    let element = text.split("sldSz ").nth(1)?.split('>').next()?;
    let emu: f32 = element.split("cx=\"").nth(1)?.split('"').next()?.parse().ok()?;
    Some((emu / EMU_PER_INCH).clamp(1.0, 60.0))
}

#[cfg(test)]
mod tests {
    #[test]
    fn slides_tell_how_wide_they_are() {
        let near = |text: &str, inches: f32| super::sldsz(text).is_some_and(|found| (found - inches).abs() < 0.01);
        assert!(near("<p:sldSz cx=\"12192000\" cy=\"6858000\"/>", 13.33));
        assert_eq!(super::sldsz("<p:sldMasterIdLst/>"), None);
    }
}
