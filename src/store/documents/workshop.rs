//! Folders in which documents are made from others, each for one and gone when that is done; and what leaves them: a
//! document on its way in that was not streamed but lies there whole.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use sha2::Sha256;

use super::{Documents, INCOMING, Incoming, Reserved, Sender, Writing, free_bytes, random_name};
use crate::error::Error;

/// What the folders' names begin with.
const WORKSHOP: &str = ".workshop-";

/// One folder, removed with all that is in it when this is dropped.
pub struct Workshop(PathBuf);

impl Workshop {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    pub async fn open(&self, name: String) -> io::Result<File> {
        let path = self.0.join(name);
        smol::unblock(move || File::open(path)).await
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a folder of a conversion could not be removed");
        }
    }
}

impl Documents {
    /// A new folder, while there is room on the disk.
    pub async fn workshop(&self) -> Result<Workshop, Error> {
        let (folder, least) = (self.folder.clone(), self.room.least_free_bytes);
        smol::unblock(move || {
            if free_bytes(&folder)? < least {
                return Err(Error::NoSpace);
            }
            let path = folder.join(format!("{WORKSHOP}{}", random_name(32)?));
            fs::create_dir(&path)?;
            Ok(Workshop(path))
        })
        .await
    }

    /// What a crash left of such folders.
    pub(super) fn close_workshops(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(WORKSHOP) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// A file's bytes as a document on its way in, if they are not more than `most`.
    pub async fn copy(&self, file: File, most: u64) -> Result<Incoming, Error> {
        let reserved = self.reserve(0, Sender::Known)?;
        let (folder, least) = (self.folder.clone(), self.room.least_free_bytes);
        smol::unblock(move || {
            let size = file.metadata()?.len();
            if size > most {
                return Err(Error::TooLarge { max: most });
            }
            if free_bytes(&folder)? < size.saturating_add(least) {
                return Err(Error::NoSpace);
            }
            let path = folder.join(format!("{INCOMING}{}", random_name(32)?));
            Incoming::laid(path, folder, reserved, |path| {
                let mut copy = File::options().read(true).write(true).create_new(true).open(path)?;
                io::copy(&mut file.take(most), &mut copy)?;
                Ok(())
            })
        })
        .await
    }
}

impl Incoming {
    /// A document that `lay` lays at `path`, whole or not at all. Blocking.
    pub(super) fn laid(
        path: PathBuf,
        folder: PathBuf,
        reserved: Reserved,
        lay: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<Self, Error> {
        // First, so that what was laid in part goes with it.
        let mut incoming =
            Self { writing: None, buffer: Vec::new(), path, folder, bytes: 0, kept: false, _reserved: reserved };
        lay(&incoming.path)?;
        incoming.weigh()?;
        Ok(incoming)
    }

    /// Takes its bytes to be what lies in its file now, which somebody else wrote.
    pub async fn reread(self) -> io::Result<Self> {
        let mut incoming = self;
        smol::unblock(move || {
            incoming.weigh()?;
            Ok(incoming)
        })
        .await
    }

    /// How many bytes are in its file, and their checksum.
    pub(super) fn weigh(&mut self) -> io::Result<()> {
        let mut file = File::options().read(true).write(true).open(&self.path)?;
        let mut sha256 = Sha256::default();
        self.bytes = io::copy(&mut file, &mut sha256)?;
        self.buffer.clear();
        self.writing = Some(Writing { file, sha256 });
        Ok(())
    }
}
