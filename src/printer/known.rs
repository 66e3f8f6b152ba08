//! What is remembered of printers from one life to the next, in `printers.json` in the data folder: the printer that `auto`
//! is bound to, and the keys that were seen at first use.
//!
//! A file and not a table, for `ottisk print` works without a store; it is read anew at each connection, so that what
//! `ottisk printers --forget` takes out is gone from a running kiosk at once. A file that cannot be understood is an error:
//! forgetting everything because of it would accept any key.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{tls::Pin, uri::Address};

/// Bytes of the file that are read; a printer is about 200.
const MAX_BYTES: u64 = 1 << 20;

/// The printer that `auto` has chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Its UUID, or what stands for it.
    pub id: String,
    /// What it is called, safe to show.
    pub name: String,
    /// Where it was last.
    pub uri: String,
    /// `[finding] only` when it was chosen.
    #[serde(default)]
    pub only: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    #[serde(default)]
    bound: Option<Bound>,
    #[serde(default)]
    pins: BTreeMap<String, Pin>,
}

/// The memory. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Known {
    folder: Option<PathBuf>,
    keeps: bool,
    /// What is not written to the file: all of it when nothing is.
    here: Arc<Mutex<Contents>>,
}

impl Known {
    /// In this folder, which must be there when something is first kept.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), keeps: true, here: Arc::default() }
    }

    /// As the folder tells, but what is learned is kept in this process only.
    pub fn only_looking(self) -> Self {
        Self { keeps: false, ..self }
    }

    /// The key kept for a printer.
    pub async fn pin(&self, printer: &str) -> io::Result<Option<Pin>> {
        let (this, printer) = (self.clone(), printer.to_owned());
        smol::unblock(move || Ok(this.read()?.pins.get(&printer).cloned())).await
    }

    /// Keeps a key for a printer that has none; answers which one is kept: somebody may have been first.
    pub async fn keep_pin(&self, printer: &str, pin: Pin) -> io::Result<Pin> {
        let (this, printer) = (self.clone(), printer.to_owned());
        smol::unblock(move || this.change(|known| known.pins.entry(printer).or_insert(pin).clone())).await
    }

    /// The printer that `auto` is bound to.
    pub async fn bound(&self) -> io::Result<Option<Bound>> {
        let this = self.clone();
        smol::unblock(move || Ok(this.read()?.bound)).await
    }

    /// Binds `auto`.
    pub async fn bind(&self, bound: Bound) -> io::Result<()> {
        let this = self.clone();
        smol::unblock(move || this.change(|known| known.bound = Some(bound))).await
    }

    /// Forgets the choice of `auto`, or the key of a printer told by its UUID or address. Whether there was any.
    pub fn forget(&self, what: &str) -> io::Result<bool> {
        let what = what.trim();
        let keys = [what.to_owned(), what.to_lowercase(), what.to_lowercase().replace("urn:uuid:", "")];
        let by_address = Address::parse(what).ok().map(|address| address.key());
        self.change(|known| {
            if what == "auto" {
                return known.bound.take().is_some();
            }
            let bound = known.bound.as_ref().filter(|bound| bound.uri == what).map(|bound| bound.id.clone());
            let keys = keys.into_iter().chain(by_address).chain(bound);
            keys.filter(|key| known.pins.remove(key).is_some()).count() > 0
        })
    }

    /// All keys, by printer.
    pub fn pins(&self) -> io::Result<BTreeMap<String, Pin>> {
        Ok(self.read()?.pins)
    }

    fn read(&self) -> io::Result<Contents> {
        let mut known = self.folder.as_deref().map_or_else(|| Ok(Contents::default()), load)?;
        if !self.keeps {
            let here = self.here.lock().unwrap_or_else(PoisonError::into_inner).clone();
            known.bound = known.bound.or(here.bound);
            for (printer, pin) in here.pins {
                known.pins.entry(printer).or_insert(pin);
            }
        }
        Ok(known)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Contents) -> T) -> io::Result<T> {
        let Some(folder) = self.folder.as_ref().filter(|_| self.keeps) else {
            let mut known = self.read()?;
            let told = change(&mut known);
            *self.here.lock().unwrap_or_else(PoisonError::into_inner) = known;
            return Ok(told);
        };
        // Two processes that change it must not lose what the other has just kept.
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join("printers.lock"))?;
        lock.lock()?;
        let before = load(folder)?;
        let mut known = before.clone();
        let told = change(&mut known);
        if known != before {
            save(folder, &known)?;
        }
        Ok(told)
    }
}

