//! Documents on the disk: streamed in, hashed on the way, fsynced, renamed, and only then known to a table.
//!
//! File first, row second; when deleting, row first. What a crash leaves between the two is swept at the next start.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use smol::{Unblock, io::AsyncWriteExt as _};

use crate::access::hex;

/// Bytes between the network and the disk. `smol::fs::File` would take 8 MiB for each upload.
const BUFFER_BYTES: usize = 128 << 10;

/// Random characters of a stored name: whoever has it may read the document, as with print-api.
const NAME_CHARS: usize = 128;

/// The folder.
#[derive(Clone, Debug)]
pub struct Documents {
    folder: PathBuf,
}

/// A document on its way in. Dropped before [`Incoming::keep`], it leaves nothing.
pub struct Incoming {
    file: Unblock<File>,
    path: PathBuf,
    folder: PathBuf,
    sha256: Sha256,
    bytes: u64,
    kept: bool,
}

impl Documents {
    /// Opens or creates the folder and removes what uploads left that a crash cut short.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let documents = Self { folder: folder.to_owned() };
        for name in documents.names()? {
            if name.starts_with(INCOMING) {
                fs::remove_file(documents.folder.join(name))?;
            }
        }
        Ok(documents)
    }

    /// Where the document of this name lies, if that is a name and not a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let plain = !name.starts_with('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        plain.then(|| self.folder.join(name))
    }

    /// A place for a new document.
    pub async fn receive(&self) -> io::Result<Incoming> {
        let folder = self.folder.clone();
        smol::unblock(move || {
            let path = folder.join(format!("{INCOMING}{}", random_name(32)?));
            let file = File::options().read(true).write(true).create_new(true).open(&path)?;
            let file = Unblock::with_capacity(BUFFER_BYTES, file);
            Ok(Incoming { file, path, folder, sha256: Sha256::new(), bytes: 0, kept: false })
        })
        .await
    }

    /// Opens a document for reading.
    pub async fn open_document(&self, name: &str) -> io::Result<File> {
        let path = self.path(name).ok_or(io::ErrorKind::NotFound)?;
        smol::unblock(move || File::open(path)).await
    }

    /// Removes a document whose row is gone. A failure is logged: the next start sweeps it.
    pub async fn remove(&self, name: &str) {
        if let Some(path) = self.path(name) {
            let removed = smol::unblock(move || fs::remove_file(path)).await;
            if let Err(error) = removed {
                tracing::warn!(%error, "a document's file could not be removed");
            }
        }
    }

    /// Names of ours in the folder, whether a row knows them or not.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter(|name| name.starts_with(INCOMING) || is_ours(name)).collect())
    }
}

const INCOMING: &str = ".incoming-";

/// `2026-11-22-` and 128 characters and an extension. The folder may be shared with files that are not ours.
fn is_ours(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    stem.len() == "2026-11-22-".len() + NAME_CHARS && stem.is_char_boundary(11) && stem.as_bytes()[10] == b'-'
}

fn random_name(chars: usize) -> io::Result<String> {
    let mut bytes = vec![0; chars / 2];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(hex(&bytes))
}

impl Incoming {
    /// Bytes that came so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.sha256.update(chunk);
        self.bytes += chunk.len() as u64;
        self.file.write_all(chunk).await
    }

    /// All has come: on the disk for good, but not yet under a name. The file, for whoever inspects it.
    pub async fn complete(&mut self) -> io::Result<File> {
        self.file.flush().await?;
        let path = self.path.clone();
        // Opened anew: whoever inspects it cannot write to it.
        self.file.with_mut(move |file| file.sync_data().and_then(|()| File::open(path))).await
    }

    /// The content's SHA-256.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256.clone().finalize().into()
    }

    /// Gives the document its name for good: `day` (`2026-11-22`), 128 random characters and `extension`.
    pub async fn keep(mut self, day: &str, extension: &str) -> io::Result<String> {
        let (from, folder) = (self.path.clone(), self.folder.clone());
        let (day, extension) = (day.to_owned(), extension.to_owned());
        let name = smol::unblock(move || {
            let name = format!("{day}-{}.{extension}", random_name(NAME_CHARS)?);
            fs::rename(from, folder.join(&name))?;
            File::open(&folder)?.sync_all()?;
            Ok::<_, io::Error>(name)
        })
        .await?;
        self.kept = true;
        Ok(name)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            // It may be gone already; what stays is swept at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}
