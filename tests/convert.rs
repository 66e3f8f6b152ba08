//! Documents of every kind as previews and as print forms, by `ottisk preview`: the corpus against its manifest, letters,
//! links that lead nowhere, limits.

pub mod corpus;
mod slides;

use std::{
    fs,
    io::Cursor,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use encoding_rs::{IBM866, KOI8_R, UTF_8, WINDOWS_1251};
use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::support::{Ran, corpus, have, ottisk, picture, temporary};

/// What the issue promises for whatever comes.
pub const SOON: Duration = Duration::from_secs(30);

/// A preview, and how long it took.
pub struct Previewed {
    pub ran: Ran,
    pub folder: PathBuf,
    pub took: Duration,
}

impl Previewed {
    pub fn description(&self) -> Value {
        let text = fs::read(self.folder.join("description.json"));
        serde_json::from_slice(&text.unwrap_or_else(|error| panic!("{error}: {:?}", self.ran))).expect("JSON")
    }

    /// `complete`, or the error's code.
    pub fn verdict(&self) -> String {
        let description = self.description();
        match description["state"].as_str() {
            Some("error") => description["error"]["code"].as_str().expect("a code").to_owned(),
            state => state.expect("a state").to_owned(),
        }
    }

    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).expect("a text")
    }
}

pub fn preview(file: &Path, more: &[&str]) -> Previewed {
    let folder = temporary("preview");
    let (file, out) = (file.display().to_string(), folder.display().to_string());
    let mut arguments = vec!["preview", &file, "-o", &out];
    arguments.extend(more);
    let began = Instant::now();
    let ran = ottisk(&arguments, SOON * 3);
    Previewed { ran, folder, took: began.elapsed() }
}

/// Settings of the converters in a file.
fn settings(lines: &str) -> String {
    let path = temporary("settings").join("ottisk.toml");
    fs::write(&path, format!("[convert]\n{lines}\n")).expect("a file");
    path.display().to_string()
}

/// Whether LibreOffice is here; said aloud when not.
fn office() -> bool {
    let program = "/usr/lib/libreoffice/program/soffice.bin";
    let packages = "libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui";
    have(program, packages)
}

/// The words of a PDF.
fn words(pdf: &Path) -> String {
    let ran =
        Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(pdf).arg("-").output().expect("pdftotext");
    String::from_utf8(ran.stdout).expect("text")
}

/// The mean difference of two pictures, 0 to 255.
fn difference(one: &Path, other: &Path) -> f64 {
    let (one, other) = (picture(one), picture(other));
    assert_eq!((one.0, one.1, one.2.len()), (other.0, other.1, other.2.len()), "of one size");
    let sum: u64 = one.2.iter().zip(&other.2).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    sum as f64 / one.2.len() as f64
}

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = temporary("document").join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

/// A zip file of these parts.
fn zipped(name: &str, parts: &[(&str, &str)]) -> PathBuf {
    let path = temporary("document").join(name);
    let mut archive = zip::ZipWriter::new(fs::File::create(&path).expect("a file"));
    for (name, text) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a part");
        archive.write_all(text.as_bytes()).expect("a part");
    }
    archive.finish().expect("a zip file");
    path
}

/// An OpenDocument text with this body.
fn odt(body: &str) -> PathBuf {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content
        xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
        xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
        xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
        xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
        xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"><office:body><office:text>{body}</office:text>
        </office:body></office:document-content>"#
    );
    let manifest = r#"<?xml version="1.0"?><manifest:manifest
        xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
        <manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>
        <manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"#;
    let media_type = "application/vnd.oasis.opendocument.text";
    zipped("links.odt", &[("mimetype", media_type), ("content.xml", &content), ("META-INF/manifest.xml", manifest)])
}

/// A server on loopback that counts who comes.
pub struct Trap {
    port: u16,
    calls: Arc<AtomicU32>,
}

impl Trap {
    fn set() -> Self {
        Self::at(0)
    }

    /// On a port, if nobody has it.
    pub fn at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).or_else(|_| TcpListener::bind(("127.0.0.1", 0)));
        let listener = listener.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        thread::spawn(move || {
            for caller in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                let Ok(mut caller) = caller else { continue };
                let _ = caller.read(&mut [0; 512]);
                let _ = caller.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
            }
        });
        Self { port, calls }
    }

    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }
}

