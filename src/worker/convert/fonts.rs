//! Fonts of this machine: which families there are (the `name` table of OpenType, ISO/IEC 14496-22 §5.2.5), which of them
//! has the same widths as one that is not here, and which a document asks for in vain.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use crate::worker::jail::FONTS;

/// Ours: what is always there, with Latin and Cyrillic letters; and a font that has nearly every sign besides.
pub(super) const OWN: [&[u8]; 3] = [
    include_bytes!("../../../assets/fonts/golos-text-400.ttf"),
    include_bytes!("../../../assets/fonts/golos-text-700.ttf"),
    include_bytes!("../../../assets/fonts/dejavu-sans-mono.ttf"),
];

/// The family of the first two.
const OWN_FAMILY: &str = "Golos Text";

/// Families as documents name them, and free ones whose letters are as wide.
const AS_WIDE: [(&str, &str); 8] = [
    ("times new roman", "Liberation Serif"),
    ("times", "Liberation Serif"),
    ("arial", "Liberation Sans"),
    ("helvetica", "Liberation Sans"),
    ("arial narrow", "Liberation Sans Narrow"),
    ("courier new", "Liberation Mono"),
    ("calibri", "Carlito"),
    ("cambria", "Caladea"),
];

/// What stands in for a family of which nothing is known but its name.
const SERIF: [&str; 5] = ["serif", "roman", "times", "garamond", "georgia"];

/// Folders within folders that are looked into.
const DEPTH: u32 = 4;

/// Files that are looked at: a machine with more has every family twice.
const FILES: usize = 2_000;

/// Bytes of a `name` table.
const NAME_BYTES: usize = 64 << 10;

/// The families that are here.
#[derive(Debug, Default)]
pub(super) struct Installed(BTreeMap<String, Vec<PathBuf>>);

impl Installed {
    /// Looks.
    pub(super) fn here() -> Self {
        let (mut installed, mut files) = (Self::default(), 0);
        for folder in FONTS {
            installed.look(Path::new(folder), DEPTH, &mut files);
        }
        installed
    }

    fn look(&mut self, folder: &Path, depth: u32, files: &mut usize) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
            match extension.as_ref().and_then(|extension| extension.to_str()) {
                Some("ttf" | "otf" | "ttc") if *files < FILES => {
                    *files += 1;
                    for family in File::open(&path).ok().and_then(|file| families(&file)).unwrap_or_default() {
                        self.0.entry(family.to_lowercase()).or_default().push(path.clone());
                    }
                }
                None if depth > 0 => self.look(&path, depth - 1, files),
                _ => {}
            }
        }
    }

    fn has(&self, family: &str) -> bool {
        let family = family.to_lowercase();
        family == OWN_FAMILY.to_lowercase() || self.0.contains_key(&family)
    }

    /// Those of `names` that are not here.
    pub(super) fn missing(&self, names: &BTreeSet<String>) -> Vec<String> {
        // A name may be a list, and Word puts `@` before fonts of upright columns.
        let plain =
            |name: &String| name.split([';', ',']).next().unwrap_or_default().trim_matches(['@', '"', ' ']).to_owned();
        let plain: BTreeSet<String> = names.iter().map(plain).filter(|name| !name.is_empty()).collect();
        plain.into_iter().filter(|name| !self.has(name)).collect()
    }

    /// What is taken for `family`: itself, one as wide, one that looks like it.
    pub(super) fn stand_in(&self, family: &str) -> String {
        if self.has(family) {
            return family.to_owned();
        }
        let name = family.to_lowercase();
        let as_wide = AS_WIDE.iter().find(|(known, _)| *known == name).map(|(_, free)| *free);
        let like = if SERIF.iter().any(|word| name.contains(word)) { "Liberation Serif" } else { "Liberation Sans" };
        [as_wide, Some(like)].into_iter().flatten().find(|family| self.has(family)).unwrap_or(OWN_FAMILY).to_owned()
    }

    /// Files with the letters of `families`, and ours for what has no family.
    pub(super) fn files(&self, families: &BTreeSet<String>) -> Vec<Vec<u8>> {
        let mut blobs: Vec<Vec<u8>> = OWN.iter().map(|font| font.to_vec()).collect();
        let paths: BTreeSet<&PathBuf> =
            families.iter().filter_map(|family| self.0.get(&family.to_lowercase())).flatten().collect();
        blobs.extend(paths.into_iter().filter_map(|path| fs::read(path).ok()));
        blobs
    }
}

