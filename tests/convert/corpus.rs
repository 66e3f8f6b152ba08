//! The corpus' manifest: what becomes of each document. All are looked at as on a screen; of each format one goes to paper.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread,
    time::Duration,
};

use super::{Previewed, SOON, difference, office, preview, words};
use crate::support::{corpus, have, temporary};

/// One row.
#[derive(Clone, Debug)]
pub struct Document {
    pub file: String,
    format: String,
    pub kind: String,
    pages: Option<u64>,
    sheets: Option<u64>,
    lo: String,
}

pub fn manifest() -> Option<Vec<Document>> {
    let text = fs::read_to_string(corpus("manifest.tsv")?).expect("the manifest");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("names").split('\t').collect();
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let field = |name: &str| fields[names.iter().position(|other| *other == name).expect("a column")].to_owned();
        Document {
            file: field("file"),
            format: field("format"),
            kind: field("kind"),
            pages: field("pages").parse().ok(),
            sheets: field("sheets").parse().ok(),
            lo: field("lo"),
        }
    };
    Some(lines.map(row).collect())
}

/// What may become of a document of this kind.
pub fn allowed(document: &Document, verdict: &str) -> bool {
    match (document.kind.as_str(), verdict) {
        (_, "complete") => true,
        ("encrypted", verdict) => verdict == "encrypted",
        ("ordinary", _) => false,
        // Hostile and malformed ones may be refused, but for what they are.
        (_, verdict) => ["corrupted", "too-large", "timed-out", "unsupported"].contains(&verdict),
    }
}

/// Looks at all of them, two at a time, and gives what was wrong.
pub fn each(documents: Vec<Document>, look: impl Fn(&Document) -> Result<(), String> + Sync) -> Vec<String> {
    let (left, wrong) = (Mutex::new(documents), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("the list").pop();
                    let Some(document) = next else { return };
                    if let Err(why) = look(&document) {
                        wrong.lock().expect("the list").push(format!("{} ({}): {why}", document.file, document.kind));
                    }
                }
            });
        }
    });
    wrong.into_inner().expect("the list")
}

