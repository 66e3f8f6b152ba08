//! libpdfium as a file: embedded by the build, unpacked once into the state folder under its checksum, in memory when
//! that folder cannot be written. The parent never binds it; it only tells children where it is.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    os::{
        fd::{AsRawFd as _, FromRawFd as _},
        unix::fs::PermissionsExt as _,
    },
    path::{Path, PathBuf},
};

/// The library, zlib-compressed, and the SHA-256 of what comes out.
const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pdfium.so.z"));
const SHA256: &str = env!("OTTISK_PDFIUM_SHA256");

/// Where the library lies.
#[derive(Debug)]
pub struct Library {
    path: PathBuf,
    /// Keeps the library that lies in memory alive.
    _memory: Option<File>,
}

impl Library {
    /// The library of `OTTISK_PDFIUM`, or ours in `state_folder`, or ours in memory.
    pub fn unpack(state_folder: Option<&Path>) -> io::Result<Self> {
        if let Some(path) = std::env::var_os("OTTISK_PDFIUM") {
            return Ok(Self { path: path.into(), _memory: None });
        }
        if let Some(folder) = state_folder {
            match in_folder(&folder.join("lib")) {
                Ok(path) => return Ok(Self { path, _memory: None }),
                Err(error) => tracing::warn!(%error, "libpdfium stays in memory: the state folder cannot be written"),
            }
        }
        in_memory()
    }

    /// What a child binds.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn unpacked() -> io::Result<Vec<u8>> {
    let mut library = Vec::new();
    flate2::read::ZlibDecoder::new(PACKED).read_to_end(&mut library)?;
    Ok(library)
}

/// The name holds the checksum, so a library of this name is whole: it is renamed to it only when it is on the disk.
fn in_folder(folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join(format!("libpdfium-{}.so", &SHA256[..16]));
    if path.exists() {
        return fs::canonicalize(path);
    }
    fs::create_dir_all(folder)?;
    let fresh = folder.join(format!(".libpdfium-{}", std::process::id()));
    let mut file = File::create(&fresh)?;
    file.write_all(&unpacked()?)?;
    file.set_permissions(fs::Permissions::from_mode(0o555))?;
    file.sync_all()?;
    fs::rename(&fresh, &path)?;
    fs::canonicalize(path)
}

/// Costs each child 8 MB of its own and some 30 ms, so it is only the second choice.
fn in_memory() -> io::Result<Library> {
    // SAFETY: the name is a C string that lives through the call; the result is checked.
    let fd = unsafe { libc::memfd_create(c"libpdfium".as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` is a descriptor nobody else has.
    let mut file = unsafe { File::from_raw_fd(fd) };
    file.write_all(&unpacked()?)?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()).into();
    Ok(Library { path, _memory: Some(file) })
}
