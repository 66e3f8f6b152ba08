//! What printers get, for more than a thousand combinations of options: each by its hash (`tests/data/rasters.txt`, written
//! anew by `UPDATE=1`) and by what it means. Drawn by the product's own code, in this process and without its walls.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    env, fs,
    io::{Cursor, Read as _},
    path::PathBuf,
};

use ottisk::{
    job::plan::{ColorSpace, Format, Margins, Media, NumberUp, Plan, Scaling, SheetBack, Sides},
    raster::{
        back_transform, jpeg,
        packbits::PageEncoder,
        pdf::Pdf,
        place::media_pixels,
        pwg::decode::{Decoder, Limits},
        urf,
    },
    worker::{library::Library, render},
};
use pdfium_render::prelude::{PdfDocument, Pdfium};
use proptest::prelude::{any, prop, prop_assert_eq, proptest};
use sha2::{Digest as _, Sha256};

use crate::support::temporary;

mod decoded;
pub mod documents;

const COLORS: [(&str, ColorSpace); 3] =
    [("gray", ColorSpace::Sgray8), ("rgb", ColorSpace::Srgb8), ("black", ColorSpace::Black1)];
const SCALINGS: [(&str, Scaling); 4] =
    [("fit", Scaling::Fit), ("fill", Scaling::Fill), ("none", Scaling::None), ("auto", Scaling::Auto)];
const UPS: [NumberUp; 3] = [NumberUp::One, NumberUp::Two, NumberUp::Four];

fn media() -> Vec<(&'static str, Media)> {
    let known = |name| Media::by_name(name).expect("known");
    let bordered = |name, margins| Media { margins, ..known(name) };
    vec![
        ("a4", Media::a4()),
        ("a4-bordered", bordered("a4", Margins { top: 423, right: 635, bottom: 1270, left: 300 })),
        ("a5", known("a5")),
        ("letter-bordered", bordered("letter", Margins { top: 500, right: 500, bottom: 500, left: 500 })),
        ("4x6", known("index-4x6")),
        ("label", Media::by_size(12_345, 5_678, Margins { top: 0, right: 200, bottom: 0, left: 200 })),
    ]
}

/// One combination.
#[derive(Clone)]
struct Case {
    document: &'static str,
    color: &'static str,
    scaling: &'static str,
    medium: &'static str,
    plan: Plan,
}

impl Case {
    fn name(&self) -> String {
        let plan = &self.plan;
        let format = plan.format.media_type().rsplit(['/', '-']).next().unwrap_or_default();
        let (sides, back) = (plan.sides.keyword(), plan.sheet_back.keyword());
        let (up, repeats, dpi) = (plan.number_up.get(), plan.repeats, plan.resolution);
        let Self { document, color, scaling, medium, .. } = self;
        format!("{document} {format} {color} {dpi}dpi {medium} {scaling} {up}up {sides} {back} {repeats}x")
    }

    /// The same pages as PWG Raster, a front each.
    fn fronts(&self) -> Self {
        let front = |plan: Plan| Plan { format: Format::PwgRaster, sides: Sides::OneSided, repeats: 1, ..plan };
        Self { plan: Plan { sheet_back: SheetBack::Normal, ..front(self.plan.clone()) }, ..self.clone() }
    }

    fn colored(&self, index: usize) -> Self {
        let (color, color_space) = COLORS[index];
        Self { color, plan: Plan { color_space, ..self.plan.clone() }, ..self.clone() }
    }
}

/// Every combination of these.
struct Choices<'a> {
    documents: &'a [&'static str],
    formats: &'a [Format],
    colors: &'a [usize],
    resolutions: &'a [u32],
    scalings: &'a [usize],
    media: &'a [usize],
    ups: &'a [usize],
    sides: &'a [Sides],
    backs: &'a [SheetBack],
    repeats: &'a [u32],
}

const FEW: Choices<'_> = Choices {
    documents: &["plain", "mixed", "turned", "odd", "fields"],
    formats: &[Format::PwgRaster],
    colors: &[0, 1, 2],
    resolutions: &[36],
    scalings: &[0],
    media: &[1],
    ups: &[0],
    sides: &[Sides::OneSided],
    backs: &[SheetBack::Normal],
    repeats: &[1],
};