#[test]
fn every_document_of_the_corpus_ends_as_its_kind_allows() {
    let Some(documents) = manifest() else { return };
    // Slides of these are LibreOffice's, a second each: they are looked at on their way to paper.
    let ours = |document: &Document| !["ppt", "odp"].contains(&document.format.as_str());
    let documents: Vec<Document> = documents.into_iter().filter(ours).collect();
    assert!(documents.len() > 150, "the corpus is not whole");
    let wrong = each(documents, |document| {
        let path = corpus(&document.file).expect("a document");
        let previewed = preview(&path, &["--pages", "1-2", "--width", "800"]);
        let verdict = previewed.verdict();
        if !allowed(document, &verdict) {
            return Err(verdict);
        }
        if previewed.took > SOON {
            return Err(format!("{verdict} after {:?}", previewed.took));
        }
        let description = previewed.description();
        let same = |expected: Option<u64>| expected.is_none() || description["page_count"].as_u64() == expected;
        // A sheet of macros is none that people see.
        if document.kind == "ordinary"
            && verdict == "complete"
            && document.file != "64420.xlsm"
            && !same(document.sheets)
        {
            return Err(format!("{} sheets, not {:?}", description["page_count"], document.sheets));
        }
        if document.kind == "ordinary"
            && verdict == "complete"
            && ["pdf", "pptx"].contains(&document.format.as_str())
            && !same(document.pages)
        {
            return Err(format!("{} pages, not {:?}", description["page_count"], document.pages));
        }
        sound(&previewed.folder, &verdict)
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What was made is what it says it is: nothing empty, nothing half-written, no way out of an HTML.
fn sound(folder: &Path, verdict: &str) -> Result<(), String> {
    let mut files = 0;
    for file in fs::read_dir(folder).expect("the folder").flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let bytes = fs::read(file.path()).map_err(|error| format!("{name}: {error}"))?;
        let begins = match name.rsplit('.').next() {
            Some("json") => continue,
            Some("html") => &b"<!DOCTYPE html>"[..],
            Some("png") => b"\x89PNG",
            Some("jpg") => b"\xff\xd8\xff",
            Some("pdf") => b"%PDF",
            _ => return Err(format!("{name} was left")),
        };
        files += 1;
        if !bytes.starts_with(begins) {
            return Err(format!("{name} is not what it says"));
        }
        let page = String::from_utf8_lossy(&bytes);
        // In its text it may say what it likes: there these signs are written otherwise.
        let ways = ["<script", "<iframe", "<a ", "<link"];
        let pictures = page.split("<img ").skip(1).filter_map(|rest| rest.split('>').next());
        let remote =
            pictures.filter(|picture| picture.contains("src=\"")).any(|picture| !picture.contains("src=\"data:"));
        if name.ends_with("html") && (remote || ways.iter().any(|way| page.contains(way))) {
            return Err(format!("{name} has a way out"));
        }
    }
    match (verdict, files) {
        ("complete", 0) => Err("nothing was made".into()),
        _ => Ok(()),
    }
}

#[test]
fn every_format_prints_as_many_pages_as_libreoffice_makes() {
    if !office() {
        return;
    }
    let Some(documents) = manifest() else { return };
    let mut chosen: Vec<Document> = Vec::new();
    for document in documents.iter().filter(|document| document.kind == "ordinary" && document.lo == "ok") {
        if !chosen.iter().any(|other| other.format == document.format) {
            chosen.push(document.clone());
        }
    }
    assert!(chosen.len() >= 18, "formats are missing: {chosen:?}");
    let wrong = each(chosen, |document| {
        let previewed =
            preview(&corpus(&document.file).expect("a document"), &["--print", "--pages", "1", "--width", "400"]);
        if previewed.verdict() != "complete" {
            return Err(format!("{} {:?}", previewed.verdict(), previewed.ran));
        }
        let ran = Command::new("pdfinfo").arg(previewed.folder.join("print.pdf")).output().expect("pdfinfo");
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        let pages = text.lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse::<u64>().ok());
        // Texts are laid out by us; sheets are fitted to the paper's width, and take fewer pages.
        // Of a moving picture the first one is printed.
        let exact = !["gif", "txt", "xls", "xlsx", "xlsm", "xlsb", "ods"].contains(&document.format.as_str());
        if pages.is_none() || (exact && document.pages.is_some() && pages != document.pages) {
            return Err(format!("{pages:?} pages, not {:?}", document.pages));
        }
        Ok(())
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As its owner would: a profile of its own, no jail, nothing set.
fn by_libreoffice(document: &Path) -> PathBuf {
    let folder = temporary("libreoffice");
    let ran = Command::new("/usr/lib/libreoffice/program/soffice")
        .arg(format!("-env:UserInstallation=file://{}/profile", folder.display()))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .args([&folder, document])
        .output()
        .expect("soffice");
    let pdf = folder.join(document.file_stem().expect("a name")).with_extension("pdf");
    assert!(pdf.exists(), "{}: {ran:?}", document.display());
    pdf
}

#[test]
fn print_forms_look_as_libreoffice_draws_them() {
    if !office() || !have("pdftotext", "poppler-utils") {
        return;
    }
    let names = [
        "complex2010.docx",
        "Отчёт за год.doc",
        "issue_29_good.rtf",
        "Ёлка — план.odt",
        "Презентация кафедры.pptx",
        "SampleShow.ppt",
        "показ.odp",
        "own_polozhenie_tab.xlsx",
        "own_polozhenie_tab.xls",
        "own_polozhenie_tab.ods",
    ];
    let documents = manifest().unwrap_or_default();
    let chosen: Vec<Document> = documents.into_iter().filter(|document| names.contains(&&*document.file)).collect();
    let wrong = each(chosen, |document| {
        let path = corpus(&document.file).expect("a document");
        let ours = preview(&path, &["--print", "--pages", "1", "--width", "100"]).folder.join("print.pdf");
        let theirs = by_libreoffice(&path);
        if ["xlsx", "xls", "ods"].contains(&document.format.as_str()) {
            // Fitted to the paper's width: every word is there, and elsewhere.
            let (ours, theirs) = (words(&ours), words(&theirs));
            let ours: HashSet<&str> = ours.split_whitespace().collect();
            let lost: Vec<&str> = theirs.split_whitespace().filter(|word| !ours.contains(word)).collect();
            return match lost.len() * 100 <= theirs.split_whitespace().count() {
                true => Ok(()),
                false => Err(format!("lost {lost:?}")),
            };
        }
        let pages = ["--pages", "1-4", "--width", "500"];
        let (ours, theirs) = (preview(&ours, &pages), preview(&theirs, &pages));
        let count = |previewed: &Previewed| previewed.description()["page_count"].as_u64();
        if count(&ours) != count(&theirs) {
            return Err(format!("{:?} pages, not {:?}", count(&ours), count(&theirs)));
        }
        for number in 1..=count(&ours).unwrap_or(0).min(4) {
            let page = |previewed: &Previewed| previewed.folder.join(format!("{number}.png"));
            let differs = difference(&page(&ours), &page(&theirs));
            if differs > 0.5 {
                return Err(format!("page {number} differs by {differs} of 255"));
            }
        }
        Ok(())
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn hostile_documents_on_their_way_to_paper_end_in_time() {
    if !office() {
        return;
    }
    let names = ["own_h_zipbomb_dev.docx", "own_h_zeros_dev.docx", "own_h_laughs_dev.docx", "own_h_bin_huge_dev.rtf"];
    let names =
        names.iter().chain(&["encrypted.doc", "encrypted.ppt", "testODTEncrypted.odt", "own_h_formfeeds_dev.txt"]);
    let documents = manifest().unwrap_or_default();
    let chosen = documents.into_iter().filter(|document| names.clone().any(|name| *name == document.file)).collect();
    let wrong = each(chosen, |document| {
        let previewed = preview(&corpus(&document.file).expect("a document"), &["--print"]);
        let verdict = previewed.verdict();
        match (allowed(document, &verdict), previewed.took < SOON + Duration::from_secs(5)) {
            (true, true) => Ok(()),
            _ => Err(format!("{verdict} after {:?}", previewed.took)),
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
