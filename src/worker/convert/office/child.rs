//! `ottisk worker office …`: builds the jail and becomes LibreOffice, or loads it.

use std::{
    ffi::OsString,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{self, Stdio},
};

use serde::{Deserialize, Serialize};

use super::{Office, jail, kit, registry::Registry, tree::Scratch};
use crate::{
    settings::convert::Convert,
    worker::{EXIT_FAILED, child::Failure},
};

/// How our own last words begin.
pub(super) const OWN_FAULT: &str = "worker office";

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// The only folder it may write to.
    pub(super) folder: PathBuf,
    /// What it reads instead of its own settings.
    pub(super) registry: Option<Registry>,
    /// `soffice.bin`.
    pub(super) program: PathBuf,
    pub(super) address_space_bytes: u64,
    pub(super) cpu_s: u64,
    pub(super) file_bytes: u64,
    pub(super) task: Task,
}

/// What it does.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Task {
    /// Becomes the program, with these arguments.
    Convert(Vec<String>),
    /// Loads the library and keeps a presentation open.
    Show {
        /// The profile's URL.
        profile: String,
        /// The document's URL.
        document: String,
        /// The URL under which asked slides are saved.
        out: String,
    },
}

impl Job {
    pub(super) fn new(office: &Office, scratch: &Scratch, limits: &Convert, task: Task) -> Self {
        Self {
            folder: scratch.path().to_owned(),
            registry: scratch.registry().cloned(),
            program: office.program.clone(),
            address_space_bytes: limits.office_address_space_bytes,
            cpu_s: limits.office_cpu_s,
            file_bytes: limits.made_bytes,
            task,
        }
    }
}

/// The child's life. Comes back only when it cannot become LibreOffice.
pub fn live(mut arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let own = |why: String| Failure::Own(format!("{OWN_FAULT}: {why}"));
    let json = arguments.next().and_then(|text| text.into_string().ok()).unwrap_or_default();
    let job: Job = serde_json::from_str(&json).map_err(|error| own(error.to_string()))?;
    let _ = rustix::thread::set_name(c"ottisk-office");
    jail::enter(&job).map_err(|error| own(error.to_string()))?;
    match job.task {
        Task::Convert(arguments) => {
            let mut command = process::Command::new(&job.program);
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
            // What it says is nobody's: only our own last words go to the parent.
            Err(own(command.stderr(Stdio::null()).exec().to_string()))
        }
        Task::Show { profile, document, out } => {
            // Nobody hears why not: whoever asked has other ways to the slides.
            let shown = kit::show(&job.program, &profile, &document, &out);
            let code = if shown.is_ok() { 0 } else { i32::from(EXIT_FAILED) };
            // SAFETY: nothing of ours needs an end, and the library's own is known to crash or hang.
            unsafe { libc::_exit(code) }
        }
    }
}
