//! Documents on the disk: streamed in, hashed on the way, fsynced, renamed, and only then known to a table.
//!
//! File first, row second; when deleting, row first. What a crash leaves between the two is swept at the next start.

pub mod part;
pub mod workshop;

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};

use crate::{access::hex, error::Error};

/// Bytes that gather between the network and the disk: one walk to another thread each. `smol::fs::File` would take
/// 8 MiB for each upload.
const BUFFER_BYTES: usize = 256 << 10;

/// Random characters of a stored name: whoever has it may read the document, as with print-api.
const NAME_CHARS: usize = 128;

/// How much room there is for documents.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Bytes of all that are on their way in.
    pub in_flight_bytes: u64,
    /// Bytes that stay free on the disk.
    pub least_free_bytes: u64,
}

/// Whether it is known who sends a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A member, or somebody with a code.
    Known,
    /// Nobody said so yet: a quarter of the room for uploads is for such.
    Unknown,
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Documents {
    folder: PathBuf,
    room: Room,
    in_flight: Arc<AtomicU64>,
}

/// Room that is kept for a document on its way in, until this is dropped.
#[derive(Debug)]
struct Reserved {
    bytes: u64,
    in_flight: Arc<AtomicU64>,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A document on its way in. Dropped before [`Incoming::keep`], it leaves nothing.
pub struct Incoming {
    /// `None` once writing has failed.
    writing: Option<Writing>,
    buffer: Vec<u8>,
    path: PathBuf,
    folder: PathBuf,
    bytes: u64,
    kept: bool,
    _reserved: Reserved,
}

/// What moves to another thread and back.
struct Writing {
    file: File,
    sha256: Sha256,
}

impl Documents {
    /// Opens or creates the folder and removes what uploads left that a crash cut short.
    pub fn open(folder: &Path, room: Room) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let documents = Self { folder: folder.to_owned(), room, in_flight: Arc::default() };
        for name in documents.names()? {
            if name.starts_with(INCOMING) {
                fs::remove_file(documents.folder.join(name))?;
            }
        }
        documents.close_workshops()?;
        Ok(documents)
    }

    /// Where the document of this name lies, if that is a name and not a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let plain = !name.starts_with('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        plain.then(|| self.folder.join(name))
    }

    /// A place for a new document of at most so many bytes, if there is room for it.
    pub async fn receive(&self, bytes: u64, sender: Sender) -> Result<Incoming, Error> {
        let reserved = self.reserve(bytes, sender)?;
        let (folder, least, all) =
            (self.folder.clone(), self.room.least_free_bytes, self.in_flight.load(Ordering::Relaxed));
        smol::unblock(move || {
            // What others on their way in have written already is counted twice: rather a little too careful.
            if free_bytes(&folder)? < all.saturating_add(least) {
                return Err(Error::NoSpace);
            }
            let path = folder.join(format!("{INCOMING}{}", random_name(32)?));
            let file = File::options().read(true).write(true).create_new(true).open(&path)?;
            let writing = Some(Writing { file, sha256: Sha256::new() });
            let incoming =
                Incoming { writing, buffer: Vec::new(), path, folder, bytes: 0, kept: false, _reserved: reserved };
            Ok(incoming)
        })
        .await
    }

    fn reserve(&self, bytes: u64, sender: Sender) -> Result<Reserved, Error> {
        let most = match sender {
            Sender::Known => self.room.in_flight_bytes,
            Sender::Unknown => self.room.in_flight_bytes / 4,
        };
        let more = |taken: u64| taken.checked_add(bytes).filter(|taken| *taken <= most);
        self.in_flight.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map_err(|_| Error::TooManyUploads)?;
        Ok(Reserved { bytes, in_flight: Arc::clone(&self.in_flight) })
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

    /// Whether the document of this name lies on the disk.
    pub fn holds(&self, name: &str) -> bool {
        self.path(name).is_some_and(|path| path.exists())
    }
}

/// Bytes that this program may still write to the file system of `path` (`statvfs(3)`, `f_bavail`).
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    use std::os::unix::ffi::OsStrExt as _;
    let path = std::ffi::CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: all zeros are a valid value of plain integers.
    let mut status: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live values; the second is written.
    match unsafe { libc::statvfs(path.as_ptr(), &raw mut status) } {
        #[allow(clippy::useless_conversion, reason = "32 bits on some boards")]
        0 => Ok(u64::from(status.f_bavail).saturating_mul(u64::from(status.f_frsize))),
        _ => Err(io::Error::last_os_error()),
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

    /// Where it lies until it is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.bytes += chunk.len() as u64;
        self.buffer.extend_from_slice(chunk);
        if self.buffer.len() < BUFFER_BYTES { Ok(()) } else { self.flush(|_| Ok(())).await }
    }

    /// All has come: on the disk for good, but not yet under a name. The file, for whoever inspects it.
    pub async fn complete(&mut self) -> io::Result<File> {
        let path = self.path.clone();
        // Opened anew: whoever inspects it cannot write to it.
        self.flush(move |file| file.sync_data().and_then(|()| File::open(path))).await
    }

    /// Brings what has gathered to the file and goes on with it there.
    async fn flush<T: Send + 'static>(
        &mut self,
        and: impl FnOnce(&File) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let mut writing = self.writing.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let flushed = smol::unblock(move || {
            writing.sha256.update(&buffer);
            writing.file.write_all(&buffer)?;
            buffer.clear();
            let done = and(&writing.file)?;
            Ok::<_, io::Error>((writing, buffer, done))
        });
        let (writing, buffer, done) = flushed.await?;
        (self.writing, self.buffer) = (Some(writing), buffer);
        Ok(done)
    }

    /// The content's SHA-256, of a document that is complete.
    pub fn sha256(&self) -> [u8; 32] {
        let sha256 = self.writing.as_ref().map(|writing| writing.sha256.clone()).unwrap_or_default();
        sha256.finalize().into()
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

#[cfg(test)]
mod tests {
    use super::{Documents, Error, Room, Sender};

    #[test]
    fn uploads_have_room_for_so_many_bytes_and_no_more() {
        let folder = std::env::temp_dir().join(format!("ottisk-room-{}", std::process::id()));
        let room = Room { in_flight_bytes: 100, least_free_bytes: 0 };
        let documents = Documents::open(&folder, room).expect("opens");
        let receive = |bytes, sender| smol::block_on(documents.receive(bytes, sender));
        let first = receive(60, Sender::Known).expect("room");
        let full = |result: Result<_, Error>| result.err() == Some(Error::TooManyUploads);
        assert!(full(receive(41, Sender::Known)) && full(receive(1, Sender::Unknown)));
        let second = receive(40, Sender::Known).expect("room");
        assert!(full(receive(1, Sender::Known)));
        drop((first, second));
        assert!(full(receive(26, Sender::Unknown)) && receive(25, Sender::Unknown).is_ok());
        let full = Documents::open(&folder, Room { least_free_bytes: u64::MAX, ..room }).expect("opens");
        assert_eq!(smol::block_on(full.receive(1, Sender::Known)).err(), Some(Error::NoSpace));
        assert_eq!(documents.names().expect("names").len(), 0);
        std::fs::remove_dir_all(folder).expect("temp folder");
    }
}
