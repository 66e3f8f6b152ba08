//! libpdfium as a file: embedded by the build, unpacked once into the state folder under its checksum, in memory when
//! that folder cannot be written. The parent never binds it; it only tells children where it is.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    os::{
        fd::{AsRawFd as _, FromRawFd as _},
        unix::fs::PermissionsExt as _,
    },
    path::{Path, PathBuf},
    thread,
};

use flate2::read::ZlibDecoder;
use smol::{
    channel::{self, Receiver},
    lock::OnceCell,
};

/// The library, zlib-compressed, and the SHA-256 of what comes out.
const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pdfium.so.z"));
const SHA256: &str = env!("OTTISK_PDFIUM_SHA256");

/// The library, or its unpacking on the way.
#[derive(Debug)]
pub struct Library {
    laid: OnceCell<Laid>,
    unpacked: Receiver<io::Result<Laid>>,
}

/// Where the library lies.
#[derive(Debug)]
struct Laid {
    path: PathBuf,
    /// Keeps the library that lies in memory alive.
    _memory: Option<File>,
}

impl Library {
    /// The library of `OTTISK_PDFIUM`, or ours in `state_folder`, or ours in memory. Unpacking takes longer than all
    /// else at the start together, so it goes on beside: who needs the library waits for it.
    pub fn unpack(state_folder: Option<&Path>) -> io::Result<Self> {
        let (tell, unpacked) = channel::bounded(1);
        let folder = state_folder.map(|folder| folder.join("lib"));
        thread::Builder::new().name("libpdfium".into()).spawn(move || tell.try_send(lay(folder.as_deref())))?;
        Ok(Self { laid: OnceCell::new(), unpacked })
    }

    /// What a child binds.
    pub async fn path(&self) -> io::Result<&Path> {
        let told = || async { self.unpacked.recv().await.map_err(io::Error::other)? };
        Ok(&self.laid.get_or_try_init(told).await?.path)
    }
}

fn lay(folder: Option<&Path>) -> io::Result<Laid> {
    if let Some(path) = std::env::var_os("OTTISK_PDFIUM") {
        return Ok(Laid { path: path.into(), _memory: None });
    }
    if let Some(folder) = folder {
        match in_folder(folder) {
            Ok(path) => return Ok(Laid { path, _memory: None }),
            Err(error) => tracing::warn!(%error, "libpdfium stays in memory: the state folder cannot be written"),
        }
    }
    in_memory().inspect_err(|error| tracing::error!(%error, "libpdfium cannot be unpacked"))
}

/// Never whole in our memory.
fn unpack_to(file: &File) -> io::Result<()> {
    let mut buffer = BufWriter::with_capacity(64 << 10, file);
    io::copy(&mut ZlibDecoder::new(PACKED), &mut buffer)?;
    buffer.flush()?;
    forget(PACKED);
    Ok(())
}

/// Lets the kernel take back the pages of `once`, which is read from the program's own file and not again.
fn forget(once: &'static [u8]) {
    const PAGE_BYTES: usize = 4 << 10;
    let start = once.as_ptr().addr().next_multiple_of(PAGE_BYTES);
    let end = once.as_ptr_range().end.addr() / PAGE_BYTES * PAGE_BYTES;
    if let Some(length) = end.checked_sub(start) {
        let start = once.as_ptr().wrapping_add(start - once.as_ptr().addr()).cast_mut().cast();
        // SAFETY: the pages lie in `once`, which nobody can write: what is asked for again comes from the file.
        // Where pages are larger the kernel refuses.
        let _ = unsafe { libc::madvise(start, length, libc::MADV_DONTNEED) };
    }
}

/// The name holds the checksum, so a library of this name is whole: it is renamed to it only when it is on the disk.
fn in_folder(folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join(format!("libpdfium-{}.so", &SHA256[..16]));
    if path.exists() {
        return fs::canonicalize(path);
    }
    fs::create_dir_all(folder)?;
    let fresh = folder.join(format!(".libpdfium-{}", std::process::id()));
    let file = File::create(&fresh)?;
    unpack_to(&file)?;
    file.set_permissions(fs::Permissions::from_mode(0o555))?;
    file.sync_all()?;
    fs::rename(&fresh, &path)?;
    fs::canonicalize(path)
}

/// Costs each child 8 MB of its own and some 30 ms, so it is only the second choice.
fn in_memory() -> io::Result<Laid> {
    // SAFETY: the name is a C string that lives through the call; the result is checked.
    let fd = unsafe { libc::memfd_create(c"libpdfium".as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` is a descriptor nobody else has.
    let file = unsafe { File::from_raw_fd(fd) };
    unpack_to(&file)?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()).into();
    Ok(Laid { path, _memory: Some(file) })
}