/// The families a font file has faces of.
fn families(file: &File) -> Option<BTreeSet<String>> {
    let mut head = [0; 12];
    file.read_exact_at(&mut head, 0).ok()?;
    let mut faces = vec![0_u64];
    if &head[..4] == b"ttcf" {
        let count = u32::from_be_bytes(head[8..12].try_into().ok()?).min(64);
        let mut offsets = vec![0; count as usize * 4];
        file.read_exact_at(&mut offsets, 12).ok()?;
        faces =
            offsets.chunks_exact(4).filter_map(|four| Some(u32::from_be_bytes(four.try_into().ok()?).into())).collect();
    }
    Some(faces.into_iter().filter_map(|face| family(file, face)).collect())
}

/// The family of the face whose table directory is at `face`.
fn family(file: &File, face: u64) -> Option<String> {
    let mut count = [0; 2];
    file.read_exact_at(&mut count, face + 4).ok()?;
    let mut tables = vec![0; usize::from(u16::from_be_bytes(count)) * 16];
    file.read_exact_at(&mut tables, face + 12).ok()?;
    let table = tables.chunks_exact(16).find(|table| &table[..4] == b"name")?;
    let long = |at: usize| Some(u32::from_be_bytes(table.get(at..at + 4)?.try_into().ok()?));
    let mut names = vec![0; (long(12)? as usize).min(NAME_BYTES)];
    file.read_exact_at(&mut names, long(8)?.into()).ok()?;
    let short = |at: usize| Some(u16::from_be_bytes(names.get(at..at + 2)?.try_into().ok()?));
    let (count, storage) = (usize::from(short(2)?), usize::from(short(4)?));
    let mut found: Option<(u16, String)> = None;
    for record in (0..count).map(|number| 6 + number * 12) {
        let (platform, language, name) = (short(record)?, short(record + 4)?, short(record + 6)?);
        // Windows' English names; 16 is the family when weights are families of their own in 1.
        if platform != 3 || language != 0x409 || ![1, 16].contains(&name) {
            continue;
        }
        let start = storage + usize::from(short(record + 10)?);
        let letters = names.get(start..start + usize::from(short(record + 8)?))?;
        let units: Vec<u16> = letters.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        if found.as_ref().is_none_or(|(known, _)| name > *known) {
            found = Some((name, String::from_utf16_lossy(&units)));
        }
    }
    found.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs::File, path::Path};

    use super::{Installed, families};

    #[test]
    fn families_are_read_from_files() {
        let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/fonts");
        let read = |name: &str| families(&File::open(fonts.join(name)).expect("a font")).expect("families");
        assert_eq!(read("golos-text-700.ttf"), BTreeSet::from(["Golos Text".to_owned()]));
        assert_eq!(read("dejavu-sans-mono.ttf"), BTreeSet::from(["DejaVu Sans Mono".to_owned()]));
    }

    #[test]
    fn what_is_not_here_is_told_and_stood_in_for() {
        let installed = Installed([("liberation serif".to_owned(), vec![])].into());
        let names = ["Times New Roman", "Golos Text", "@Wingdings;Symbol"].map(str::to_owned).into();
        assert_eq!(installed.missing(&names), ["Times New Roman", "Wingdings"]);
        assert_eq!(installed.stand_in("Times New Roman"), "Liberation Serif");
        assert_eq!(installed.stand_in("Arial"), "Golos Text");
        assert_eq!(installed.stand_in("Book Roman"), "Liberation Serif");
    }
}
