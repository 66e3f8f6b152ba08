//! In the child: a look at each page before anybody prints it. How dark it is, how coarse its pictures are, which fonts
//! it only names. One line of JSON a page on stdout, so that a child that is stopped half-way has told half.
//!
//! What is worth telling a person is not decided here ([`crate::job::preflight::findings`]).

use std::io::Write;

use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfDocument, PdfMatrix, PdfPage, PdfPageImageObject, PdfPageObject,
    PdfPageObjectsCommon as _, PdfPageText, PdfPageTextObject, PdfPoints, PdfRenderConfig,
};

use super::{child::Failure, jail};
use crate::job::preflight::{Bounds, MOST, NAME_CHARS, PageFacts, Pictures};

/// The longest side a page is drawn at, in pixels: A0 at 36 dots per inch.
const MAX_SIDE: f32 = 1_700.0;

/// Pages after which the document is opened anew, as in [`super::render`].
const PAGES_OF_ONE_OPENING: usize = 16;

/// Forms within forms that are followed.
const DEPTH: u32 = 6;

/// Pixels of a picture's shorter side at the least: what is smaller is a pattern, a shade or a line.
const LEAST_SIDE: i32 = 40;

/// Two neighbours that differ by more than so many of 255 grays are something to see; less is a shade.
const CONTRAST: u8 = 6;

/// Neighbours of a hundred that must differ: a picture with fewer is a plain ground, and nobody sees its dots.
const TEXTURE_PERCENT: usize = 4;

/// Text objects of a page whose words are read because of their font.
const WORDS_READ: usize = 64;

/// Fonts that every renderer brings along (ISO 32000-1 §9.6.2.2), and the names that other programs have for them.
const OWN_FONTS: [&str; 9] =
    ["helvetica", "times", "courier", "symbol", "zapfdingbats", "arial", "timesnewroman", "couriernew", "timesroman"];

/// Lowers our own claim on the machine as far as it goes: whoever prints or uploads comes first.
pub(super) fn step_back() {
    // SAFETY: plain integer arguments; when it is refused we run as before.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 19) };
}

/// Looks at pages until they or the bounds end.
pub(super) fn run<'a>(
    open: impl Fn() -> Result<PdfDocument<'a>, Failure>,
    bounds: &Bounds,
    mut out: impl Write,
) -> Result<(), Failure> {
    let mut document = open()?;
    let count = document.pages().len().min(i32::try_from(bounds.pages).unwrap_or(i32::MAX));
    for index in 0..count {
        if index > 0 && (index as usize).is_multiple_of(PAGES_OF_ONE_OPENING) {
            drop(document);
            document = open()?;
        }
        if used_s() >= bounds.cpu_s {
            break;
        }
        jail::next_page(bounds.page_cpu_s)?;
        let facts = look(&document.pages().get(index)?, bounds)?;
        let mut line = serde_json::to_vec(&facts).map_err(|e| Failure::Own(e.to_string()))?;
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(out.flush()?)
}

/// Seconds of CPU this child has had.
fn used_s() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live value that is written.
    match unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) } {
        0 => u64::try_from(time.tv_sec).unwrap_or(0),
        _ => 0,
    }
}

fn look(page: &PdfPage<'_>, bounds: &Bounds) -> Result<PageFacts, Failure> {
    let size = (page.width().value, page.height().value);
    let mut facts = PageFacts { size: (tenth(size.0), tenth(size.1)), ..PageFacts::default() };
    let drawn = Drawn::of(page, size, bounds.dpi)?;
    (facts.ink, facts.darkest) = drawn.darkness();
    let mut finder = Finder {
        page,
        drawn: &drawn,
        area_pt: (f64::from(size.0) * f64::from(size.1)).max(1.0),
        left: bounds.objects,
        text: None,
        read: 0,
        facts,
    };
    for object in page.objects().iter() {
        if !finder.object(&object, PdfMatrix::identity(), 0) {
            break;
        }
    }
    let mut facts = finder.facts;
    facts.pictures.sort_by_key(|pictures| std::cmp::Reverse(pictures.share));
    facts.pictures.truncate(MOST);
    Ok(facts)
}

fn tenth(points: f32) -> f32 {
    (points * 10.0).round() / 10.0
}

/// A page drawn small.
struct Drawn {
    width: usize,
    height: usize,
    stride: usize,
    pixels: Vec<u8>,
    config: PdfRenderConfig,
}

