//! LibreOffice's settings without those of its windows: menus, toolbars, keys, wizards and the order of filters in dialogs are
//! three quarters of what it reads at each start, and no document knows of them. A copy without them lies in the state folder
//! and is made anew when LibreOffice is another; where it cannot be made, all of them are read. What a desktop's user has
//! set (`dconf`) is not asked for either.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::tree::url;
use crate::access::hex;

/// Packages of which nothing is read.
const PACKAGES: [&str; 2] = ["org.openoffice.Office.UI", "org.openoffice.Office.DataAccess"];

/// Single components of others.
const COMPONENTS: [&str; 5] = [
    "org.openoffice.Office.Accelerators",
    "org.openoffice.Office.BasicIDE",
    "org.openoffice.Office.FormWizard",
    "org.openoffice.Office.TableWizard",
    "org.openoffice.TypeDetection.UISort",
];

/// Grows with the lists above.
const RULES: u32 = 1;

/// What the copies' folders are called; a fingerprint of what they are of follows.
const NAME: &str = "office-";

/// After so long no process of ours reads a copy that another one has replaced.
const OLD: Duration = Duration::from_secs(24 * 3_600);

const DATA: (&str, &str) = ("<oor:component-data ", "</oor:component-data>");

/// The copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Registry {
    /// Where it lies.
    pub(super) folder: PathBuf,
    /// What LibreOffice is told to read: its variable `CONFIGURATION_LAYERS`.
    pub(super) layers: String,
}

impl Registry {
    /// The copy for the LibreOffice in `office`, made in `state` when it is not there. `None` where its settings are laid out
    /// otherwise than we know. Blocking.
    pub(super) fn lay(office: &Path, state: &Path) -> io::Result<Option<Self>> {
        let settings = fs::read_to_string(office.join("program/fundamentalrc"))?;
        let layers = settings.lines().find_map(|line| line.strip_prefix("CONFIGURATION_LAYERS="));
        let Some((shared, rest)) = layers.and_then(|layers| layers.strip_prefix("xcsxcu:")?.split_once(' ')) else {
            return Ok(None);
        };
        let shared = shared.replace("${BRAND_BASE_DIR}", &format!("file://{}", office.display()));
        let Some(shared) = shared.strip_prefix("file://").map(Path::new) else { return Ok(None) };
        let Some(files) = files(shared)? else { return Ok(None) };
        let state = state.join("lib");
        fs::create_dir_all(&state)?;
        let folder = fs::canonicalize(&state)?.join(format!("{NAME}{}", fingerprint(&files)?));
        if !folder.exists() {
            copy(&files, &folder)?;
        }
        let rest = rest.split(' ').filter(|layer| !layer.starts_with("dconf:")).collect::<Vec<_>>().join(" ");
        let layers = format!("xcsxcu:{} {rest}", url(&folder));
        Ok(Some(Self { folder, layers }))
    }
}

/// The files of the folder; `None` when there is something else in it that would be read.
fn files(shared: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(shared)? {
        let path = entry?.path();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("xcd") => files.push(path),
            // Languages of menus, of the next layer; and samples.
            _ if path.ends_with("res") || path.extension().is_some_and(|ending| ending == "sample") => {}
            _ => return Ok(None),
        }
    }
    files.sort();
    Ok(Some(files))
}

fn fingerprint(files: &[PathBuf]) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(RULES.to_le_bytes());
    for file in files {
        let data = fs::metadata(file)?;
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update([data.len().to_le_bytes(), data.mtime().to_le_bytes(), data.mtime_nsec().to_le_bytes()].concat());
    }
    Ok(hex(&hash.finalize()[..8]))
}

/// Whole and on the disk when it has its name. Those of other LibreOffices go when they are old.
fn copy(files: &[PathBuf], folder: &Path) -> io::Result<()> {
    let Some(state) = folder.parent() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let fresh = state.join(format!(".{NAME}{}", std::process::id()));
    let _ = fs::remove_dir_all(&fresh);
    let copied = write(files, &fresh).and_then(|()| fs::rename(&fresh, folder)).and_then(|()| sync(state));
    if copied.is_err() {
        let _ = fs::remove_dir_all(&fresh);
    }
    for entry in fs::read_dir(state)? {
        let other = entry?;
        let is_copy = other.file_name().to_str().is_some_and(|name| name.trim_start_matches('.').starts_with(NAME));
        let age = other.metadata().and_then(|data| data.modified()).map(|at| at.elapsed().unwrap_or_default());
        if is_copy && other.path() != folder && age.is_ok_and(|age| age > OLD) {
            let _ = fs::remove_dir_all(other.path());
        }
    }
    // Another process of ours may have been faster.
    if folder.exists() { Ok(()) } else { copied }
}

