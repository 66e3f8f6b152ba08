//! `ottisk raster` and `ottisk print`: exit codes, and pixels as another reader sees them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use ottisk::job::plan::{ColorSpace, Format, Media};
use serde_json::{Value, json};

use crate::{
    peers::{DecodedPage, PrinterPeer, Reference, assert_same_pixels, decode},
    support::{Ran, a4_pages, corpus, document, free_port, names, ottisk, picture, sample, temporary},
};

const SOON: Duration = Duration::from_secs(60);

fn run(arguments: &[&str]) -> Ran {
    ottisk(arguments, SOON)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn written(name: &str, content: &[u8]) -> PathBuf {
    let path = temporary("raster").join(name);
    fs::write(&path, content).expect("written");
    path
}

/// What `ottisk raster FILE … -o` makes of a file, decoded by libcups. `None` without libcups.
fn raster(file: &Path, arguments: &[&str]) -> Option<Vec<DecodedPage>> {
    let folder = temporary("raster");
    let out = folder.join("out.pwg");
    let ran = run(&[&["raster", text(file)], arguments, &["-o", text(&out)]].concat());
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
    let pages = decode(&out);
    let _ = fs::remove_dir_all(&folder);
    pages
}

/// The command ends with this code and one line that says why.
#[track_caller]
fn assert_fails(code: i32, arguments: &[&str]) {
    let ran = run(arguments);
    assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{arguments:?}: {}", ran.stderr);
    assert!(ran.stderr.starts_with("ottisk: "), "{arguments:?}: {}", ran.stderr);
}

#[test]
fn bad_arguments_end_with_2_and_one_line() {
    let sample = sample();
    let file = text(&sample);
    for arguments in [
        vec!["raster"],
        vec!["raster", file, file],
        vec!["raster", file, "--format", "tiff"],
        vec!["raster", file, "--format", "png"],
        vec!["raster", file, "--pages", "3-1"],
        vec!["raster", file, "--pages", "0"],
        vec!["raster", file, "--media", "napkin"],
        vec!["raster", file, "--resolution", "0"],
        vec!["raster", file, "--resolution", "100000"],
        vec!["raster", file, "--resolution", "fine"],
        vec!["raster", file, "--color", "cmyk"],
        vec!["raster", file, "--color", "black", "--format", "urf"],
        vec!["raster", file, "--sides", "three"],
        vec!["raster", file, "--sheet-back", "upside-down"],
        vec!["raster", file, "--scaling", "huge"],
        vec!["raster", file, "--number-up", "3"],
        vec!["raster", file, "--format", "jpeg"],
        vec!["raster", file, "--no-such-option"],
        vec!["raster", file, "-o"],
        vec!["print", file],
        vec!["print", "--printer", "file:///tmp/x"],
        vec!["print", file, "--printer", "socket://printer:9100"],
        vec!["print", file, "--printer", "file://relative"],
        vec!["print", file, "--printer", "file:///tmp/x", "--copies", "0"],
        vec!["print", file, "--printer", "file:///tmp/x", "--copies", "1000"],
        vec!["print", file, "--printer", "file:///tmp/x", "--sides", "both"],
        vec!["no-such-command"],
        vec![],
    ] {
        assert_fails(2, &arguments);
    }
    assert!(!fs::exists("/tmp/x").expect("a look"), "a refused command printed");
    for command in ["raster", "print"] {
        let ran = run(&[command, "--help"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{command}");
        assert!(String::from_utf8_lossy(&ran.stdout).contains("--pages"), "{command}");
    }
}

#[test]
fn bad_documents_end_with_65_and_machines_faults_with_1() {
    let folder = temporary("raster");
    let out = folder.join("out.pwg");
    let printer = format!("file://{}", folder.join("printer").display());
    let good = a4_pages(1);
    let mut bad = vec![
        written("text.pdf", b"hello"),
        written("empty.pdf", b""),
        written("cut.pdf", &good[..good.len() / 2]),
        written("hollow.pdf", b"%PDF-1.7\n%%EOF\n"),
    ];
    bad.extend(corpus("saslprep-r6.pdf"));
    for file in &bad {
        assert_fails(65, &["raster", text(file), "-o", text(&out)]);
        assert!(!out.exists(), "{}: part of a document looks like one", file.display());
        assert_fails(65, &["raster", text(file), "--format", "png", "-o", text(&folder.join("png"))]);
        assert_fails(65, &["print", text(file), "--printer", &printer]);
    }
    assert!(!folder.join("printer").exists(), "a bad document made a job");
    let sample = sample();
    let blocked = folder.join("blocked");
    fs::create_dir_all(blocked.join("page-0001.png/in-the-way")).expect("made");
    for arguments in [
        vec!["raster", "/nowhere/file.pdf"],
        vec!["raster", text(&sample), "-o", "/nowhere/out.pwg"],
        vec!["raster", text(&sample), "-o", "/dev/full"],
        vec!["raster", text(&sample), "--format", "png", "-o", "/dev/null/out"],
        vec!["print", "/nowhere/file.pdf", "--printer", &printer],
        vec!["raster", text(&sample), "--format", "png", "-o", text(&blocked)],
    ] {
        assert_fails(1, &arguments);
    }
    let nobody = format!("ipp://localhost:{}/ipp/print", free_port());
    assert_fails(69, &["print", text(&sample), "--printer", &nobody]);
}

#[test]
fn reader_who_leaves_early_is_no_bad_document() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ottisk"))
        .args(["raster", text(&sample())])
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn raster_is_the_same_in_a_file_and_on_stdout() {
    let folder = temporary("raster");
    let out = folder.join("out.pwg");
    let sample = sample();
    let to_file = run(&["raster", text(&sample), "--format", "pwg", "-o", text(&out)]);
    assert_eq!((to_file.code, to_file.stdout.len()), (Some(0), 0), "{}", to_file.stderr);
    let written = fs::read(&out).expect("a raster");
    for arguments in [vec!["raster", text(&sample)], vec!["raster", text(&sample), "-o", "-"]] {
        let ran = run(&arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout == written, "{arguments:?} differs");
    }
    let Some(pages) = decode(&out) else { return };
    assert_eq!(pages.len(), 3);
    let pictures = folder.join("pictures");
    let ran = run(&["raster", text(&sample), "--format", "png", "-o", text(&pictures)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(names(&pictures), ["page-0001.png", "page-0002.png", "page-0003.png"]);
    for ((header, pixels), name) in pages.iter().zip(names(&pictures)) {
        let (width, height, shown) = picture(&pictures.join(&name));
        assert_eq!((&header["width"], &header["height"]), (&json!(width), &json!(height)), "{name}");
        assert!(*pixels == shown, "{name} differs from the raster");
    }
}

#[test]
fn raster_obeys_pages_media_resolution_and_color() {
    let own = written("own.pdf", &document(&[(595, 842), (842, 595), (612, 792)], 10));
    let Some(pages) = raster(&own, &["--pages", "3,1", "--media", "a5", "--resolution", "150"]) else { return };
    assert_eq!(pages.len(), 2);
    let header = |header: &Value, names: &[&str]| -> Vec<Value> { names.iter().map(|n| header[*n].clone()).collect() };
    let wanted = ["width", "height", "hw_resolution", "color_space", "page_size_name", "total_page_count"];
    let expected = [json!(874), json!(1240), json!([150, 150]), json!("sgray"), json!("iso_a5_148x210mm"), json!(2)];
    assert_eq!(header(&pages[0].0, &wanted), expected);
    let a5 = Media::by_name("a5").expect("known");
    let reference = Reference::find();
    for ((_, pixels), page) in pages.iter().zip([1, 3]) {
        let Some(reference) = &reference else { break };
        let expected = reference.page(&own, page, &a5, 150, ColorSpace::Sgray8);
        assert_same_pixels(&format!("page {page}"), pixels, &expected);
    }

    let Some(pages) = raster(&own, &["--pages", "2", "--resolution", "600", "--color", "rgb"]) else { return };
    let expected = [json!(4961), json!(7016), json!([600, 600]), json!("srgb"), json!("iso_a4_210x297mm"), json!(1)];
    assert_eq!(header(&pages[0].0, &wanted), expected);
    if let Some(reference) = reference {
        let expected = reference.page(&own, 2, &Media::a4(), 600, ColorSpace::Srgb8);
        assert!(expected.chunks_exact(3).any(|pixel| pixel == [255, 0, 0]), "the red mark is not red");
        assert_same_pixels("page 2", &pages[0].1, &expected);
    }
}

#[test]
fn children_that_draw_in_turns_write_what_one_writes() {
    let folder = temporary("raster");
    let own = written("own.pdf", &document(&[(595, 842); 9], 400));
    let drawn = |children: u32, arguments: &[&str]| {
        let config = folder.join(format!("{children}.toml"));
        fs::write(&config, format!("[worker]\nchildren_abreast = {children}\n")).expect("written");
        let ran = run(&[&["raster", text(&own), "--config", text(&config)], arguments].concat());
        assert_eq!(ran.code, Some(0), "{children}: {}", ran.stderr);
        ran.stdout
    };
    let duplex = ["--sides", "two-sided-long-edge", "--sheet-back", "rotated"];
    for arguments in [
        &["--color", "rgb"][..],
        &["--color", "black", "--resolution", "150"],
        &["--format", "pdf", "--resolution", "72"],
        &["--resolution", "600"],
        &["--number-up", "2"],
        &duplex,
        &["--pages", "1-4"],
    ] {
        let alone = drawn(1, arguments);
        for children in [2, 3, 4, 9] {
            assert!(drawn(children, arguments) == alone, "{children} {arguments:?}");
        }
    }
}

#[test]
fn apple_raster_has_the_pixels_of_pwg_raster() {
    let own = written("own.pdf", &document(&[(595, 842), (842, 595), (612, 792)], 10));
    for (color, duplex) in [("gray", "one-sided"), ("rgb", "two-sided-long-edge")] {
        let asked = ["--color", color, "--sides", duplex, "--sheet-back", "flipped", "--resolution", "150"];
        let Some(pwg) = raster(&own, &asked) else { return };
        let Some(urf) = raster(&own, &[&asked[..], &["--format", "urf"]].concat()) else { return };
        assert_eq!((pwg.len(), urf.len()), (3, 3));
        for ((as_pwg, expected), (as_urf, pixels)) in pwg.iter().zip(&urf) {
            for name in ["width", "height", "hw_resolution", "duplex", "bits_per_pixel"] {
                assert_eq!(as_pwg[name], as_urf[name], "{color} {name}");
            }
            assert!(expected == pixels, "{color}: pixels differ");
        }
    }
}

#[test]
fn pages_that_share_a_side_stand_where_they_are_read() {
    // Each page has one mark of its own: how many sides, and which quarters of each have ink.
    let own = written("own.pdf", &document(&[(595, 842); 5], 10));
    let inked = |pixels: &[u8], header: &Value, right: bool, below: bool| {
        let side = |name: &str| usize::try_from(header[name].as_u64().expect("pixels")).expect("small");
        let (width, height) = (side("width"), side("height"));
        let rows = if below { height / 2..height } else { 0..height / 2 };
        let columns = if right { width / 2..width } else { 0..width / 2 };
        rows.into_iter().any(|y| pixels[y * width..][columns.clone()].iter().any(|pixel| *pixel < 128))
    };
    let asked = ["--resolution", "72", "--number-up"];
    let Some(two) = raster(&own, &[&asked[..], &["2"]].concat()) else { return };
    assert_eq!(two.len(), 3);
    let halves = |(header, pixels): &DecodedPage| {
        [true, false].map(|below| inked(pixels, header, false, below) || inked(pixels, header, true, below))
    };
    // The sheet is turned to be read: its first page is at the bottom of the paper.
    assert_eq!(two.iter().map(halves).collect::<Vec<_>>(), [[true, true], [true, true], [true, false]]);
    let Some(four) = raster(&own, &[&asked[..], &["4"]].concat()) else { return };
    let quarters = |(header, pixels): &DecodedPage| {
        [(false, false), (true, false), (false, true), (true, true)].map(|(r, b)| inked(pixels, header, r, b))
    };
    assert_eq!(four.iter().map(quarters).collect::<Vec<_>>(), [[true; 4], [true, false, false, false]]);
}

#[test]
fn pages_become_jpeg_files_near_to_the_raster() {
    let folder = temporary("raster");
    let sample = sample();
    for color in ["gray", "rgb"] {
        let out = |format: &str| {
            let out = folder.join(format!("{color}-{format}"));
            let asked = ["raster", text(&sample), "--resolution", "72", "--color", color, "--format", format];
            let ran = run(&[&asked[..], &["-o", text(&out)]].concat());
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            out
        };
        let (exact, near) = (out("png"), out("jpeg"));
        assert_eq!(names(&near), ["page-0001.jpeg", "page-0002.jpeg", "page-0003.jpeg"]);
        let jpeg = fs::read(near.join("page-0001.jpeg")).expect("a file");
        // SOI, APP0, JFIF, 1.x, dots per inch, 72 by 72 (ITU-T T.871 §10.1).
        assert_eq!((&jpeg[..4], &jpeg[6..11]), ([0xff, 0xd8, 0xff, 0xe0].as_slice(), b"JFIF\0".as_slice()));
        assert_eq!(&jpeg[13..18], [1, 0, 72, 0, 72]);
        assert!(near.join("page-0001.jpeg").metadata().expect("there").len() > 1_000, "{}", exact.display());
    }
}

/// PWG 5102.4, tables 14 and 15: cross-feed and feed of the back, for a page that lies portrait.
const BACKS: [(&str, &str, i32, i32); 12] = [
    ("one-sided", "normal", 1, 1),
    ("one-sided", "flipped", 1, 1),
    ("one-sided", "rotated", 1, 1),
    ("one-sided", "manual-tumble", 1, 1),
    ("two-sided-long-edge", "normal", 1, 1),
    ("two-sided-long-edge", "flipped", 1, -1),
    ("two-sided-long-edge", "rotated", -1, -1),
    ("two-sided-long-edge", "manual-tumble", 1, 1),
    ("two-sided-short-edge", "normal", 1, 1),
    ("two-sided-short-edge", "flipped", -1, 1),
    ("two-sided-short-edge", "rotated", 1, 1),
    ("two-sided-short-edge", "manual-tumble", -1, -1),
];

#[test]
fn backs_are_the_fronts_turned_as_the_printer_wants() {
    let own = written("own.pdf", &document(&[(595, 842)], 10));
    for color in ["gray", "rgb"] {
        for (sides, back, cross_feed, feed) in BACKS {
            let what = format!("{color} {sides} {back}");
            let asked = ["--pages", "1,1,1", "--sides", sides, "--sheet-back", back, "--color", color];
            // Taller than one band and no multiple of it.
            let Some(pages) = raster(&own, &[&asked[..], &["--resolution", "100"]].concat()) else { return };
            let [front, turned, again] = pages.as_slice() else { panic!("{what}: {} pages", pages.len()) };
            for (page, _) in &pages {
                assert_eq!(page["duplex"], json!(sides != "one-sided"), "{what}");
                assert_eq!(page["tumble"], json!(sides == "two-sided-short-edge"), "{what}");
            }
            let transform = |page: &Value| (page["cross_feed_transform"].clone(), page["feed_transform"].clone());
            assert_eq!(transform(&front.0), (json!(1), json!(1)), "{what}");
            assert_eq!(transform(&turned.0), (json!(cross_feed), json!(feed)), "{what}");
            assert_eq!(transform(&again.0), (json!(1), json!(1)), "{what}");
            assert!(front.1 == again.1, "{what}: two fronts differ");
            let width = usize::try_from(front.0["width"].as_u64().expect("pixels")).expect("small");
            let channels = if color == "gray" { 1 } else { 3 };
            let expected = mirrored(&front.1, width, channels, cross_feed, feed);
            assert_same_pixels(&what, &turned.1, &expected);
        }
    }
}

/// Rows and pixels in the other order where the transform is -1.
fn mirrored(pixels: &[u8], width: usize, channels: usize, cross_feed: i32, feed: i32) -> Vec<u8> {
    let mut rows: Vec<&[u8]> = pixels.chunks_exact(width * channels).collect();
    if feed < 0 {
        rows.reverse();
    }
    let turn = |row: &&[u8]| -> Vec<u8> {
        match cross_feed < 0 {
            true => row.chunks_exact(channels).rev().flatten().copied().collect(),
            false => row.to_vec(),
        }
    };
    rows.iter().flat_map(turn).collect()
}

/// Name, kind and page count of the PDFs in the corpus; none, said aloud, when it is not there.
fn manifest() -> Vec<(String, String, String)> {
    let Some(path) = corpus("manifest.tsv") else { return Vec::new() };
    let text = fs::read_to_string(path).expect("a manifest");
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = rows.filter(|row| row.get(1) == Some(&"pdf"));
    rows.map(|row| (row[0].to_owned(), row[5].to_owned(), row[6].to_owned())).collect()
}

#[test]
fn ordinary_documents_of_the_corpus_come_out_whole() {
    for (name, _, pages) in manifest().into_iter().filter(|(_, kind, _)| kind == "ordinary") {
        let file = corpus(&name).expect("in the manifest");
        let Some(out) = raster(&file, &["--resolution", "72"]) else { return };
        assert_eq!(out.len().to_string(), pages, "{name}");
        let blank = out.iter().all(|(_, pixels)| pixels.iter().all(|pixel| *pixel == 255));
        assert_eq!(blank, name == "new.pdf", "{name} is blank: {blank}");
    }
}

#[test]
fn hostile_and_broken_documents_end_soon_and_orderly() {
    let folder = temporary("raster");
    let config = folder.join("test.toml");
    fs::write(&config, "[worker]\npage_cpu_s = 3\n").expect("written");
    for (name, kind, _) in manifest().into_iter().filter(|(_, kind, _)| kind != "ordinary") {
        let file = corpus(&name).expect("in the manifest");
        let mut arguments = vec!["raster", text(&file), "--resolution", "72", "--config", text(&config)];
        // Of its 20,000 honest pages the first few tell as much.
        if name.contains("many_pages") {
            arguments.extend(["--pages", "1-20"]);
        }
        let ran = run(&arguments);
        assert!(matches!(ran.code, Some(0 | 65)), "{name}: {:?} {}", ran.code, ran.stderr);
        assert!(kind == "hostile" || ran.code == Some(65), "{name} is {kind} and was drawn");
    }
}

#[test]
fn print_to_a_folder_prints_what_was_asked() {
    let own = written("own.pdf", &a4_pages(5));
    let folder = temporary("printer");
    let uri = format!("file://{}", folder.display());
    let ran = run(&[
        "print",
        text(&own),
        "--printer",
        &uri,
        "--pages",
        "4,2-3",
        "--copies",
        "2",
        "--sides",
        "two-sided-short-edge",
        "--color",
        "rgb",
    ]);
    assert_eq!((ran.code, ran.stdout.len()), (Some(0), 0), "{}", ran.stderr);
    assert_eq!(names(&folder.join("job-0001")), ["page-0001.png", "page-0002.png", "page-0003.png"]);
    let record: Value = serde_json::from_slice(&fs::read(folder.join("job-0001.json")).expect("kept")).expect("JSON");
    let ticket = &record["ticket"];
    assert_eq!((&ticket["pages"], &ticket["copies"]), (&json!([2, 3, 4]), &json!(2)));
    assert_eq!((&ticket["sides"], &ticket["color_space"]), (&json!("two-sided-short-edge"), &json!("srgb_8")));
    assert_eq!((&record["state"], &record["impressions_completed"]), (&json!("completed"), &json!(6)));
    assert!(!record.to_string().contains("own"), "{record}");
    assert_eq!(run(&["print", text(&own), "--printer", &uri]).code, Some(0));
    assert_eq!(names(&folder.join("job-0002")).len(), 5);
}

#[test]
fn print_ends_well_only_when_all_came_out() {
    let Some(peer) = PrinterPeer::start(&["-2", "-s", "20,10"]) else { return };
    let own = written("own.pdf", &a4_pages(3));
    let (uri, arguments) = (peer.uri(), ["print", text(&own), "--printer"]);
    let print = || run(&[&arguments[..], &[uri.as_str()]].concat());
    let ran = print();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    peer.fault("abort", Some("1"));
    let ran = print();
    assert_eq!(ran.code, Some(1), "given up: {}", ran.stderr);
    peer.fault("abort", None);
    peer.fault("short", Some("1"));
    let ran = print();
    assert_eq!(ran.code, Some(1), "1 of 3 came out: {}", ran.stderr);
    let impressions: Vec<_> = peer.tickets().iter().map(|ticket| ticket["impressions"].clone()).collect();
    assert_eq!(impressions, [3, 3, 3]);
}

#[test]
fn a_printer_that_takes_apple_raster_only_gets_it() {
    let Some(peer) = PrinterPeer::start(&["-2", "-s", "20,10", "-f", "image/urf"]) else { return };
    let able = smol::block_on(peer.printer.capabilities()).expect("suitable");
    assert_eq!(able.formats, [Format::Urf]);
    let own = written("own.pdf", &a4_pages(3));
    let ran = run(&["print", text(&own), "--sides", "two-sided-long-edge", "--printer", &peer.uri()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let tickets = peer.tickets();
    assert_eq!((tickets.len(), &tickets[0]["impressions"]), (1, &json!(3)), "{tickets:?}");
    assert_eq!(tickets[0]["content_type"], json!("image/urf"), "{tickets:?}");
}

#[test]
fn a_document_of_another_kind_is_drawn_as_it_prints() {
    let folder = temporary("raster-any");
    let letter = folder.join("letter.txt");
    fs::write(&letter, "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}\n").expect("written");
    let out = folder.join("pages");
    let ran = run(&["raster", text(&letter), "--format", "png", "--resolution", "72", "-o", text(&out)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (.., pixels) = picture(&out.join("page-0001.png"));
    assert!(pixels.iter().any(|pixel| *pixel < 128), "nothing is on it");
    let printer = format!("file://{}", folder.join("printed").display());
    let ran = run(&["print", text(&letter), "--printer", &printer]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = run(&["raster", text(&letter), "--format", "png", "-o", "-"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    // What cannot be printed is the document's fault.
    fs::write(&letter, b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0").expect("written");
    assert_eq!(run(&["raster", text(&letter)]).code, Some(65));
}