impl Choices<'_> {
    fn all(&self, found: &mut Vec<Case>) {
        let mut plans = vec![Plan {
            pages: Vec::new(),
            copies: 1,
            repeats: 1,
            sides: Sides::OneSided,
            sheet_back: SheetBack::Normal,
            media: Media::a4(),
            resolution: 0,
            color_space: ColorSpace::Sgray8,
            scaling: Scaling::Fit,
            format: Format::PwgRaster,
            number_up: NumberUp::One,
            skip: 0,
        }];
        fn each<T: Copy>(plans: &mut Vec<Plan>, values: &[T], set: impl Fn(&mut Plan, T)) {
            *plans = plans
                .iter()
                .flat_map(|plan| {
                    values.iter().map(|value| {
                        let mut plan = plan.clone();
                        set(&mut plan, *value);
                        plan
                    })
                })
                .collect();
        }
        each(&mut plans, self.formats, |plan, format| plan.format = format);
        each(&mut plans, self.resolutions, |plan, resolution| plan.resolution = resolution);
        each(&mut plans, self.ups, |plan, up| plan.number_up = UPS[up]);
        each(&mut plans, self.sides, |plan, sides| plan.sides = sides);
        each(&mut plans, self.backs, |plan, back| plan.sheet_back = back);
        each(&mut plans, self.repeats, |plan, repeats| plan.repeats = repeats);
        let media = media();
        for document in self.documents {
            for plan in &plans {
                for color in self.colors {
                    for scaling in self.scalings {
                        for medium in self.media {
                            let (color, color_space) = COLORS[*color];
                            let ((scaling, kind), (medium, sheet)) = (SCALINGS[*scaling], media[*medium].clone());
                            let plan = Plan { color_space, scaling: kind, media: sheet, ..plan.clone() };
                            found.push(Case { document, color, scaling, medium, plan });
                        }
                    }
                }
            }
        }
    }
}

fn cases() -> Vec<Case> {
    let mut found = Vec::new();
    let (four, six) = ([0, 1, 2, 3], [0, 1, 2, 3, 4, 5]);
    Choices { scalings: &four, media: &six, ..FEW }.all(&mut found);
    Choices { documents: &["plain", "mixed", "turned"], ups: &[1, 2], media: &six, ..FEW }.all(&mut found);
    Choices { documents: &["plain", "turned"], resolutions: &[18, 50, 75, 101], ..FEW }.all(&mut found);
    let two_sided = Choices {
        documents: &["plain", "mixed"],
        sides: &Sides::ALL,
        backs: &SheetBack::ALL,
        ups: &[0, 1],
        repeats: &[1, 2],
        ..FEW
    };
    two_sided.all(&mut found);
    Choices { formats: &[Format::Urf], colors: &[0, 1], ..two_sided }.all(&mut found);
    Choices { formats: &[Format::Urf], colors: &[0, 1], scalings: &four, media: &[0, 3, 5], ..FEW }.all(&mut found);
    let pictures = &[Format::Pdf, Format::Jpeg];
    Choices { formats: pictures, scalings: &[0, 1], media: &[1, 4], ups: &[0, 1], ..FEW }.all(&mut found);
    let mut seen = HashSet::new();
    found.retain(|case| seen.insert(case.name()));
    assert!(found.len() > 1_000, "{} combinations", found.len());
    found
}

/// Draws documents; pdfium is for one thread.
struct Press<'a> {
    documents: HashMap<&'static str, PdfDocument<'a>>,
    /// Pages of combinations that others are compared with.
    known: HashMap<String, Vec<Vec<u8>>>,
}