#[test]
fn every_letter_of_eight_bit_cyrillic_is_right_on_the_screen_and_on_paper() {
    let text = "Съешь же ещё этих мягких французских булок, да выпей чаю.\nДОГОВОР N 15 о поставке ёлок, 3 %\n";
    for (name, bytes) in [
        ("cp1251.txt", WINDOWS_1251.encode(text).0),
        ("koi8-r.txt", KOI8_R.encode(text).0),
        ("cp866.txt", IBM866.encode(text).0),
        ("utf-8.txt", UTF_8.encode(text).0),
    ] {
        let previewed = preview(&file(name, &bytes), &["--print"]);
        assert_eq!(previewed.verdict(), "complete", "{name}: {:?}", previewed.ran);
        assert!(previewed.text("document.html").contains(text), "{name}: {}", previewed.text("document.html"));
        if have("pdftotext", "poppler-utils") {
            let printed = words(&previewed.folder.join("print.pdf"));
            let lines: Vec<_> = printed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            assert_eq!(lines, text.lines().collect::<Vec<_>>(), "{name}");
        }
    }
}

#[test]
fn nothing_is_fetched_and_nothing_outside_is_read() {
    let trap = Trap::set();
    // The trap does catch whoever comes.
    drop(std::net::TcpStream::connect(("127.0.0.1", trap.port)).expect("the trap"));
    crate::support::until("the trap counts", Duration::from_secs(5), || (trap.calls() == 1).then_some(()));
    let secret = file("secret.txt", b"OUTSIDE-SECRET");
    let (port, secret) = (trap.port, secret.display());
    let image = |target: &str| {
        format!(
            r#"<text:p><draw:frame svg:width="3cm" svg:height="3cm"><draw:image xlink:href="{target}" xlink:type="simple"
            xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>"#
        )
    };
    let section = |target: &str| {
        format!(
            r#"<text:section text:name="s"><text:section-source xlink:href="{target}"/><text:p>old</text:p></text:section>"#
        )
    };
    let http = format!("http://127.0.0.1:{port}/picture.png");
    let documents = [
        odt(&[image(&http), section(&http), "<text:p>inside</text:p>".into()].concat()),
        odt(&[section(&format!("file://{secret}")), image("file:///etc/hostname"), "<text:p>inside</text:p>".into()].concat()),
        odt(&[section(&format!("//127.0.0.1:{port}/share/x.odt")), "<text:p>inside</text:p>".into()].concat()),
        file(
            "field.rtf",
            format!(
                r#"{{\rtf1\ansi {{\*\template {http}}}inside {{\field{{\*\fldinst INCLUDEPICTURE "{http}" \\d}}{{\fldrslt}}}}
                {{\field{{\*\fldinst INCLUDETEXT "{secret}"}}{{\fldrslt}}}}\par}}"#
            )
            .as_bytes(),
        ),
    ];
    for document in documents {
        let previewed = preview(&document, &["--print"]);
        assert_eq!(previewed.verdict(), "complete", "{}: {:?}", document.display(), previewed.ran);
        let html = previewed.text("document.html");
        assert!(html.contains("inside") && !html.contains("OUTSIDE"), "{html}");
        assert!(!html.contains("127.0.0.1") && !html.contains("<script"), "{html}");
        if have("pdftotext", "poppler-utils") {
            let printed = words(&previewed.folder.join("print.pdf"));
            assert!(printed.contains("inside") && !printed.contains("OUTSIDE"), "{}: {printed}", document.display());
        }
    }
    assert_eq!(trap.calls(), 1, "somebody called");
}

#[test]
fn without_libreoffice_documents_print_more_simply_and_say_so() {
    let config = settings("office = false");
    for name in ["Положение о печати.docx", "Отчёт за год.doc", "own_polozhenie_tab.xls", "SampleShow.ppt", "показ.odp"]
    {
        let Some(path) = corpus(name) else { return };
        let previewed = preview(&path, &["--print", "--config", &config]);
        assert_eq!(previewed.verdict(), "complete", "{name}: {:?}", previewed.ran);
        assert_eq!(previewed.description()["simplified"], true, "{name}");
        if have("pdftotext", "poppler-utils") {
            let printed = words(&previewed.folder.join("print.pdf"));
            assert!(printed.trim().len() > 20, "{name}: {printed}");
        }
    }
}