fn write(files: &[PathBuf], fresh: &Path) -> io::Result<()> {
    fs::create_dir(fresh)?;
    for file in files {
        let text = without_windows(&fs::read_to_string(file)?);
        let mut copy = File::create(fresh.join(file.file_name().unwrap_or_default()))?;
        copy.write_all(text.as_bytes())?;
        copy.sync_all()?;
    }
    sync(fresh)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file of settings without the components above. What they may be (their schemas) stays.
fn without_windows(xcd: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(xcd.len() / 2), xcd);
    while let Some(start) = rest.find(DATA.0) {
        let Some(head) = rest[start..].find('>').map(|at| &rest[start..=start + at]) else { break };
        let end = match head.ends_with("/>") {
            true => start + head.len(),
            false => match rest[start..].find(DATA.1) {
                Some(at) => start + at + DATA.1.len(),
                None => break,
            },
        };
        kept.push_str(&rest[..if is_of_windows(head) { start } else { end }]);
        rest = &rest[end..];
    }
    kept + rest
}

fn is_of_windows(head: &str) -> bool {
    let attribute = |name: &str| head.split_once(name)?.1.split('"').nth(1);
    let (Some(package), Some(name)) = (attribute("oor:package="), attribute("oor:name=")) else { return false };
    let is_within =
        |other: &str| package.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    PACKAGES.into_iter().any(is_within) || COMPONENTS.contains(&format!("{package}.{name}").as_str())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Registry, without_windows};

    const SHARED: &str = concat!(
        "<oor:data><oor:component-schema oor:name=\"UI\" oor:package=\"org.openoffice.Office\"><a/></oor:component-schema>",
        "<oor:component-data oor:name=\"GenericCommands\" oor:package=\"org.openoffice.Office.UI\"><b/></oor:component-data>",
        "<oor:component-data oor:package=\"org.openoffice.TypeDetection\" oor:name=\"UISort\"><c/></oor:component-data>",
        "<oor:component-data oor:name=\"Empty\" oor:package=\"org.openoffice.Office\"/>",
        "<oor:component-data oor:name=\"Common\" oor:package=\"org.openoffice.Office\"><d/></oor:component-data></oor:data>",
    );

    #[test]
    fn what_documents_know_of_stays() {
        let kept = without_windows(SHARED);
        assert!(kept.contains("<a/>") && kept.contains("<d/></oor:component-data></oor:data>"), "{kept}");
        assert!(kept.contains("\"Empty\"") && !kept.contains("<b/>") && !kept.contains("<c/>"), "{kept}");
        assert_eq!(without_windows("<oor:component-data x"), "<oor:component-data x");
    }

    #[test]
    fn a_copy_is_made_once_and_anew_for_another_libreoffice() {
        let folder = std::env::temp_dir().join(format!("ottisk-registry-{}", std::process::id()));
        let (office, state, shared) = (folder.join("office"), folder.join("state"), folder.join("office/registry"));
        fs::create_dir_all(office.join("program")).and_then(|()| fs::create_dir_all(shared.join("res"))).expect("made");
        fs::write(shared.join("main.xcd"), SHARED).expect("written");
        let told = |layers: &str| {
            let settings = format!("[Bootstrap]\nCONFIGURATION_LAYERS={layers}\n");
            fs::write(office.join("program/fundamentalrc"), settings).expect("written");
            Registry::lay(&office, &state).expect("laid")
        };
        let layers = "xcsxcu:${BRAND_BASE_DIR}/registry res:${BRAND_BASE_DIR}/registry dconf:* user:!${X}/y.xcu";
        let first = told(layers).expect("a copy");
        let read = |registry: &Registry| fs::read_to_string(registry.folder.join("main.xcd")).expect("there");
        assert_eq!(read(&first), without_windows(SHARED));
        let here = first.folder.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(
            first.layers.contains(here) && first.layers.ends_with(" res:${BRAND_BASE_DIR}/registry user:!${X}/y.xcu")
        );
        assert_eq!(told(layers).as_ref(), Some(&first));
        fs::write(shared.join("main.xcd"), "<oor:data/>").expect("written");
        let second = told(layers).expect("a copy");
        assert_eq!((read(&second).as_str(), first.folder.exists()), ("<oor:data/>", true));
        let age = std::time::SystemTime::now() - super::OLD * 2;
        fs::File::open(&first.folder).and_then(|old| old.set_modified(age)).expect("made old");
        fs::write(shared.join("main.xcd"), "<oor:data></oor:data>").expect("written");
        assert!(told(layers).is_some_and(|third| third.folder.exists()) && !first.folder.exists());
        assert_eq!(fs::read_dir(state.join("lib")).expect("there").count(), 2);
        assert!(told("user:!x").is_none());
        fs::create_dir(shared.join("data")).expect("made");
        assert!(told(layers).is_none(), "more than we know of");
        fs::remove_dir_all(folder).expect("removed");
    }
}
