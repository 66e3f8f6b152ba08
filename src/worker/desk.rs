//! Where one document is worked on outside a kiosk: a folder for our own eyes, gone when the work is.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use crate::access::hex;

/// What the folders' names begin with; the number of the process follows.
const NAME: &str = "ottisk-work-";

/// The folder.
pub struct Desk(PathBuf);

/// Takes away what those left who did not live to do it. Blocking.
pub fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(NAME)) else { continue };
        let process = rest.split_once('-').and_then(|(process, _)| process.parse::<u32>().ok());
        // Our own number is an earlier life's: in a container it is always the same.
        let lives = |process| process != std::process::id() && Path::new(&format!("/proc/{process}")).exists();
        if process.is_some_and(|process| !lives(process)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Desk {
    /// An empty one.
    pub fn clear() -> io::Result<Self> {
        let mut drawn = [0; 16];
        getrandom::fill(&mut drawn).map_err(io::Error::other)?;
        let desk = Self(std::env::temp_dir().join(format!("{NAME}{}-{}", std::process::id(), hex(&drawn))));
        DirBuilder::new().mode(0o700).create(&desk.0)?;
        DirBuilder::new().mode(0o700).create(desk.made())?;
        Ok(desk)
    }

    /// The document.
    pub fn source(&self) -> PathBuf {
        self.0.join("source")
    }

    /// The folder of what is made.
    pub fn made(&self) -> PathBuf {
        self.0.join("made")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a folder of work could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Desk, sweep};

    #[test]
    fn nothing_is_left_on_the_desk() {
        let desk = Desk::clear().expect("a folder");
        let source = desk.source();
        std::fs::write(&source, b"x").expect("written");
        assert!(desk.made().is_dir() && source.exists());
        drop(desk);
        assert!(!source.exists());
        // As a life leaves it that was ended in the middle.
        let left = Desk::clear().expect("a folder");
        let folder = left.0.clone();
        std::mem::forget(left);
        sweep();
        assert!(!folder.exists());
    }
}