#[test]
fn libreoffice_that_takes_too_long_is_ended_with_all_it_started() {
    if !office() {
        return;
    }
    let Some(path) = corpus("2014_-_ODF_Plugfest_-_Collaborated_Editing_on_OD.odp") else { return };
    let previewed = preview(&path, &["--print", "--config", &settings("office_timeout_s = 1")]);
    assert_eq!(previewed.verdict(), "timed-out", "{:?}", previewed.ran);
    assert_eq!(previewed.ran.code, Some(65));
    assert!(previewed.took < Duration::from_secs(10), "{:?}", previewed.took);
    let ours = previewed.folder.display().to_string();
    let gone = || {
        let processes = fs::read_dir("/proc").expect("/proc").flatten();
        let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
        (!lines.map(|line| String::from_utf8_lossy(&line).into_owned()).any(|line| line.contains(&ours))).then_some(())
    };
    crate::support::until("LibreOffice is gone", Duration::from_secs(5), gone);
    let left: Vec<_> =
        fs::read_dir(&previewed.folder).expect("the folder").flatten().map(|file| file.file_name()).collect();
    assert_eq!(left, ["description.json"], "its folder is gone too");
}

#[test]
fn a_child_that_needs_more_memory_than_it_may_is_told_as_too_large() {
    let Some(path) = corpus("Скан паспорта.jpg") else { return };
    let previewed = preview(&path, &["--config", &settings("address_space_bytes = 50000000")]);
    assert_eq!(previewed.verdict(), "too-large", "{:?}", previewed.ran);
    let message = previewed.description()["error"].clone();
    assert!(message["message"].as_str().is_some_and(|text| text.contains("too large")), "{message}");
    assert!(message["ru"].as_str().is_some_and(|text| text.contains("слишком")), "{message}");
}

#[test]
fn kinds_are_known_by_their_bytes_and_not_by_their_names() {
    let Some(path) = corpus("Положение о печати.docx") else { return };
    let renamed = file("photo.jpg", &fs::read(path).expect("a document"));
    let previewed = preview(&renamed, &[]);
    assert_eq!(previewed.verdict(), "complete", "{:?}", previewed.ran);
    assert_eq!(previewed.description()["format"], "html");
    let program = file("report.docx", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    assert_eq!(preview(&program, &[]).verdict(), "unsupported");
    assert_eq!(preview(&file("empty.pdf", b""), &[]).verdict(), "corrupted");
}

#[test]
fn photographs_are_turned_as_they_were_taken() {
    let Some(path) = corpus("court-exif.jpg") else { return };
    let previewed = preview(&path, &["--print", "--width", "400"]);
    assert_eq!(previewed.verdict(), "complete", "{:?}", previewed.ran);
    let page = previewed.description()["pages"][0].clone();
    assert_eq!((page["media_type"].as_str(), page["file"].as_str()), (Some("image/jpeg"), Some("1.jpg")));
    assert!(page["width"].as_u64().is_some_and(|width| (16..=400).contains(&width)), "{page}");
}

#[test]
fn a_fax_of_many_pages_is_shown_whole_or_says_that_it_is_not() {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).expect("an encoder");
    for page in 0..60_u8 {
        encoder.write_image::<tiff::encoder::colortype::Gray8>(40, 30, &[page * 4; 1_200]).expect("a page");
    }
    let fax = file("fax.tif", bytes.get_ref());
    let told = |more: &[&str]| {
        let description = preview(&fax, more).description();
        let pages = description["pages"].as_array().expect("pages").len();
        (description["page_count"].as_u64(), pages, description["simplified"].as_bool())
    };
    assert_eq!(told(&[]), (Some(60), 60, Some(false)));
    assert_eq!(told(&["--config", &settings("pages = 10\n")]), (Some(60), 10, Some(true)));
}
