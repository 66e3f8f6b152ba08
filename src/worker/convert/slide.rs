//! Slides of a PPTX as pictures, by `undoc`, which tells what it could not paint; on paper each fitted on A4. Hidden slides are
//! left out and not counted, as on paper.

mod look;

use image::{DynamicImage, RgbaImage};
use undoc::{
    ErrorKind,
    pptx::PptxParser,
    raster::{SlideRasterGaps, SlideRasterOptions},
};

use self::look::Look;
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

/// Pixels across a slide on paper: 200 dpi on A4.
const PAPER_PX: u32 = 2_200;

/// Makes pictures of slides, or the print form.
pub(super) fn make(bytes: Vec<u8>, ask: &Ask, limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    let look = Look::at(&bytes);
    let slides = PptxParser::from_bytes(bytes).map_err(|error| refused(&error))?;
    let shown: Vec<usize> = (0..slides.slide_count()).filter(|index| !look.hidden.contains(index)).collect();
    let page_count = u32::try_from(shown.len()).unwrap_or(u32::MAX);
    if page_count == 0 {
        return Err(refuse(Refusal::Corrupted));
    }
    let (mut simplified, mut lacks) = (matches!(ask, Ask::Print), false);
    let mut options = SlideRasterOptions {
        fonts: letters(),
        font_dirs: FONTS.iter().map(Into::into).collect(),
        system_fonts: false,
        ..SlideRasterOptions::default()
    };
    let mut draw = |number: u32, width: u32| -> Result<(u32, u32, Vec<u8>), Failure> {
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let dpi = width as f32 / look.across_inch;
        options.dpi = dpi;
        let index = shown.get(number as usize - 1).copied().unwrap_or(0);
        let slide = slides.render_slide(index, &options).map_err(|error| refused(&error))?;
        simplified |= !slide.gaps.is_empty();
        // A gradient of another shape is no reason to open a program for a second.
        lacks |= SlideRasterGaps { approximated_fills: 0, ..slide.gaps } != SlideRasterGaps::default();
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
    let hides = !look.hidden.is_empty();
    Ok(Told { page_count: Some(page_count), simplified, lacks, hides, ..Told::default() })
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
