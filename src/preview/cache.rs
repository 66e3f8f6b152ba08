//! Where files of previews lie: a folder for each content beside the documents, for our own eyes only; and folders for
//! work, which a restart removes. What is in them is told by the store.
//!
//! A file gets its name here when it is whole and on the disk: whoever reads a name reads all of it.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use super::{edition::unhex, wants::Version};
use crate::access::hex;

/// What begins so is somebody's work.
const WORK: &str = ".work-";

/// The folder.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Opens or creates it, and removes work that was cut short.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        make(&folder)?;
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        let cache = Self { folder };
        for name in cache.names()?.iter().filter(|name| name.starts_with(WORK)) {
            fs::remove_dir_all(cache.folder.join(name))?;
        }
        Ok(cache)
    }

    /// A folder for work on this content, made if it is not there; `by` tells workers apart.
    pub async fn work(&self, version: &Version, by: &str) -> io::Result<PathBuf> {
        let folder = self.work_folder(version, by);
        let made = folder.clone();
        smol::unblock(move || make(&made)).await?;
        Ok(folder)
    }

    /// The work is done, or of no use.
    pub async fn end_work(&self, version: &Version, by: &str) {
        remove(self.work_folder(version, by)).await;
    }

    fn work_folder(&self, version: &Version, by: &str) -> PathBuf {
        self.folder.join(format!("{WORK}{}-{by}", hex(version)))
    }

    /// Bytes in folders of work whose worker's name begins so.
    pub async fn work_bytes(&self, by: &'static str) -> io::Result<u64> {
        let cache = self.clone();
        smol::unblock(move || {
            let is_theirs = |name: &String| name.strip_prefix(WORK).is_some_and(|rest| rest.contains(by));
            let folders = cache.names()?.into_iter().filter(is_theirs).map(|name| cache.folder.join(name));
            let files = folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
            Ok(files.filter_map(|file| Some(file.metadata().ok()?.len())).sum())
        })
        .await
    }

    /// Moves these files out of a folder of work to where they are looked for; their bytes together.
    pub async fn take(&self, version: &Version, work: &Path, names: Vec<String>) -> io::Result<u64> {
        let (work, folder) = (work.to_owned(), self.folder.join(hex(version)));
        smol::unblock(move || {
            make(&folder)?;
            let mut bytes = 0;
            for name in names {
                let from = work.join(&name);
                // A plain file, and no link to somewhere.
                if !fs::symlink_metadata(&from)?.is_file() {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let file = File::open(&from)?;
                file.set_permissions(Permissions::from_mode(0o600))?;
                file.sync_data()?;
                bytes += file.metadata()?.len();
                fs::rename(&from, folder.join(&name))?;
            }
            File::open(&folder)?.sync_all()?;
            Ok(bytes)
        })
        .await
    }

    /// One file. `name` is one that the store told.
    pub async fn open_file(&self, version: &Version, name: &str) -> io::Result<File> {
        let path = self.folder.join(hex(version)).join(name);
        smol::unblock(move || File::open(path)).await
    }

    /// Removes all files of a content.
    pub async fn remove(&self, version: &Version) {
        remove(self.folder.join(hex(version))).await;
    }

    /// The contents that have files.
    pub async fn versions(&self) -> io::Result<Vec<Version>> {
        let cache = self.clone();
        let names = smol::unblock(move || cache.names()).await?;
        Ok(names.iter().filter_map(|name| unhex(name)).collect())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(fs::read_dir(&self.folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
    }
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A failure is logged: the next start tries again.
async fn remove(folder: PathBuf) {
    let removed = smol::unblock(move || fs::remove_dir_all(folder)).await;
    if let Err(error) =
        removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
    {
        tracing::warn!(%error, "files of a preview could not be removed");
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::Cache;

    #[test]
    fn files_are_ours_alone_and_work_does_not_outlive_us() {
        let folder = std::env::temp_dir().join(format!("ottisk-previews-folder-{}", std::process::id()));
        let (version, path) = ([7; 32], folder.join("previews"));
        let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        smol::block_on(async {
            let cache = Cache::open(path.clone()).expect("opens");
            let work = cache.work(&version, "us").await.expect("a folder");
            std::fs::write(work.join("1.png"), b"picture").expect("written");
            assert_eq!((cache.work_bytes("-us").await.ok(), cache.work_bytes("-them").await.ok()), (Some(7), Some(0)));
            std::os::unix::fs::symlink("/etc/passwd", work.join("2.png")).expect("linked");
            assert!(cache.take(&version, &work, vec!["2.png".into()]).await.is_err());
            assert_eq!(cache.take(&version, &work, vec!["1.png".into()]).await.expect("taken"), 7);
            assert_eq!(cache.versions().await.expect("names"), [version]);
            assert!(cache.open_file(&version, "1.png").await.is_ok());
            let content = path.join("07".repeat(32));
            assert_eq!([&path, &content, &content.join("1.png")].map(|path| mode(path)), [0o700, 0o700, 0o600]);
            Cache::open(path.clone()).expect("opens");
            assert!(!work.exists() && content.join("1.png").exists());
            cache.remove(&version).await;
            assert_eq!(cache.versions().await.expect("names").len(), 0);
        });
        std::fs::remove_dir_all(folder).expect("temp folder");
    }
}
