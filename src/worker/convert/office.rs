//! LibreOffice, the second tier: a fresh process for each document, in a jail of its own, with a profile of one file that is
//! seeded here and thrown away afterwards.
//!
//! Its exit code says nothing: success is that the output is there. It starts four times as fast when the profile names the
//! installed version, for else it draws a hundred test pictures first, and it is not awaited when its output is whole: putting
//! itself in order takes it a tenth of its time. Two processes on one profile would shut each other
//! out, and a killed launcher script would leave its child behind: so the program itself is started, in a group of its own.
//!
//! A document is printed by the program; a presentation that somebody leafs through is kept open by LibreOfficeKit, the same
//! as a library, in [`show`].

mod arrival;
pub mod child;
mod jail;
mod kit;
mod registry;
pub mod show;
mod tree;

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use smol::{Timer, future::FutureExt as _, io::AsyncReadExt as _};

use self::{
    arrival::Arrival,
    child::{Job, OWN_FAULT, Task},
    registry::Registry,
    tree::{Scratch, Tree},
};
use super::ConvertError;
use crate::{
    document::{kind::Kind, made::PRINT_FILE, refusal::Refusal},
    worker::{EXIT_FAILED, Workers},
};

/// Bytes of what the child says that are read.
const SAID_BYTES: u64 = 16 << 10;

/// Its exit code when it wants to be started again (`EXITHELPER_NORMAL_RESTART`).
const START_AGAIN: i32 = 81;

/// What is missing beside `calc-nogui` in Debian; LibreOfficeKit needs it for sheets, converting does not.
const INPUT_BAR: &str = "share/config/soffice.cfg/modules/scalc/ui/inputbar.ui";

/// The parts that open texts, sheets and slides, and the Debian packages that bring them.
const PARTS: [(&str, &str); 3] = [
    ("libswlo.so", "libreoffice-writer-nogui"),
    ("libsclo.so", "libreoffice-calc-nogui"),
    ("libsdlo.so", "libreoffice-impress-nogui"),
];

/// An installed LibreOffice.
#[derive(Clone, Debug)]
pub struct Office {
    /// `program/soffice.bin`.
    pub program: PathBuf,
    /// `7.4`.
    pub version: String,
    /// `40(Build:2)`: of a profile without it all extensions would be looked for.
    pub build: String,
    /// Debian packages of parts that are not installed.
    pub missing: Vec<&'static str>,
    /// Whether LibreOfficeKit would open sheets.
    pub input_bar: bool,
    folder: PathBuf,
    /// Where we may keep what we know of it.
    state: Option<PathBuf>,
    registry: Arc<Mutex<Option<Registry>>>,
}

impl Office {
    /// The packages of all parts.
    pub fn packages() -> impl Iterator<Item = &'static str> {
        PARTS.iter().map(|(_, package)| *package)
    }

    /// Looks for it in its folder; `state` is where we may keep what we know of it.
    pub fn find(folder: &Path, state: Option<&Path>) -> Option<Self> {
        let program = folder.join("program/soffice.bin");
        let version = version(&fs::read_to_string(folder.join("program/bootstraprc")).ok()?)?;
        let versions = fs::read_to_string(folder.join("program/versionrc")).unwrap_or_default();
        let build =
            versions.lines().find_map(|line| line.strip_prefix("buildid=")).unwrap_or_default().trim().to_owned();
        let missing = PARTS.iter().filter(|(part, _)| !folder.join("program").join(part).exists());
        let missing = missing.map(|(_, package)| *package).collect();
        let input_bar = folder.join(INPUT_BAR).exists();
        let (folder, state) = (folder.to_owned(), state.map(Path::to_owned));
        let registry = Arc::default();
        program.exists().then_some(Self { program, version, build, missing, input_bar, folder, state, registry })
    }

    /// Its settings without those of windows, where they can be had. Blocking.
    fn registry(&self) -> Option<Registry> {
        let state = self.state.as_ref()?;
        let mut known = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        // Another process of ours may have found another LibreOffice.
        if known.as_ref().is_none_or(|known| !known.folder.exists()) {
            let laid = Registry::lay(&self.folder, state);
            let laid = laid.inspect_err(|error| tracing::warn!(%error, "LibreOffice reads all of its settings"));
            *known = laid.ok().flatten();
        }
        known.clone()
    }

    /// Whether the part that opens `kind` is here.
    pub(super) fn opens(&self, kind: Kind) -> bool {
        !self.missing.iter().any(|package| package.contains(part(kind)))
    }
}

/// The part that opens `kind`, as packages and filters call it.
fn part(kind: Kind) -> &'static str {
    match kind {
        Kind::Xls | Kind::Xlsx | Kind::Xlsb | Kind::Xlsm | Kind::Ods => "calc",
        Kind::Ppt | Kind::Pptx | Kind::Odp => "impress",
        _ => "writer",
    }
}

