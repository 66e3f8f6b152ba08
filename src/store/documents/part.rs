//! The bytes of an upload that comes in pieces, over hours and restarts: a file under the upload's number. How much of it
//! counts stands in its row ([`crate::store::uploads`]); what a crash left past that is cut off before more is written.

use std::{
    fs::{self, File},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
    sync::atomic::Ordering,
};

use super::{BUFFER_BYTES, Documents, INCOMING, Incoming, Sender, free_bytes, random_name};
use crate::{error::Error, store::uploads::UploadId};

/// What the files' names begin with: a sweep of documents passes over them.
const PART: &str = ".part-";

/// A file that is being written.
pub struct Part {
    /// `None` once writing has failed.
    file: Option<File>,
    buffer: Vec<u8>,
    written: u64,
    synced: u64,
}

impl Part {
    /// Bytes from the beginning, those in memory too.
    pub fn bytes(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Bytes that a power cut would take.
    pub fn loose(&self) -> u64 {
        self.bytes() - self.synced
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(chunk);
        if self.buffer.len() < BUFFER_BYTES { Ok(()) } else { self.flush(false).await }
    }

    /// Brings all of it to the disk for good; how much that is.
    pub async fn sync(&mut self) -> io::Result<u64> {
        self.flush(true).await?;
        self.synced = self.written;
        Ok(self.synced)
    }

    async fn flush(&mut self, sync: bool) -> io::Result<()> {
        let mut file = self.file.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let flushed = smol::unblock(move || {
            file.write_all(&buffer)?;
            if sync {
                file.sync_data()?;
            }
            let count = buffer.len() as u64;
            buffer.clear();
            Ok::<_, io::Error>((file, buffer, count))
        });
        let (file, buffer, count) = flushed.await?;
        (self.file, self.buffer) = (Some(file), buffer);
        self.written += count;
        Ok(())
    }
}

impl Documents {
    /// Where an upload's bytes lie.
    pub fn part_path(&self, id: &UploadId) -> PathBuf {
        self.folder.join(format!("{PART}{}", id.as_str()))
    }

    /// An empty file for an upload, when `waiting` more bytes of all uploads still fit the disk.
    pub async fn begin_part(&self, id: &UploadId, waiting: u64) -> Result<(), Error> {
        let (path, folder, least) = (self.part_path(id), self.folder.clone(), self.room.least_free_bytes);
        let others = self.in_flight.load(Ordering::Relaxed);
        smol::unblock(move || {
            if free_bytes(&folder)? < waiting.saturating_add(others).saturating_add(least) {
                return Err(Error::NoSpace);
            }
            File::options().write(true).create_new(true).open(path)?;
            Ok(File::open(folder)?.sync_all()?)
        })
        .await
    }

    /// Goes on after the first `came` bytes. A file that has less is damaged.
    pub async fn go_on(&self, id: &UploadId, came: u64) -> io::Result<Part> {
        let path = self.part_path(id);
        let file = smol::unblock(move || {
            let mut file = File::options().write(true).open(path)?;
            if file.metadata()?.len() < came {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            file.set_len(came)?;
            file.seek(SeekFrom::Start(came))?;
            Ok::<_, io::Error>(file)
        });
        Ok(Part { file: Some(file.await?), buffer: Vec::new(), written: came, synced: came })
    }

    /// Opens what came for reading.
    pub async fn open_part(&self, id: &UploadId) -> io::Result<File> {
        let path = self.part_path(id);
        smol::unblock(move || File::open(path)).await
    }

    /// What came as a document on its way in. It stays where it is until [`Self::remove_part`]: should the kiosk die
    /// in between, nothing is lost but the work.
    pub async fn adopt(&self, id: &UploadId) -> Result<Incoming, Error> {
        let reserved = self.reserve(0, Sender::Known)?;
        let (from, folder) = (self.part_path(id), self.folder.clone());
        let adopted = smol::unblock(move || {
            let path = folder.join(format!("{INCOMING}{}", random_name(32)?));
            Incoming::laid(path, folder, reserved, |path| {
                // A second name for the same bytes, where the file system has such.
                if fs::hard_link(&from, path).is_err() {
                    fs::copy(&from, path)?;
                }
                Ok(())
            })
        });
        adopted.await
    }

    /// An upload's bytes are exchanged for those of a document on its way in; how many they are now.
    pub async fn exchange_part(&self, id: &UploadId, mut incoming: Incoming) -> io::Result<u64> {
        incoming.complete().await?;
        let (from, to, folder) = (incoming.path.clone(), self.part_path(id), self.folder.clone());
        let bytes = smol::unblock(move || {
            let bytes = fs::metadata(&from)?.len();
            fs::rename(from, to)?;
            File::open(folder)?.sync_all()?;
            Ok::<_, io::Error>(bytes)
        });
        let bytes = bytes.await?;
        incoming.kept = true;
        Ok(bytes)
    }

    /// Removes an upload's bytes. A failure is logged: the next start sweeps them.
    pub async fn remove_part(&self, id: &UploadId) {
        let path = self.part_path(id);
        match smol::unblock(move || fs::remove_file(path)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "an upload's file could not be removed");
            }
            _ => {}
        }
    }

    /// The numbers of uploads that have a file.
    pub fn parts(&self) -> io::Result<Vec<UploadId>> {
        let names = fs::read_dir(&self.folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter_map(|name| UploadId::parse(name.strip_prefix(PART)?)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Documents, UploadId};
    use crate::store::documents::Room;

    #[test]
    fn what_was_not_told_as_come_is_cut_off() {
        let folder = std::env::temp_dir().join(format!("ottisk-parts-{}", std::process::id()));
        let documents = Documents::open(&folder, Room { in_flight_bytes: 100, least_free_bytes: 0 }).expect("opens");
        let id = UploadId::parse(&"0a".repeat(16)).expect("a number");
        smol::block_on(async {
            documents.begin_part(&id, 10).await.expect("room");
            let mut part = documents.go_on(&id, 0).await.expect("a file");
            part.write(b"hello").await.expect("written");
            assert_eq!((part.bytes(), part.loose(), part.sync().await.expect("synced")), (5, 5, 5));
            part.write(b"lost in the crash").await.expect("written");
            drop(part);
            // The row says three, the file has five.
            let mut part = documents.go_on(&id, 3).await.expect("a file");
            part.write(b"p!").await.expect("written");
            part.sync().await.expect("synced");
            let came = documents.open_part(&id).await.and_then(std::io::read_to_string);
            assert_eq!(came.expect("a file"), "help!");
            assert!(documents.go_on(&id, 6).await.is_err(), "damaged");
            assert_eq!(documents.parts().expect("parts"), std::slice::from_ref(&id));
            let mut incoming = documents.adopt(&id).await.expect("adopted");
            incoming.complete().await.expect("complete");
            let name = incoming.keep("2026-11-22", "pdf").await.expect("kept");
            documents.remove_part(&id).await;
            documents.remove_part(&id).await;
            assert_eq!(std::fs::read(documents.path(&name).expect("a path")).expect("read"), b"help!");
            assert!(documents.parts().expect("parts").is_empty());
            assert!(matches!(documents.begin_part(&id, u64::MAX).await, Err(super::Error::NoSpace)));
        });
        std::fs::remove_dir_all(folder).expect("temp folder");
    }
}
