//! LibreOffice, the second tier: a fresh process for each document, in a jail of its own, with a profile of one file that is
//! seeded here and thrown away afterwards.
//!
//! Its exit code says nothing: success is that the output is there. It starts four times as fast when the profile names the
//! installed version, for else it draws a hundred test pictures first. Two processes on one profile would shut each other
//! out, and a killed launcher script would leave its child behind: so the program itself is started, in a group of its own.

mod jail;

use std::{
    ffi::OsString,
    fs, io,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{self, ExitStatus, Stdio},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use smol::{Timer, future::FutureExt as _, io::AsyncReadExt as _, process::Command};

use super::ConvertError;
use crate::{
    document::{kind::Kind, made::PRINT_FILE, refusal::Refusal},
    job::pages::PageRange,
    worker::{EXIT_FAILED, Workers, child::Failure},
};

/// The profile; `{version}` is the installed one.
const PROFILE: &str = include_str!("office/registrymodifications.xcu");

/// Bytes of what the child says that are read.
const SAID_BYTES: u64 = 16 << 10;

/// Its exit code when it wants to be started again (`EXITHELPER_NORMAL_RESTART`).
const START_AGAIN: i32 = 81;

/// How our own last words begin.
const OWN_FAULT: &str = "worker office";

/// What stands as itself in a path of a URL (RFC 3986 §3.3).
const PATH: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is missing beside `calc-nogui` in Debian; LibreOfficeKit needs it for sheets, converting does not.
const INPUT_BAR: &str = "share/config/soffice.cfg/modules/scalc/ui/inputbar.ui";

/// The parts that open texts, sheets and slides, and the Debian packages that bring them.
const PARTS: [(&str, &str); 3] = [
    ("libswlo.so", "libreoffice-writer-nogui"),
    ("libsclo.so", "libreoffice-calc-nogui"),
    ("libsdlo.so", "libreoffice-impress-nogui"),
];

/// An installed LibreOffice.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

impl Office {
    /// The packages of all parts.
    pub fn packages() -> impl Iterator<Item = &'static str> {
        PARTS.iter().map(|(_, package)| *package)
    }

    /// Looks for it in its folder.
    pub fn find(folder: &Path) -> Option<Self> {
        let program = folder.join("program/soffice.bin");
        let version = version(&fs::read_to_string(folder.join("program/bootstraprc")).ok()?)?;
        let versions = fs::read_to_string(folder.join("program/versionrc")).unwrap_or_default();
        let build =
            versions.lines().find_map(|line| line.strip_prefix("buildid=")).unwrap_or_default().trim().to_owned();
        let missing = PARTS.iter().filter(|(part, _)| !folder.join("program").join(part).exists());
        let missing = missing.map(|(_, package)| *package).collect();
        let input_bar = folder.join(INPUT_BAR).exists();
        program.exists().then_some(Self { program, version, build, missing, input_bar })
    }

    /// Whether the part that opens `kind` is here.
    fn opens(&self, kind: Kind) -> bool {
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

/// What the child is told before it becomes LibreOffice.
#[derive(Debug, Serialize, Deserialize)]
struct Job {
    program: PathBuf,
    /// The only folder it may write to.
    folder: PathBuf,
    arguments: Vec<String>,
    address_space_bytes: u64,
    cpu_s: u64,
    file_bytes: u64,
}

/// A folder that goes with its owner.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a folder of LibreOffice's stays");
        }
    }
}

/// A process and all that it started.
struct Tree {
    child: smol::process::Child,
    ended: bool,
}

