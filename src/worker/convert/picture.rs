//! Pictures: turned as the camera was held (EXIF), bounded before a pixel is decoded, as pictures for a screen and fitted on
//! A4 for paper. Of a moving GIF the first picture; of a TIFF every page ([`tiff`]).

mod paper;
mod planar;
mod tiff;

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, RgbImage, imageops::FilterType,
    metadata::Orientation,
};

pub(super) use self::paper::Paper;
use super::{
    child::{Made, refuse},
    frame::Told,
    pdf::{asked, png},
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

/// Of the bytes that may be made, the part after which no more pages are shown.
const MUCH: u64 = 4;

/// Of a picture for a screen.
const SCREEN_QUALITY: u8 = 84;

/// Makes pictures of a picture, or its print form.
pub(super) fn make(bytes: &[u8], kind: Kind, ask: &Ask, limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    let starts = match kind {
        Kind::Tiff => tiff::pages(bytes).ok_or_else(|| refuse(Refusal::Corrupted))?,
        _ => vec![0],
    };
    let page_count = u32::try_from(starts.len()).unwrap_or(u32::MAX);
    let page = |number: u32| match kind {
        Kind::Tiff => {
            let start = starts.get(number as usize - 1).copied().unwrap_or(0);
            decode(&tiff::beginning_at(bytes, start), kind, limits)
        }
        _ => decode(bytes, kind, limits),
    };
    if kind == Kind::Jpeg && !is_whole(bytes) {
        return Err(refuse(Refusal::Corrupted));
    }
    let mut cut = false;
    match ask {
        Ask::Pages { pages, width } => {
            // All of them where there is time: these are not asked for one by one.
            let most = if pages.is_whole() { limits.pages } else { limits.pages_at_once };
            let until = Instant::now() + Duration::from_secs(limits.timeout_s.min(limits.cpu_s)) / 2;
            cut = pages.is_whole() && page_count > most;
            let mut bytes = 0;
            for number in asked(pages, page_count, most) {
                // No picture album pushes out what others look at.
                let is_much = bytes > limits.made_bytes / MUCH || Instant::now() > until;
                if pages.is_whole() && number > 1 && is_much {
                    cut = true;
                    break;
                }
                bytes += show(number, &page(number)?, kind, (*width).clamp(16, limits.shown_px), out)?;
            }
        }
        Ask::Print if page_count > limits.pages => return Err(refuse(Refusal::TooLarge)),
        Ask::Print => {
            let mut paper = Paper::new();
            if kind == Kind::Jpeg && paper::stays(bytes, limits) {
                paper.jpeg(bytes)?;
            } else {
                for number in 1..=page_count {
                    paper.picture(&page(number)?)?;
                }
            }
            out.file(1, Format::Pdf, None, &paper.finish()?)?;
        }
        Ask::Html => return Err(refuse(Refusal::Unsupported)),
    }
    Ok(Told { page_count: Some(page_count), simplified: cut, ..Told::default() })
}

/// Whether a JPEG was not cut short: its end's marker (ISO/IEC 10918-1 B.1.1.3) stands in its second half; that of the small
/// picture that cameras put into the first pages does not. Half a photograph on paper is worse than an error.
fn is_whole(bytes: &[u8]) -> bool {
    bytes.get(bytes.len() / 2..).is_some_and(|tail| tail.windows(2).any(|two| two == b"\xff\xd9"))
}

/// The picture upright, of at most so many pixels.
pub(super) fn decode(bytes: &[u8], kind: Kind, limits: &Convert) -> Result<DynamicImage, Failure> {
    let format = match kind {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Bmp => ImageFormat::Bmp,
        Kind::Gif => ImageFormat::Gif,
        Kind::Tiff => ImageFormat::Tiff,
        _ => ImageFormat::Png,
    };
    if kind == Kind::Tiff && tiff::lies_in_planes(bytes) {
        return planar::decode(bytes, limits);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut bounds = image::Limits::default();
    bounds.max_alloc = Some(limits.address_space_bytes / 2);
    reader.limits(bounds);
    let mut decoder = match reader.into_decoder() {
        Ok(decoder) => decoder,
        Err(error) if kind == Kind::Tiff => return tiff::bright_and_coloured(bytes).ok_or_else(|| refused(&error)),
        Err(error) => return Err(refused(&error)),
    };
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(refuse(Refusal::TooLarge));
    }
    if width == 0 || height == 0 {
        return Err(refuse(Refusal::Corrupted));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn refused(error: &ImageError) -> Failure {
    refuse(match error {
        ImageError::Limits(_) => Refusal::TooLarge,
        ImageError::Unsupported(_) => Refusal::Unsupported,
        _ => Refusal::Corrupted,
    })
}

/// `image` with at most so many pixels across and down.
pub(super) fn within(image: &DynamicImage, width: u32, height: u32) -> Option<DynamicImage> {
    let times = (image.width() / width.max(1)).max(image.height() / height.max(1));
    match times {
        // Large ones without copies in floating point.
        2.. => Some(image.thumbnail(width, height)),
        _ if image.width() > width || image.height() > height => {
            Some(image.resize(width, height, FilterType::Triangle))
        }
        _ => None,
    }
}

/// The picture on white.
pub(super) fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let mut whole = RgbImage::new(image.width(), image.height());
    for (to, from) in whole.pixels_mut().zip(image.to_rgba8().pixels()) {
        let [red, green, blue, alpha] = from.0;
        let mix = |part: u8| {
            let mixed = (u16::from(part) * u16::from(alpha) + 255 * (255 - u16::from(alpha)) + 127) / 255;
            u8::try_from(mixed).unwrap_or(255)
        };
        to.0 = [red, green, blue].map(mix);
    }
    whole
}

/// Photographs as JPEG, all else as PNG; its bytes.
fn show(number: u32, image: &DynamicImage, kind: Kind, width: u32, out: &mut Made) -> Result<u64, Failure> {
    // A strip that is far taller than wide would have no end on a screen.
    let smaller = within(image, width, width.saturating_mul(4));
    let image = smaller.as_ref().unwrap_or(image);
    let rgb = on_white(image);
    let size = (rgb.width(), rgb.height());
    let is_grey = || rgb.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]);
    let (format, bytes) = match kind {
        Kind::Jpeg => (Format::Jpeg, jpeg(&rgb, SCREEN_QUALITY)?),
        _ if is_grey() => {
            let grey = DynamicImage::from(rgb).to_luma8();
            (Format::Png, png(size.0, size.1, png::ColorType::Grayscale, &grey)?)
        }
        _ => (Format::Png, png(size.0, size.1, png::ColorType::Rgb, &rgb)?),
    };
    out.file(number, format, Some(size), &bytes)?;
    Ok(bytes.len() as u64)
}

/// Packs it.
pub(super) fn jpeg(rgb: &RgbImage, quality: u8) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let side = |side: u32| u16::try_from(side).map_err(|_| refuse(Refusal::TooLarge));
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
    encoder
        .encode(rgb, side(rgb.width())?, side(rgb.height())?, jpeg_encoder::ColorType::Rgb)
        .map_err(|error| Failure::Own(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgba, RgbaImage};

    use super::{is_whole, on_white, within};

    #[test]
    fn photographs_cut_short_are_noticed() {
        assert!(is_whole(b"\xff\xd8......\xff\xd9") && is_whole(b"\xff\xd8........\xff\xd9more"));
        assert!(!is_whole(b"\xff\xd8\xff\xd9...........") && !is_whole(b""));
    }

    #[test]
    fn glass_is_white_and_small_pictures_stay() {
        let image = DynamicImage::from(RgbaImage::from_pixel(4, 2, Rgba([0, 100, 255, 0])));
        assert_eq!(on_white(&image).get_pixel(0, 0).0, [255; 3]);
        assert!(within(&image, 4, 4).is_none());
        let smaller = within(&image, 2, 9).expect("smaller");
        assert_eq!((smaller.width(), smaller.height()), (2, 1));
    }
}