impl Drawn {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
    fn of(page: &PdfPage<'_>, size: (f32, f32), dpi: u32) -> Result<Self, Failure> {
        let longest = size.0.max(size.1).max(1.0);
        let scale = (dpi as f32 / 72.0).min(MAX_SIDE / longest);
        let side = |points: f32| (points * scale).round().clamp(1.0, MAX_SIDE) as usize;
        let (width, height) = (side(size.0), side(size.1));
        let stride = width.div_ceil(4) * 4;
        let mut pixels = vec![255; stride * height];
        let pixel = |side: usize| i32::try_from(side).unwrap_or(1);
        let mut bitmap = PdfBitmap::from_bytes(pixel(width), pixel(height), PdfBitmapFormat::Gray, &mut pixels)?;
        // As it is printed: with annotations and what is filled into forms.
        let config = PdfRenderConfig::new()
            .set_fixed_size(pixel(width), pixel(height))
            .clear_before_rendering(false)
            .set_format(PdfBitmapFormat::Gray)
            .set_reverse_byte_order(false)
            .use_print_quality(true);
        page.render_into_bitmap_with_config(&mut bitmap, &config)?;
        drop(bitmap);
        Ok(Self { width, height, stride, pixels, config })
    }

    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pixels.chunks_exact(self.stride).map(|row| &row[..self.width])
    }

    /// Thousandths of black on the average, and the darkest spot of 255.
    fn darkness(&self) -> (u16, u8) {
        let dark: u64 = self.rows().flatten().map(|gray| u64::from(255 - gray)).sum();
        let most = (self.width * self.height * 255).max(1) as u64;
        let darkest = self.rows().flatten().map(|gray| 255 - gray).max().unwrap_or(0);
        (u16::try_from(dark * 1_000 / most).unwrap_or(1_000), darkest)
    }

    /// Whether there is something to see between these pixels.
    fn has_texture(&self, (left, top): (usize, usize), (right, bottom): (usize, usize)) -> bool {
        let (mut differ, mut all) = (0, 0);
        for row in self.rows().take(bottom.min(self.height)).skip(top) {
            let row = &row[left.min(self.width)..right.min(self.width)];
            differ += row.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) > CONTRAST).count();
            all += row.len();
        }
        differ * 100 >= all * TEXTURE_PERCENT && differ > 0
    }
}

/// Walks over the objects of a page.
struct Finder<'a, 'b> {
    page: &'b PdfPage<'a>,
    drawn: &'b Drawn,
    area_pt: f64,
    /// Objects that may still be looked at.
    left: u32,
    text: Option<PdfPageText<'b>>,
    /// Text objects that were read.
    read: usize,
    facts: PageFacts,
}