impl Press<'_> {
    fn plan(&self, case: &Case) -> Plan {
        let count = u32::try_from(self.documents[case.document].pages().len()).expect("few");
        Plan { pages: (1..=count).collect(), ..case.plan.clone() }
    }

    /// What the printer gets, and the plan with its pages.
    fn print(&self, case: &Case) -> (Plan, Vec<u8>) {
        let (plan, mut raster) = (self.plan(case), Vec::new());
        render::document(&self.documents[case.document], &plan, &mut raster).expect("drawn");
        let (max_width, max_height) = media_pixels(&plan.media, plan.resolution);
        let limits = Limits { max_width, max_height, max_pages: plan.raster_pages() };
        let mut document = Vec::new();
        match plan.format {
            Format::PwgRaster | Format::Urf => document = raster,
            Format::Pdf => {
                Pdf::new(Cursor::new(raster), limits).read_to_end(&mut document).expect("a PDF");
            }
            Format::Jpeg => {
                let mut decoder = Decoder::new(Cursor::new(raster), limits);
                while let Some(header) = decoder.next_page().expect("whole") {
                    jpeg::page(&mut decoder, &header, &mut document).expect("a JPEG");
                }
            }
        }
        (plan, document)
    }

    fn fronts(&mut self, case: &Case) -> Vec<Vec<u8>> {
        let case = case.fronts();
        let name = case.name();
        if !self.known.contains_key(&name) {
            let (plan, document) = self.print(&case);
            self.known.insert(name.clone(), decoded::pages(&plan, &document).expect("a raster"));
        }
        self.known[&name].clone()
    }

    /// What the combination means; an empty list when all is well.
    fn wrong(&mut self, case: &Case, plan: &Plan, document: &[u8]) -> Vec<&'static str> {
        let mut wrong = Vec::new();
        let fronts = self.fronts(case);
        let Some(pages) = decoded::pages(plan, document) else {
            let ends = document.windows(2).filter(|bytes| bytes == b"\xff\xd9").count();
            return if ends == fronts.len() { wrong } else { vec!["not a JPEG a page"] };
        };
        if pages.len() != plan.raster_pages() as usize {
            wrong.push("another number of pages than planned");
        }
        // Every page is its front, turned as the printer wants backs, in every format; a copy begins on a sheet of its own.
        let (width, bytes) =
            (media_pixels(&plan.media, plan.resolution).0 as usize, plan.color_space.bytes_per_pixel());
        let set = fronts.len() + usize::from(plan.pads(0));
        for (number, page) in pages.iter().enumerate() {
            let Some(front) = fronts.get(number % set) else {
                if *page != vec![255; page.len()] {
                    wrong.push("the back between two copies is not blank");
                }
                continue;
            };
            let transform = back_transform(plan.sides, plan.sheet_back, number % 2 == 1);
            if *page != turned(front, width * bytes, bytes, transform) {
                wrong.push("a page is not its front, turned");
            }
        }
        if case.name() == case.fronts().name() {
            wrong.extend(self.wrong_fronts(case, plan, &fronts));
        }
        wrong
    }

    fn wrong_fronts(&mut self, case: &Case, plan: &Plan, fronts: &[Vec<u8>]) -> Vec<&'static str> {
        let mut wrong = Vec::new();
        let bytes = plan.color_space.bytes_per_pixel();
        // The middle of a long page may be, when it fills a short medium.
        let cut = (case.document, case.scaling) == ("odd", "fill");
        if !cut && fronts.iter().any(|page| *page == vec![255; page.len()]) {
            wrong.push("a page is blank");
        }
        if fronts.iter().any(|page| ink_in_margins(plan, page, bytes)) {
            wrong.push("ink in the margins");
        }
        if plan.color_space == ColorSpace::Black1 && fronts.iter().flatten().any(|dot| !matches!(dot, 0 | 255)) {
            wrong.push("dots that are gray");
        }
        // Whatever they are made of, pages are equally dark.
        let gray = self.fronts(&case.colored(0));
        let near = if plan.color_space == ColorSpace::Black1 { 6.0 } else { 1.5 };
        if fronts.iter().zip(&gray).any(|(page, gray)| (darkness(page, bytes) - darkness(gray, 1)).abs() > near) {
            wrong.push("not as dark as in gray");
        }
        // A page of the medium's own size is the same however it is scaled.
        if (case.document, case.medium, plan.number_up) == ("plain", "a4", NumberUp::One) {
            let fit =
                Case { scaling: "fit", plan: Plan { scaling: Scaling::Fit, ..case.plan.clone() }, ..case.clone() };
            if self.fronts(&fit) != fronts {
                wrong.push("scaled though it fits");
            }
        }
        // A page that its /Rotate lays down is turned back to the medium; one on its head stays there.
        let dots = plan.color_space == ColorSpace::Black1;
        if !dots && (case.document, case.medium, plan.number_up) == ("turned", "a4", NumberUp::One) {
            let upright = self.fronts(&Case { document: "plain", ..case.clone() });
            let row = media_pixels(&plan.media, plan.resolution).0 as usize * bytes;
            let near = |page: &[u8], other: &[u8]| {
                let sum: u64 = page.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
                sum < page.len() as u64 * 3
            };
            if !near(&fronts[0], &upright[0]) || !near(&fronts[1], &turned(&upright[1], row, bytes, (-1, -1))) {
                wrong.push("not turned as /Rotate says");
            }
        }
        wrong
    }
}

