//! Printers that take little: dots alone, PDF alone, JPEG alone; and CUPS between us and a printer. What arrives there is
//! read by programs that are not ours.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use ottisk::{
    job::{
        plan::{ColorSpace, Format, Media, Plan, Sides},
        ticket::{Copies, Ticket},
    },
    printer::{JobState, Printer},
    raster::{
        halftone,
        packbits::PageEncoder,
        pwg::{
            SYNC,
            decode::{Decoder, Limits},
            header::PageHeader,
        },
    },
};
use serde_json::{Value, json};

use crate::{
    goldens::documents,
    peers::{PRINTER_LIMITS, PrinterPeer, Reference, Scheduler, assert_same_pixels, decode},
    support::{Ran, corpus, document, have, ottisk, picture, temporary, until},
};

const SIZES: [(u32, u32); 3] = [(595, 842), (842, 595), (612, 792)];

/// A printer whose pages are soon drawn.
const COARSE: [(&str, &str); 1] = [("printer-resolution-supported", "150dpi")];

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn own(sizes: &[(u32, u32)]) -> PathBuf {
    let path = temporary("formats").join("own.pdf");
    fs::write(&path, document(sizes, 10)).expect("written");
    path
}

fn print(file: &Path, uri: &str, more: &[&str]) -> Ran {
    ottisk(&[&["print", text(file), "--printer", uri], more].concat(), Duration::from_secs(60))
}

/// The one job that the printer had.
fn ticket(peer: &PrinterPeer) -> Value {
    let tickets = peer.tickets();
    assert_eq!(tickets.len(), 1, "{tickets:?}");
    tickets[0].clone()
}

fn spooled(ticket: &Value) -> PathBuf {
    PathBuf::from(ticket["file"].as_str().expect("a file"))
}

fn tray(peer: &PrinterPeer) -> Media {
    smol::block_on(peer.printer.capabilities()).expect("capabilities").media.remove(0)
}