impl Drop for Tree {
    fn drop(&mut self) {
        if let (false, Ok(group)) = (self.ended, libc::pid_t::try_from(self.child.id())) {
            // SAFETY: plain integers; the group is the child's own, and nobody has waited for the child yet.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
    }
}

/// Makes `folder`'s print form of `document`, or of some of its pages.
pub(super) async fn print(
    workers: &Workers,
    office: &Office,
    document: &Path,
    kind: Kind,
    pages: Option<PageRange>,
    folder: &Path,
) -> Result<(), ConvertError> {
    if !office.opens(kind) {
        return Err(Refusal::NoEngine.into());
    }
    let limits = &workers.converter.limits;
    let _slot = workers.converter.offices.acquire_arc().await;
    // In the data folder and not in /tmp, which may be memory; it must be an absolute path for the profile's URL.
    let scratch = Scratch(fs::canonicalize(folder)?.join(format!(".office-{}", kind.extension())));
    let (to, from, laid) = (scratch.0.clone(), document.to_owned(), office.clone());
    let input = smol::unblock(move || {
        let _ = fs::remove_dir_all(&to);
        lay(&to, &from, kind, &laid)
    });
    let input = input.await?;
    let job = Job {
        program: office.program.clone(),
        arguments: arguments(&scratch.0, &input, kind, pages),
        folder: scratch.0.clone(),
        address_space_bytes: limits.office_address_space_bytes,
        cpu_s: limits.office_cpu_s,
        file_bytes: limits.made_bytes,
    };
    let made = scratch.0.join("out/in.pdf");
    let running = async {
        let ended = run(workers, &job).await?;
        // A profile that it does not know as its own it first furnishes, and wants to be started again.
        match ended.0.code() == Some(START_AGAIN) && !made.exists() {
            true => run(workers, &job).await,
            false => Ok(ended),
        }
    };
    let too_slow = async {
        Timer::after(Duration::from_secs(limits.office_timeout_s)).await;
        Err(ConvertError::Refused(Refusal::TimedOut))
    };
    let (status, said) = running.or(too_slow).await?;
    let killed = matches!(status.signal(), Some(libc::SIGKILL | libc::SIGXCPU));
    match made.metadata() {
        Ok(data) if data.len() > 0 && !killed => Ok(fs::rename(made, folder.join(PRINT_FILE))?),
        // Our own child, before it became LibreOffice.
        _ if status.code() == Some(i32::from(EXIT_FAILED)) && said.contains(OWN_FAULT) => {
            Err(ConvertError::Failed(said))
        }
        _ if killed => Err(Refusal::TimedOut.into()),
        _ if matches!(status.signal(), Some(libc::SIGXFSZ)) => Err(Refusal::TooLarge.into()),
        _ => Err(Refusal::Corrupted.into()),
    }
}

/// One process, and what our own child said before it became LibreOffice.
async fn run(workers: &Workers, job: &Job) -> Result<(ExitStatus, String), ConvertError> {
    let json = serde_json::to_string(job).map_err(|error| ConvertError::Failed(error.to_string()))?;
    let mut command = process::Command::new(&workers.program);
    command.args(["worker", "office"]).arg(json).env_clear().process_group(0);
    let mut command = Command::from(command);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut tree = Tree { child: command.spawn()?, ended: false };
    drop(command);
    let mut text = String::new();
    if let Some(said) = tree.child.stderr.take() {
        let _ = said.take(SAID_BYTES).read_to_string(&mut text).await;
    }
    let status = tree.child.status().await?;
    tree.ended = true;
    Ok((status, text))
}

/// The profile, the document under a name that tells nothing, and where the PDF shall be.
fn lay(folder: &Path, document: &Path, kind: Kind, office: &Office) -> io::Result<PathBuf> {
    fs::create_dir_all(folder.join("profile/user/extensions"))?;
    fs::create_dir(folder.join("out"))?;
    fs::write(folder.join("profile/user/registrymodifications.xcu"), PROFILE.replace("{version}", &office.version))?;
    fs::write(folder.join("profile/user/extensions/buildid"), &office.build)?;
    let input = folder.join("in").with_extension(kind.extension());
    fs::copy(document, &input)?;
    Ok(input)
}

fn arguments(folder: &Path, input: &Path, kind: Kind, pages: Option<PageRange>) -> Vec<String> {
    let url = percent_encoding::percent_encode(folder.as_os_str().as_encoded_bytes(), PATH);
    let mut arguments = vec![format!("-env:UserInstallation=file://{url}/profile")];
    arguments.extend(["--headless", "--norestore", "--nologo", "--nolockcheck"].map(Into::into));
    let range = pages.map(|PageRange { first, last }| {
        format!(":{}", serde_json::json!({ "PageRange": { "type": "string", "value": format!("{first}-{last}") } }))
    });
    let filter = format!("pdf:{}_pdf_Export{}", part(kind), range.unwrap_or_default());
    arguments.extend(["--convert-to".into(), filter, "--outdir".into()]);
    arguments.push(folder.join("out").display().to_string());
    arguments.push(input.display().to_string());
    arguments
}

/// In the child: builds the jail and becomes LibreOffice. Comes back only when that cannot be.
pub fn live(mut arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let own = |why: String| Failure::Own(format!("{OWN_FAULT}: {why}"));
    let json = arguments.next().and_then(|text| text.into_string().ok()).unwrap_or_default();
    let job: Job = serde_json::from_str(&json).map_err(|error| own(error.to_string()))?;
    let mut command = process::Command::new(&job.program);
    command.args(&job.arguments).current_dir(&job.folder).env_clear();
    command
        .env("HOME", &job.folder)
        .env("TMPDIR", &job.folder)
        .env("LC_ALL", "C.UTF-8")
        .env("SAL_USE_VCLPLUGIN", "svp");
    jail::enter(&job).map_err(|error| own(error.to_string()))?;
    // What it says is nobody's: only our own last words go to the parent.
    Err(own(command.stdin(Stdio::null()).stdout(Stdio::null()).exec().to_string()))
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