fn load(folder: &Path) -> io::Result<Contents> {
    let mut bytes = Vec::new();
    match File::open(folder.join("printers.json")) {
        Ok(file) => file.take(MAX_BYTES).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
        Err(error) => return Err(error),
    };
    serde_json::from_slice(&bytes).map_err(io::Error::from)
}

/// Whole or not at all, whenever the power goes.
fn save(folder: &Path, known: &Contents) -> io::Result<()> {
    let part = folder.join("printers.json.part");
    let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&part)?;
    file.write_all(&serde_json::to_vec_pretty(known)?)?;
    file.sync_all()?;
    fs::rename(part, folder.join("printers.json"))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{Bound, Known, Pin};

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("ottisk-known-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("temp folder");
        folder
    }

    fn bound() -> Bound {
        Bound { id: "u".into(), name: "A".into(), uri: "ipps://10.0.0.7:631/ipp/print".into(), only: String::new() }
    }

    #[test]
    fn what_is_kept_is_there_for_others_and_the_first_key_stays() {
        let folder = folder("kept");
        smol::block_on(async {
            let (ours, theirs) = (Known::in_folder(&folder), Known::in_folder(&folder));
            let [first, second] = [b"a", b"b"].map(|key| Pin::of(key));
            assert_eq!(ours.pin("u").await.expect("read"), None);
            assert_eq!(ours.keep_pin("u", first.clone()).await.expect("kept"), first);
            assert_eq!(theirs.keep_pin("u", second).await.expect("kept"), first);
            ours.bind(bound()).await.expect("kept");
            assert_eq!(theirs.bound().await.expect("read"), Some(bound()));
            let looks = Known::in_folder(&folder).only_looking();
            looks.keep_pin("other", first.clone()).await.expect("here");
            assert_eq!(looks.pin("other").await.expect("read"), Some(first.clone()));
            assert_eq!(
                (looks.pin("u").await.expect("read"), ours.pin("other").await.expect("read")),
                (Some(first), None)
            );
        });
        std::fs::remove_dir_all(folder).expect("temp folder");
    }

    #[test]
    fn keys_are_forgotten_by_uuid_by_address_and_by_where_the_bound_one_is() {
        let known = Known::default();
        let keep = |printer: &str| smol::block_on(known.keep_pin(printer, Pin::of(b"a"))).expect("kept");
        smol::block_on(known.bind(bound())).expect("kept");
        for (kept, told) in [
            ("u", "ipps://10.0.0.7:631/ipp/print"),
            ("ipps://p:631", "ipps://P/ipp/print"),
            ("ab-1", "urn:uuid:AB-1"),
            ("name:Lab", "name:Lab"),
        ] {
            keep(kept);
            assert!(known.forget(told).expect("done") && !known.forget(told).expect("done"), "{told}");
        }
        assert!(known.forget("auto").expect("done") && !known.forget("auto").expect("done"));
    }

    #[test]
    fn a_file_that_is_broken_accepts_no_key() {
        let folder = folder("broken");
        std::fs::write(folder.join("printers.json"), "{\"pins\": ").expect("written");
        let known = Known::in_folder(&folder);
        assert!(smol::block_on(known.pin("u")).is_err());
        assert!(smol::block_on(known.keep_pin("u", Pin::of(b"a"))).is_err());
        std::fs::remove_dir_all(folder).expect("temp folder");
    }
}
