//! Slides that LibreOffice keeps open: they look as they are printed, and hidden ones are nowhere.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use zip::write::SimpleFileOptions;

use super::{difference, file, office, preview};
use crate::support::{corpus, have, names, temporary};

/// How `SlideShowSlideInfoAtom` begins; its flags are 18 bytes on.
const SLIDE_INFO: [u8; 8] = [0, 0, 0xf9, 0x03, 16, 0, 0, 0];

/// A zip file again, with one of its parts changed.
fn edited(path: &Path, part: &str, edit: impl Fn(String) -> String) -> PathBuf {
    let out = temporary("document").join(path.file_name().expect("a name"));
    let mut from = zip::ZipArchive::new(fs::File::open(path).expect("a file")).expect("a zip file");
    let mut to = zip::ZipWriter::new(fs::File::create(&out).expect("a file"));
    for index in 0..from.len() {
        let mut entry = from.by_index(index).expect("a part");
        let name = entry.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("bytes");
        if name == part {
            bytes = edit(String::from_utf8(bytes).expect("text")).into_bytes();
        }
        to.start_file(name, SimpleFileOptions::default()).expect("a part");
        to.write_all(&bytes).expect("a part");
    }
    to.finish().expect("a zip file");
    out
}

/// The pages of a PDF.
fn pages(pdf: &Path) -> u64 {
    let ran = Command::new("pdfinfo").arg(pdf).output().expect("pdfinfo");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok()).expect("pages")
}

#[test]
fn a_few_slides_are_drawn_alone_and_look_as_they_are_printed() {
    if !office() {
        return;
    }
    // Of the second kind some have frames for words that nobody wrote.
    for (name, asked, slides) in [("показ.odp", "2-3", 12), ("own_polozhenie_show.ppt", "1,3", 12)] {
        let Some(path) = corpus(name) else { return };
        let few = preview(&path, &["--pages", asked, "--width", "800"]);
        assert_eq!((few.verdict().as_str(), few.description()["page_count"].as_u64()), ("complete", Some(slides)));
        let numbers: Vec<String> = asked.split(['-', ',']).map(|number| format!("{number}.png")).collect();
        assert_eq!(names(&few.folder), [numbers.as_slice(), &["description.json".into()]].concat(), "no print form");
        let printed = preview(&path, &["--pages", "1", "--width", "100", "--print"]);
        let paper = preview(&printed.folder.join("print.pdf"), &["--pages", asked, "--width", "800"]);
        for number in &numbers {
            let differs = difference(&few.folder.join(number), &paper.folder.join(number));
            assert!(differs < 0.5, "{name} {number}: {differs}");
        }
        assert!(difference(&few.folder.join(&numbers[0]), &few.folder.join(&numbers[1])) > 0.5, "two slides");
    }
}

#[test]
fn hidden_slides_are_neither_shown_nor_counted_nor_printed() {
    if !office() || !have("pdfinfo", "poppler-utils") {
        return;
    }
    let (Some(odp), Some(pptx), Some(ppt)) =
        (corpus("показ.odp"), corpus("Презентация кафедры.pptx"), corpus("41246-2.ppt"))
    else {
        return;
    };
    let hide = |text: String| {
        let style = r#"<style:style style:name="hidden" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style></office:automatic-styles>"#;
        let third = text.match_indices("<draw:page ").nth(2).expect("a third page").0;
        let (before, page) = text.split_at(third);
        let (element, rest) = page.split_once('>').expect("an element");
        let named: Vec<String> = element
            .split(' ')
            .map(|word| match word.starts_with("draw:style-name=") {
                true => r#"draw:style-name="hidden""#.into(),
                false => word.into(),
            })
            .collect();
        format!("{before}{}>{rest}", named.join(" ")).replace("</office:automatic-styles>", style)
    };
    let mut bytes = fs::read(&ppt).expect("a document");
    let atom = bytes.windows(8).position(|window| window == SLIDE_INFO).expect("an atom");
    bytes[atom + 18] |= 1 << 2;
    let hidden = [
        (odp.clone(), edited(&odp, "content.xml", hide)),
        (
            pptx.clone(),
            edited(&pptx, "ppt/slides/slide3.xml", |text| text.replacen("<p:sld ", r#"<p:sld show="0" "#, 1)),
        ),
        (ppt, file("hidden.ppt", &bytes)),
    ];
    for (whole, hidden) in hidden {
        let all = preview(&whole, &["--pages", "1", "--width", "100"]).description()["page_count"].as_u64();
        let some = preview(&hidden, &["--pages", "3", "--width", "400", "--print"]);
        let (told, name) = (some.description(), hidden.display());
        assert_eq!(told["state"], "complete", "{name}: {told}");
        assert_eq!(told["page_count"].as_u64(), all.map(|all| all - 1), "{name}");
        assert_eq!(pages(&some.folder.join("print.pdf")), all.expect("slides") - 1, "{name}");
        if whole == pptx {
            let next = preview(&whole, &["--pages", "4", "--width", "400"]);
            assert!(difference(&some.folder.join("3.png"), &next.folder.join("4.png")) < 0.01, "{name}");
        }
    }
}
