//! When what LibreOffice makes is whole: it writes beside and renames (inotify(7), `IN_MOVED_TO`).

use std::{ffi::CString, io, mem::MaybeUninit, os::fd::OwnedFd, path::Path};

use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
use smol::Async;

/// Bytes of news at once: a few names.
const NEWS_BYTES: usize = 1 << 10;

/// A file that is waited for.
pub(super) struct Arrival {
    news: Async<OwnedFd>,
    name: CString,
}

impl Arrival {
    /// Of this name, in this folder, from now on.
    pub(super) fn watch(folder: &Path, name: &str) -> io::Result<Self> {
        let news = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        add_watch(&news, folder, WatchFlags::MOVED_TO)?;
        Ok(Self { news: Async::new(news)?, name: CString::new(name)? })
    }

    /// Returns `true` when it is there, and never when that is not told.
    pub(super) async fn wait(&self) -> bool {
        while self.news.readable().await.is_ok() {
            let mut buffer = [MaybeUninit::uninit(); NEWS_BYTES];
            let mut reader = Reader::new(&self.news, &mut buffer);
            // Until there are no more for now.
            while let Ok(event) = reader.next() {
                if event.file_name() == Some(&*self.name) {
                    return true;
                }
            }
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use smol::{Timer, future::FutureExt as _};

    use super::Arrival;

    #[test]
    fn a_file_is_there_when_it_got_its_name() {
        let folder = std::env::temp_dir().join(format!("ottisk-arrival-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("made");
        let arrival = Arrival::watch(&folder, "in.pdf").expect("watched");
        let is_told = || {
            let late = async {
                Timer::after(Duration::from_millis(50)).await;
                false
            };
            smol::block_on(arrival.wait().or(late))
        };
        fs::write(folder.join("in.pdf"), b"").expect("written");
        fs::write(folder.join("a.tmp"), b"x").expect("written");
        fs::rename(folder.join("a.tmp"), folder.join("b")).expect("renamed");
        assert!(!is_told());
        fs::rename(folder.join("b"), folder.join("in.pdf")).expect("renamed");
        assert!(is_told());
        fs::remove_dir_all(folder).expect("removed");
    }
}