/// `7.4` out of `ProductKey=LibreOffice 7.4`.
fn version(bootstraprc: &str) -> Option<String> {
    let key = bootstraprc.lines().find_map(|line| line.trim().strip_prefix("ProductKey="))?;
    let version = key.rsplit(' ').next()?;
    version.split('.').all(|number| number.parse::<u32>().is_ok()).then(|| version.to_owned())
}

/// Makes `folder`'s print form of `document`.
pub(super) async fn print(
    workers: &Workers,
    office: &Office,
    document: &Path,
    kind: Kind,
    folder: &Path,
) -> Result<(), ConvertError> {
    if !office.opens(kind) {
        return Err(Refusal::NoEngine.into());
    }
    let limits = &workers.converter.limits;
    let _slot = workers.converter.offices.acquire_arc().await;
    if workers.converter.offices.try_acquire().is_none() {
        workers.converter.shows.give_way().await;
    }
    let scratch = Scratch::lay(folder, document, kind, office).await?;
    let task = Task::Convert(arguments(&scratch, kind));
    let job = Job::new(office, &scratch, limits, task);
    let (out, name) = (scratch.path().join("out"), "in.pdf");
    let made = out.join(name);
    // What is there LibreOffice replaces by a rename; else it would write it piece by piece.
    fs::write(&made, "")?;
    // A link would lead out of its folder.
    let is_made = || made.symlink_metadata().is_ok_and(|data| data.is_file() && data.len() > 0);
    let running = async {
        let ended = run(workers, &job, Arrival::watch(&out, name).ok()).await?;
        // A profile that it does not know as its own it first furnishes, and wants to be started again.
        match ended.status.code() == Some(START_AGAIN) && !is_made() {
            true => run(workers, &job, Arrival::watch(&out, name).ok()).await,
            false => Ok(ended),
        }
    };
    let too_slow = async {
        Timer::after(Duration::from_secs(limits.office_timeout_s)).await;
        Err(ConvertError::Refused(Refusal::TimedOut))
    };
    let Ended { status, said, arrived } = running.or(too_slow).await?;
    let killed = !arrived && matches!(status.signal(), Some(libc::SIGKILL | libc::SIGXCPU));
    if !killed && is_made() {
        return Ok(fs::rename(&made, folder.join(PRINT_FILE))?);
    }
    match status.signal() {
        // Our own child, before it became LibreOffice.
        _ if status.code() == Some(i32::from(EXIT_FAILED)) && said.contains(OWN_FAULT) => {
            Err(ConvertError::Failed(said))
        }
        _ if killed => Err(Refusal::TimedOut.into()),
        Some(libc::SIGXFSZ) => Err(Refusal::TooLarge.into()),
        _ => Err(Refusal::Corrupted.into()),
    }
}

/// How a process ended.
struct Ended {
    status: ExitStatus,
    /// By our own child before it became LibreOffice.
    said: String,
    /// What it makes was whole, and nothing else was wanted of it.
    arrived: bool,
}

/// One process, until it ends or its output has arrived.
async fn run(workers: &Workers, job: &Job, arrival: Option<Arrival>) -> Result<Ended, ConvertError> {
    let mut tree = Tree::start(workers, job, [Stdio::null(), Stdio::null(), Stdio::piped()])?;
    let mut text = String::new();
    if let Some(said) = tree.child.stderr.take() {
        let _ = said.take(SAID_BYTES).read_to_string(&mut text).await;
    }
    let by_itself = async {
        let _ = tree.child.status().await;
        false
    };
    let arrives = async {
        match &arrival {
            Some(arrival) => arrival.wait().await,
            None => std::future::pending().await,
        }
    };
    let arrived = by_itself.or(arrives).await;
    if arrived {
        tree.kill();
    }
    Ok(Ended { status: tree.end().await?, said: text, arrived })
}

fn arguments(scratch: &Scratch, kind: Kind) -> Vec<String> {
    let mut arguments = vec![format!("-env:UserInstallation={}", scratch.profile_url())];
    arguments.extend(["--headless", "--norestore", "--nologo", "--nolockcheck"].map(Into::into));
    arguments.extend(["--convert-to".into(), format!("pdf:{}_pdf_Export", part(kind)), "--outdir".into()]);
    arguments.push(scratch.path().join("out").display().to_string());
    arguments.push(scratch.input().display().to_string());
    arguments
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_version_is_read_from_the_product_key() {
        assert_eq!(version("[Bootstrap]\nProductKey=LibreOffice 7.4\n"), Some("7.4".into()));
        assert_eq!(version("ProductKey=LibreOffice"), None);
    }
}