fn turned(page: &[u8], row: usize, bytes: usize, (cross_feed, feed): (i32, i32)) -> Vec<u8> {
    if (cross_feed, feed) == (1, 1) {
        return page.to_vec();
    }
    let mut rows: Vec<&[u8]> = page.chunks_exact(row).collect();
    if feed < 0 {
        rows.reverse();
    }
    let line = |row: &&[u8]| match cross_feed < 0 {
        true => row.chunks_exact(bytes).rev().flatten().copied().collect(),
        false => row.to_vec(),
    };
    rows.iter().flat_map(line).collect()
}

fn ink_in_margins(plan: &Plan, page: &[u8], bytes: usize) -> bool {
    let (width, height) = media_pixels(&plan.media, plan.resolution);
    let (row, height) = (width as usize * bytes, height as usize);
    let pixels = |side: u32| (f64::from(side) / 2540.0 * f64::from(plan.resolution)).round() as usize;
    let Margins { top, right, bottom, left } = plan.media.margins;
    let white = vec![255; row];
    let inked = |part: &[u8]| part != &white[..part.len()];
    page.chunks_exact(row).enumerate().any(|(y, line)| match (pixels(top)..height - pixels(bottom)).contains(&y) {
        true => inked(&line[..pixels(left) * bytes]) || inked(&line[row - pixels(right) * bytes..]),
        false => inked(line),
    })
}

/// The mean of all pixels, 0 to 255.
fn darkness(page: &[u8], bytes: usize) -> f64 {
    let gray = |pixel: &[u8]| match pixel {
        [red, green, blue] => 0.3 * f64::from(*red) + 0.59 * f64::from(*green) + 0.11 * f64::from(*blue),
        other => f64::from(other[0]),
    };
    255.0 - page.chunks_exact(bytes).map(gray).sum::<f64>() / (page.len() / bytes) as f64
}

/// What must stay as it is. Of a PDF its pages: how small the library packs them is not ours.
fn what_counts<'a>(plan: &Plan, document: &'a [u8]) -> Cow<'a, [u8]> {
    match decoded::pages(plan, document) {
        Some(pages) if plan.format == Format::Pdf => pages.concat().into(),
        _ => document.into(),
    }
}