impl<'b> Finder<'_, 'b> {
    /// Looks at an object, which lies in a form placed by `form`. `false` when enough were seen.
    fn object(&mut self, object: &PdfPageObject<'_>, form: PdfMatrix, depth: u32) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        match object {
            PdfPageObject::Image(image) => self.picture(image, form),
            PdfPageObject::Text(text) => self.font(text),
            PdfPageObject::XObjectForm(inner) if depth < DEPTH => {
                let Ok(own) = inner.matrix() else { return true };
                let form = own.multiply(form);
                for object in inner.iter() {
                    if !self.object(&object, form, depth + 1) {
                        return false;
                    }
                }
            }
            _ => {}
        }
        true
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
    fn picture(&mut self, image: &PdfPageImageObject<'_>, form: PdfMatrix) {
        let (Ok(width), Ok(height), Ok(own)) = (image.width(), image.height(), image.matrix()) else { return };
        if width.min(height) < LEAST_SIDE {
            return;
        }
        let matrix = own.multiply(form);
        let side_pt = |a: f32, b: f32| f64::from(a).hypot(f64::from(b));
        let (across, down) = (side_pt(matrix.a(), matrix.b()), side_pt(matrix.c(), matrix.d()));
        // What is stretched one way only is a shade too.
        let dpi = |pixels: i32, points: f64| f64::from(pixels) * 72.0 / points.max(0.01);
        let dpi = dpi(width, across).min(dpi(height, down)).clamp(0.0, 10_000.0) as u16;
        let share = (across * down / self.area_pt * 1_000.0).clamp(0.0, 1_000.0) as u16;
        if share == 0 || !self.shows(matrix) {
            return;
        }
        // Counted to their end, told of the largest.
        let room = self.facts.pictures.len() < MOST * 16;
        match self.facts.pictures.iter_mut().find(|known| known.dpi == dpi) {
            Some(known) => known.share = (known.share + share).min(1_000),
            None if room => self.facts.pictures.push(Pictures { dpi, share }),
            None => {}
        }
    }

    /// Whether there is something to see where this matrix puts its unit square.
    fn shows(&self, matrix: PdfMatrix) -> bool {
        let corner = |x: f32, y: f32| {
            let (x, y) = matrix.apply_to_points(PdfPoints::new(x), PdfPoints::new(y));
            self.page.points_to_pixels(x, y, &self.drawn.config).ok()
        };
        let corners: Option<Vec<_>> =
            [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].into_iter().map(|(x, y)| corner(x, y)).collect();
        let Some(corners) = corners else { return false };
        let least =
            |of: fn(&(i32, i32)) -> i32| usize::try_from(corners.iter().map(of).min().unwrap_or(0)).unwrap_or(0);
        let most = |of: fn(&(i32, i32)) -> i32| usize::try_from(corners.iter().map(of).max().unwrap_or(0)).unwrap_or(0);
        let (left, right) = (least(|c| c.0), most(|c| c.0));
        let (top, bottom) = (least(|c| c.1), most(|c| c.1));
        left < right && self.drawn.has_texture((left.min(self.drawn.width), top), (right, bottom))
    }

    fn font(&mut self, text: &PdfPageTextObject<'_>) {
        let font = text.font();
        if font.is_embedded().unwrap_or(true) || !text.is_visible() {
            return;
        }
        let name = plain_name(&font.name());
        let known = name.is_empty() || self.facts.fonts.contains(&name);
        if known || self.facts.fonts.len() >= MOST || (is_own(&name) && !self.is_foreign(text)) {
            return;
        }
        self.facts.fonts.push(name);
    }

    /// Whether the words hold letters that the renderer's own fonts may lack.
    fn is_foreign(&mut self, object: &PdfPageTextObject<'_>) -> bool {
        if self.read >= WORDS_READ {
            return false;
        }
        self.read += 1;
        let page: &'b PdfPage<'_> = self.page;
        if self.text.is_none() {
            self.text = page.text().ok();
        }
        let words = self.text.as_ref().map(|text| text.for_object(object)).unwrap_or_default();
        words.chars().any(|c| !c.is_control() && u32::from(c) > 0xff && !is_mark(c))
    }
}

/// Quotation marks, dashes, bullets and ligatures, which Latin fonts have.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{2000}'..='\u{206f}' | '\u{20ac}' | '\u{2122}' | '\u{2212}' | '\u{fb00}'..='\u{fb06}' | '\u{152}'..='\u{192}' | '\u{2c6}'..='\u{2dc}' | '\u{fffe}' | '\u{ffff}')
}

/// `ABCDEF+Arial,Bold` is Arial. A stranger's word: letters, digits and dashes only.
fn plain_name(name: &str) -> String {
    let name = match name.split_once('+') {
        Some((tag, rest)) if tag.len() == 6 && tag.bytes().all(|b| b.is_ascii_uppercase()) => rest,
        _ => name,
    };
    let name = name.split(',').next().unwrap_or_default();
    name.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .take(NAME_CHARS)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Whether the renderer brings a font of this name, in whatever weight.
fn is_own(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    let family = [
        "boldoblique",
        "bolditalic",
        "bolditalicmt",
        "boldmt",
        "italicmt",
        "psmt",
        "ps",
        "mt",
        "bold",
        "italic",
        "oblique",
        "roman",
        "regular",
    ]
    .iter()
    .find_map(|style| letters.strip_suffix(style))
    .unwrap_or(&letters);
    let family = family.strip_suffix("ps").unwrap_or(family);
    OWN_FONTS.contains(&letters.as_str()) || OWN_FONTS.contains(&family)
}

#[cfg(test)]
mod tests {
    use super::{is_own, plain_name};

    #[test]
    fn a_fonts_name_is_taken_apart() {
        for own in [
            "Helvetica",
            "Helvetica-BoldOblique",
            "Arial-BoldMT",
            "TimesNewRomanPSMT",
            "TimesNewRomanPS-BoldItalicMT",
            "Times-Roman",
            "CourierNew",
        ] {
            assert!(is_own(&plain_name(own)), "{own}");
        }
        assert!(is_own(&plain_name("ABCDEF+Arial,Bold")) && plain_name("ABCDEF+Arial,Bold") == "Arial");
        for other in ["Calibri", "ArialNarrow", "Cambria-Bold", "TimesTen"] {
            assert!(!is_own(&plain_name(other)), "{other}");
        }
        assert_eq!(plain_name("<b>\n\u{202e}x</b>"), "bxb");
    }
}
