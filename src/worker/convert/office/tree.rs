//! What a process of LibreOffice's lives in: a folder with a profile and the document, and a group of processes that ends with
//! its owner.

use std::{
    fs, io,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{self, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use smol::process::{Child, Command};

use super::{Office, child::Job, jail::PIPES, registry::Registry};
use crate::{
    document::kind::Kind,
    worker::{Workers, convert::ConvertError},
};

/// The profile; `{version}` is the installed one.
const PROFILE: &str = include_str!("registrymodifications.xcu");

/// What stands as itself in a path of a URL (RFC 3986 §3.3).
const PATH: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How many folders there have been.
static LAID: AtomicU32 = AtomicU32::new(0);

/// A folder that goes with its owner.
pub(super) struct Scratch {
    folder: PathBuf,
    kind: Kind,
    registry: Option<Registry>,
}

impl Scratch {
    /// Beside what is made, and not in `/tmp`, which may be memory; it must be an absolute path for the profile's URL. Lays
    /// the profile there, and the document under a name that tells nothing.
    pub(super) async fn lay(within: &Path, document: &Path, kind: Kind, office: &Office) -> io::Result<Self> {
        // One that goes takes nobody else's along.
        let number = LAID.fetch_add(1, Ordering::Relaxed);
        let folder = fs::canonicalize(within)?.join(format!(".office-{number}"));
        let (from, office) = (document.to_owned(), office.clone());
        smol::unblock(move || {
            let scratch = Self { folder, kind, registry: office.registry() };
            let _ = fs::remove_dir_all(&scratch.folder);
            let user = scratch.folder.join("profile/user");
            fs::create_dir_all(user.join("extensions"))?;
            fs::create_dir(scratch.folder.join("out"))?;
            fs::write(user.join("registrymodifications.xcu"), PROFILE.replace("{version}", &office.version))?;
            fs::write(user.join("extensions/buildid"), &office.build)?;
            fs::copy(from, scratch.input()).map(|_| scratch)
        })
        .await
    }

    /// The folder: all that the process may write to.
    pub(super) fn path(&self) -> &Path {
        &self.folder
    }

    /// The document.
    pub(super) fn input(&self) -> PathBuf {
        self.folder.join("in").with_extension(self.kind.extension())
    }

    /// The settings that LibreOffice reads, when not all of them.
    pub(super) fn registry(&self) -> Option<&Registry> {
        self.registry.as_ref()
    }

    /// The profile, as LibreOffice wants to be told.
    pub(super) fn profile_url(&self) -> String {
        url(&self.folder.join("profile"))
    }
}

/// `file:///…`
pub(super) fn url(path: &Path) -> String {
    format!("file://{}", percent_encoding::percent_encode(path.as_os_str().as_encoded_bytes(), PATH))
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a folder of LibreOffice's stays");
            }
            _ => {}
        }
    }
}

/// Removes pipes in [`PIPES`] that nobody listens at: a process that is ended leaves its own. Blocking.
fn sweep_pipes() {
    let ours = format!("OSL_PIPE_{}_SingleOfficeIPC_", rustix::process::getuid().as_raw());
    let Ok(open) = fs::read_to_string("/proc/net/unix") else { return };
    for entry in fs::read_dir(PIPES).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with(&ours) && !open.contains(&*path.to_string_lossy()) {
            let _ = fs::remove_file(path);
        }
    }
}

/// A process and all that it started.
pub(super) struct Tree {
    pub(super) child: Child,
    ended: bool,
}

impl Tree {
    /// Our own program, which becomes LibreOffice behind walls; with these as its stdin, stdout and stderr.
    pub(super) fn start(workers: &Workers, job: &Job, [stdin, out, said]: [Stdio; 3]) -> Result<Self, ConvertError> {
        let json = serde_json::to_string(job).map_err(|error| ConvertError::Failed(error.to_string()))?;
        let mut command = process::Command::new(&workers.program);
        command.args(["worker", "office"]).arg(json).process_group(0).current_dir(&job.folder).env_clear();
        command.env("HOME", &job.folder).env("TMPDIR", &job.folder);
        command.env("LC_ALL", "C.UTF-8").env("SAL_USE_VCLPLUGIN", "svp");
        if let Some(registry) = &job.registry {
            command.env("CONFIGURATION_LAYERS", &registry.layers);
        }
        let mut command = Command::from(command);
        command.stdin(stdin).stdout(out).stderr(said).kill_on_drop(true);
        Ok(Self { child: command.spawn()?, ended: false })
    }

    /// Ends all of it.
    pub(super) fn kill(&self) {
        if let (false, Ok(group)) = (self.ended, libc::pid_t::try_from(self.child.id())) {
            // SAFETY: plain integers; the group is the child's own, and nobody has waited for the child yet.
            unsafe { libc::kill(-group, libc::SIGKILL) };
            // SAFETY: as above. It may have left its group.
            unsafe { libc::kill(group, libc::SIGKILL) };
        }
    }

    /// Waits for its end.
    pub(super) async fn end(mut self) -> io::Result<ExitStatus> {
        let status = self.child.status().await?;
        self.ended = true;
        smol::unblock(sweep_pipes).await;
        Ok(status)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.kill();
    }
}