fn hash(document: &[u8]) -> String {
    Sha256::digest(document)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_combination_of_options_prints_what_it_did_and_what_it_means() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let library = Library::unpack(Some(&folder)).expect("a thread");
    let path = smol::block_on(library.path()).expect("unpacked").to_owned();
    let pdfium = Pdfium::new(Pdfium::bind_to_library(path).expect("bound"));
    let files = documents::all();
    let open = |(name, bytes): &(&'static str, Vec<u8>)| {
        (*name, pdfium.load_pdf_from_byte_vec(bytes.clone(), None).unwrap_or_else(|error| panic!("{name}: {error:?}")))
    };
    let mut press = Press { documents: files.iter().map(open).collect(), known: HashMap::new() };
    assert_fields(&mut press);

    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/rasters.txt");
    let kept = fs::read_to_string(&golden).unwrap_or_default();
    let kept: HashMap<&str, &str> =
        kept.lines().filter_map(|line| line.split_once(' ')).map(|(hash, name)| (name, hash)).collect();
    let (mut table, mut wrong) = (String::new(), Vec::new());
    let (update, failed) = (env::var_os("UPDATE").is_some(), temporary("goldens"));
    let cases = cases();
    for case in &cases {
        let (plan, document) = press.print(case);
        let (name, hash) = (case.name(), hash(&what_counts(&plan, &document)));
        wrong.extend(press.wrong(case, &plan, &document).into_iter().map(|why| format!("{name}: {why}")));
        // pdfium's floats are not the same on every processor.
        if !update && cfg!(target_arch = "x86_64") && kept.get(name.as_str()) != Some(&hash.as_str()) {
            let ending = plan.format.media_type().rsplit(['/', '-']).next().unwrap_or_default();
            let file = failed.join(format!("{}.{ending}", name.replace(' ', "_")));
            fs::write(&file, &document).expect("written");
            let drawn = files.iter().find(|(known, _)| *known == case.document).expect("known");
            fs::write(file.with_extension("source.pdf"), &drawn.1).expect("written");
            wrong.push(format!("{name}: not what it was, see {}", file.display()));
        }
        table.push_str(&format!("{hash} {name}\n"));
    }
    if update {
        fs::write(&golden, &table).expect("written");
    } else if cfg!(target_arch = "x86_64") {
        assert_eq!(kept.len(), cases.len(), "the table has other combinations (UPDATE=1 writes it anew)");
    }
    let some = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} are wrong (UPDATE=1 keeps new looks):\n{some}", wrong.len());
    let _ = fs::remove_dir_all(failed);
}

/// Notes and fields are on paper when they are to be printed, whether or not a screen shows them.
fn assert_fields(press: &mut Press<'_>) {
    let media = Media::by_size(10_583, 4_233, Margins::default());
    let mut found = Vec::new();
    Choices { documents: &["fields"], resolutions: &[72], ..FEW }.all(&mut found);
    let case = Case { plan: Plan { media, ..found[0].plan.clone() }, medium: "own", ..found[0].clone() };
    let page = press.fronts(&case).remove(0);
    for field in [false, true] {
        for (index, flag) in documents::FLAGS.iter().enumerate() {
            let (x, y) = documents::square(index, field);
            let black = page[(120 - y as usize - 10) * 300 + x as usize + 10] == 0;
            let printed = flag & 4 != 0 && flag & 2 == 0;
            assert_eq!(black, printed, "{} with flags {flag}", if field { "field" } else { "note" });
        }
    }
}

proptest! {
    #[test]
    fn apple_raster_that_is_encoded_is_decoded(
        lines in prop::collection::vec((prop::collection::vec((any::<u8>(), 1_usize..200), 1..5), 1_usize..260), 1..5),
        width in 1_usize..300, rgb in any::<bool>(), bands in 1_usize..50,
    ) {
        let color_space = if rgb { ColorSpace::Srgb8 } else { ColorSpace::Sgray8 };
        let length = width * color_space.bytes_per_pixel();
        let mut pixels = Vec::new();
        for (runs, times) in &lines {
            let mut line: Vec<u8> = runs.iter().flat_map(|(value, count)| vec![*value; *count]).collect();
            line.resize(length, 255);
            pixels.extend(line.repeat(*times));
        }
        let height = pixels.len() / length;
        let mut head = [0; 32];
        head[0] = if rgb { 24 } else { 8 };
        head[12..16].copy_from_slice(&(width as u32).to_be_bytes());
        head[16..20].copy_from_slice(&(height as u32).to_be_bytes());
        let mut document = urf::document_head(1).to_vec();
        document.extend(head);
        let mut encoder = PageEncoder::new(width as u32, color_space);
        for band in pixels.chunks(bands * length) {
            encoder.rows(band, length, &mut document);
        }
        encoder.finish(&mut document);
        prop_assert_eq!(decoded::urf(&document, width, height), [pixels]);
    }
}