fn done(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().expect(program);
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A printer as `arguments` make it, but with these lines of its description changed.
fn altered(arguments: &[&str], changes: &[(&str, &str)]) -> Option<PrinterPeer> {
    let (model, conf) = (PrinterPeer::start(arguments)?, temporary("formats").join("printer.conf"));
    done("ipptool", &["--ippserver", text(&conf), &model.uri(), "get-printer-attributes.test"]);
    let told = fs::read_to_string(&conf).expect("a description");
    let line = |line: &str| {
        let change = changes.iter().find(|(name, _)| line.split(' ').nth(2) == Some(name));
        change.map_or(line.to_owned(), |(_, new)| {
            [&line.split(' ').take(3).collect::<Vec<_>>().join(" "), *new].join(" ")
        })
    };
    fs::write(&conf, told.lines().map(line).collect::<Vec<_>>().join("\n") + "\n").expect("written");
    PrinterPeer::start(&["-a", text(&conf)])
}

#[test]
fn a_printer_that_takes_dots_only_gets_them() {
    let changes =
        [("pwg-raster-document-type-supported", "\"black_1\""), ("document-format-supported", "\"image/pwg-raster\"")];
    let Some(peer) = altered(&[], &changes) else { return };
    let able = smol::block_on(peer.printer.capabilities()).expect("suitable");
    assert!(able.black && !able.gray && !able.color, "{able:?}");
    let file = own(&SIZES);
    let ran = print(&file, &peer.uri(), &["--color", "rgb"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ticket = ticket(&peer);
    assert_eq!((&ticket["impressions"], &ticket["content_type"]), (&json!(3), &json!("image/pwg-raster")), "{ticket}");
    let Some(pages) = decode(&spooled(&ticket)) else { return };
    let limits = Limits { max_width: 10_000, max_height: 10_000, max_pages: 3 };
    let mut decoder = Decoder::new(fs::File::open(spooled(&ticket)).expect("kept"), limits);
    let reference = Reference::find();
    for ((header, dots), page) in pages.iter().zip(1..) {
        let told = ["color_space", "bits_per_color", "bits_per_pixel", "num_colors"].map(|name| &header[name]);
        assert_eq!(told, [&json!("k"), &json!(1), &json!(1), &json!(1)]);
        let ours = decoder.next_page().expect("whole").expect("a page");
        let (mut lines, mut gray) = (Vec::new(), Vec::new());
        while let Some(line) = decoder.next_row().expect("whole") {
            lines.extend_from_slice(line);
            gray.extend(halftone::unpack(line, ours.width as usize));
        }
        assert!(lines == *dots, "libcups reads page {page} differently");
        // From afar the dots are the gray page.
        let Some(reference) = &reference else { continue };
        let expected = reference.page(&file, page, &tray(&peer), ours.resolution, ColorSpace::Sgray8);
        assert_near(&gray, &expected, ours.width as usize);
    }
}

/// Squares of 64 pixels are equally dark to within a tenth, for thin lines are a little bolder in dots.
fn assert_near(dots: &[u8], gray: &[u8], width: usize) {
    const SIDE: usize = 64;
    assert_eq!(dots.len(), gray.len());
    let height = gray.len() / width;
    for (y, x) in (0..height / SIDE).flat_map(|y| (0..width / SIDE).map(move |x| (y * SIDE, x * SIDE))) {
        let mean = |page: &[u8]| {
            let rows = (y..y + SIDE).flat_map(|y| &page[y * width + x..][..SIDE]);
            rows.map(|pixel| u64::from(*pixel)).sum::<u64>() / (SIDE * SIDE) as u64
        };
        assert!(mean(dots).abs_diff(mean(gray)) <= 25, "{x}, {y}: {} for {}", mean(dots), mean(gray));
    }
}

#[test]
fn a_printer_that_takes_pdf_only_gets_our_pages_as_pictures() {
    if !(have("pdfimages", "poppler-utils") && have("qpdf", "qpdf")) {
        return;
    }
    let file = own(&SIZES);
    for (color, space, pages) in [("rgb", ColorSpace::Srgb8, 2..=2), ("gray", ColorSpace::Sgray8, 1..=3)] {
        let Some(peer) = altered(&["-2", "-s", "20,10", "-f", "application/pdf"], &COARSE) else { return };
        let ranges = format!("{}-{}", pages.start(), pages.end());
        let asked = ["--color", color, "--sides", "two-sided-long-edge", "--copies", "2", "--pages", &ranges];
        let ran = print(&file, &peer.uri(), &asked);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let (ticket, media) = (ticket(&peer), tray(&peer));
        assert_eq!((&ticket["content_type"], &ticket["IPP_COPIES"]), (&json!("application/pdf"), &json!("2")));
        assert_eq!(ticket["impressions"], json!(pages.clone().count() * 2), "{ticket}");
        let sides = if pages.clone().count() > 1 { "two-sided-long-edge" } else { "one-sided" };
        assert_eq!((&ticket["IPP_SIDES"], &ticket["IPP_PRINTER_RESOLUTION"]), (&json!(sides), &json!("150dpi")));
        let (pdf, folder) = (spooled(&ticket), temporary("formats"));
        let (pictures, shown) = (folder.join("picture"), folder.join("shown"));
        done("qpdf", &["--check", text(&pdf)]);
        done("pdfimages", &["-png", text(&pdf), text(&pictures)]);
        done("pdftoppm", &["-r", "150", "-png", "-singlefile", text(&pdf), text(&shown)]);
        // The page is as large as the picture at its resolution: nobody scales it.
        let (first, shown) = (picture(&folder.join("picture-000.png")), picture(&folder.join("shown.png")));
        assert_eq!((first.0, first.1), (shown.0, shown.1));
        let Some(reference) = Reference::find() else { return };
        for (page, number) in pages.zip(0..) {
            let (_, _, pixels) = picture(&folder.join(format!("picture-{number:03}.png")));
            let expected = reference.page(&file, page, &media, 150, space);
            assert_same_pixels(&format!("{color}, page {page}"), &pixels, &expected);
        }
        let _ = fs::remove_dir_all(folder);
    }
}

#[test]
fn a_printer_that_takes_jpeg_only_gets_one_page_a_job() {
    let Some(peer) = altered(&["-s", "20,10", "-f", "image/jpeg"], &COARSE) else { return };
    let ran = print(&own(&SIZES), &peer.uri(), &[]);
    assert_eq!(ran.code, Some(69), "three pages in one JPEG: {}", ran.stderr);
    assert!(ran.stderr.contains("not so many pages"), "{}", ran.stderr);
    assert_eq!(peer.tickets(), [] as [Value; 0]);
    let file = own(&SIZES);
    let ran = print(&file, &peer.uri(), &["--pages", "2", "--color", "rgb", "--copies", "2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ticket = ticket(&peer);
    assert_eq!((&ticket["IPP_COPIES"], &ticket["content_type"]), (&json!("2"), &json!("image/jpeg")), "{ticket}");
    let Some(reference) = Reference::find().filter(|_| have("mutool", "mupdf-tools")) else { return };
    let png = temporary("formats").join("page.png");
    done("mutool", &["draw", "-q", "-r", "150", "-c", "rgb", "-o", text(&png), text(&spooled(&ticket))]);
    let (width, height, pixels) = picture(&png);
    let expected = reference.page(&file, 2, &tray(&peer), 150, ColorSpace::Srgb8);
    assert_eq!(expected.len(), width as usize * height as usize * 3);
    let sum: u64 = pixels.iter().zip(&expected).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(sum < expected.len() as u64, "far from what was drawn: {sum} of {}", expected.len());
}

#[test]
fn a_printer_that_cannot_copy_is_sent_sets_that_share_no_sheet() {
    let Some(peer) = altered(&["-2"], &[("copies-supported", "1-1")]) else { return };
    let able = smol::block_on(peer.printer.capabilities()).expect("suitable");
    assert_eq!((able.copies, able.sides.len()), (1, 3));
    let ran = print(&own(&SIZES), &peer.uri(), &["--sides", "two-sided-long-edge", "--copies", "2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ticket = ticket(&peer);
    assert_eq!((&ticket["impressions"], &ticket["IPP_SIDES"]), (&json!(7), &json!("two-sided-long-edge")), "{ticket}");
    let Some(pages) = decode(&spooled(&ticket)) else { return };
    let (first, second) = (&pages[..4], &pages[4..]);
    assert!(first[3].1.iter().all(|pixel| *pixel == 255), "the back of the last sheet is not blank");
    assert!(first.iter().zip(second).all(|(a, b)| a.1 == b.1), "the second set is another");
}

/// One page of a file, gray, in its own size at `resolution`.
fn drawn(file: &Path, medium: &str, resolution: u32) -> (u32, u32, Vec<u8>) {
    let (folder, dpi) = (temporary("formats"), resolution.to_string());
    let asked = ["raster", text(file), "--media", medium, "--resolution", &dpi, "--scaling", "none", "--format", "png"];
    let ran = ottisk(&[&asked[..], &["-o", text(&folder)]].concat(), Duration::from_secs(60));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    picture(&folder.join("page-0001.png"))
}

#[test]
fn fields_and_notes_are_printed_as_ghostscript_prints_them() {
    if !have("gs", "ghostscript") {
        return;
    }
    let folder = temporary("formats");
    let (file, png) = (folder.join("fields.pdf"), folder.join("fields.png"));
    fs::write(&file, documents::fields()).expect("written");
    let out = format!("-sOutputFile={}", text(&png));
    done(
        "gs",
        &["-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dPrinted=true", "-sDEVICE=pnggray", "-r72", &out, text(&file)],
    );
    let (width, height, theirs) = picture(&png);
    assert_eq!((width, height), (300, 120));
    // Landscape on A4: turned counter-clockwise, in the middle.
    let (across, _, ours) = drawn(&file, "a4", 72);
    let at = |x: usize, y: usize| ours[(271 + y) * across as usize + 237 + x];
    for (y, x) in (0..300).flat_map(|y| (0..120).map(move |x| (y, x))) {
        assert_eq!(at(x, y), theirs[x * 300 + 299 - y], "{x}, {y}");
    }
    assert_eq!(ours.iter().filter(|pixel| **pixel == 0).count(), 6 * 400, "three fields and three notes");
}

#[test]
fn a_form_of_the_corpus_is_filled_in_where_poppler_has_it() {
    let Some(file) = corpus("annotation-tx.pdf").filter(|_| have("pdftoppm", "poppler-utils")) else { return };
    let folder = temporary("formats");
    done("pdftoppm", &["-r", "60", "-png", "-singlefile", text(&file), text(&folder.join("page"))]);
    let (width, height, theirs) = picture(&folder.join("page.png"));
    let theirs = (width, height, theirs.chunks_exact(3).map(|pixel| pixel[0]).collect());
    let ours = drawn(&file, "letter", 60);
    let ink = |(width, height, pixels): &(u32, u32, Vec<u8>)| {
        assert_eq!((*width, *height), (510, 660));
        let dark = pixels.iter().enumerate().filter(|(_, pixel)| **pixel < 200).map(|(at, _)| at);
        let (columns, rows): (Vec<_>, Vec<_>) = dark.map(|at| (at % 510, at / 510)).unzip();
        [columns, rows].map(|side| [side.iter().min().copied(), side.iter().max().copied()])
    };
    // The page has nothing but the field's text.
    let (theirs, ours) = (ink(&theirs), ink(&ours));
    for (theirs, ours) in theirs.as_flattened().iter().zip(ours.as_flattened()) {
        let (theirs, ours) = (theirs.expect("text"), ours.expect("text"));
        assert!(theirs.abs_diff(ours) <= 2, "{ours}, not {theirs}");
    }
}

#[test]
fn cups_takes_what_we_say_and_passes_it_on() {
    let Some(peer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    let Some(cups) = Scheduler::start(&peer.uri()) else { return };
    let printer = Printer::open(&cups.uri(), PRINTER_LIMITS).expect("an address");
    let able = smol::block_on(printer.capabilities()).expect("suitable");
    assert_eq!((able.formats.as_slice(), able.several_documents), ([Format::PwgRaster].as_slice(), true));
    let file = own(&SIZES);
    let ran = print(&file, &cups.uri(), &["--sides", "two-sided-long-edge", "--copies", "2", "--pages", "1-2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let job = until("the job at the printer", Duration::from_secs(30), || peer.tickets().pop());
    assert_eq!(
        (&job["IPP_SIDES"], &job["IPP_PRINT_COLOR_MODE"]),
        (&json!("two-sided-long-edge"), &json!("monochrome")),
        "{job}"
    );
    assert_eq!((&job["impressions"], &job["IPP_COPIES"]), (&json!(4), &json!("2")), "{job}");
    let documents = cups.documents(1);
    assert_eq!(documents.len(), 1, "{documents:?}");
    assert_eq!(decode(&documents[0]).map_or(2, |pages| pages.len()), 2);
}

#[test]
fn a_printer_that_takes_a_jpeg_a_page_gets_them_in_one_job() {
    let Some(peer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    let Some(cups) = Scheduler::start(&peer.uri()) else { return };
    let printer = Printer::open(&cups.uri(), PRINTER_LIMITS).expect("an address");
    smol::block_on(async {
        let able = printer.capabilities().await.expect("suitable");
        let able = ottisk::job::plan::Capabilities { formats: vec![Format::Jpeg], resolutions: vec![72], ..able };
        let ticket = Ticket { copies: Copies::new(2).expect("2"), two_sided: true, ..Ticket::default() };
        let plan = Plan::fit(&ticket, &able, 3).expect("a plan");
        assert_eq!((plan.documents(), plan.sides), (3, Sides::OneSided));
        printer.validate(&plan).await.expect("valid");
        let job = printer.create(&plan, "three").await.expect("a job");
        printer.send(job, &plan, Box::pin(smol::io::Cursor::new(raster(&plan)))).await.expect("sent");
        let documents = cups.documents(job);
        assert_eq!(documents.len(), 3, "{documents:?}");
        for document in documents {
            let bytes = fs::read(&document).expect("kept");
            assert!(bytes.starts_with(b"\xff\xd8\xff\xe0") && bytes.ends_with(b"\xff\xd9"), "{}", document.display());
        }
        let state = printer.job(job).await.expect("known").state;
        assert!(!matches!(state, JobState::Aborted | JobState::Canceled), "{state:?}");
        printer.cancel(job).await.ok();
    });
}

/// Pages of one gray each.
fn raster(plan: &Plan) -> Vec<u8> {
    let mut bytes = SYNC.to_vec();
    for page in 0..plan.raster_pages() {
        let header = PageHeader::of(plan, false);
        bytes.extend(header.to_bytes());
        let mut encoder = PageEncoder::new(header.width, header.color_space);
        let line = vec![50 * (page as u8 + 1); header.bytes_per_line()];
        (0..header.height).for_each(|_| encoder.rows(&line, line.len(), &mut bytes));
        encoder.finish(&mut bytes);
    }
    bytes
}
