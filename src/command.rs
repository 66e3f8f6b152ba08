//! The command line: one file a command, exit codes, help.
//!
//! 0 done, 1 the thing asked for failed, 2 usage, 65 the document is bad, 69 the printer or a peer is unavailable.

mod arguments;
mod check;
mod demo;
mod document;
mod drill;
mod members;
mod panel;
mod preview;
mod preview_node;
mod print;
mod printers;
mod raster;
mod record;
mod serve;
mod token;

use std::{ffi::OsString, io::Write as _, process::ExitCode};

use self::arguments::Arguments;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The arguments make no sense.
    Usage(String),
    /// The thing asked for failed.
    Failed(anyhow::Error),
    /// The document cannot be opened or drawn.
    BadDocument(String),
    /// The printer or another peer does not answer.
    Unavailable(String),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

type Command = fn(Arguments) -> Result<(), Failure>;

/// Name, what runs, help.
const COMMANDS: [(&str, Command, &str); 13] = [
    ("demo", demo::run, demo::HELP),
    ("serve", serve::run, serve::HELP),
    ("check", check::run, check::HELP),
    ("raster", raster::run, raster::HELP),
    ("print", print::run, print::HELP),
    ("preview", preview::run, preview::HELP),
    ("printers", printers::run, printers::HELP),
    ("members", members::run, members::HELP),
    ("token", token::run, token::HELP),
    ("panel", panel::run, panel::HELP),
    ("record", record::run, record::HELP),
    ("preview-node", preview_node::run, preview_node::HELP),
    ("drill", drill::run, drill::HELP),
];

/// Runs the command of this name.
pub fn run(name: Option<&str>, rest: impl Iterator<Item = OsString>) -> ExitCode {
    let rest: Vec<OsString> = rest.collect();
    let asked_help = rest.iter().any(|argument| argument == "--help" || argument == "-h");
    let result = match (name, COMMANDS.iter().find(|(known, ..)| Some(*known) == name)) {
        (Some("--version" | "-V"), _) => tell(&format!("ottisk {}\n", env!("CARGO_PKG_VERSION"))),
        (Some("--help" | "-h" | "help"), _) => tell(&overview()),
        (_, Some((_, _, help))) if asked_help => tell(help),
        (_, Some((_, command, _))) => command(Arguments::new(rest)),
        (None, None) => Err(Failure::Usage("no command; see `ottisk --help`".into())),
        (Some(name), None) => Err(Failure::Usage(format!("no command `{name}`; see `ottisk --help`"))),
    };
    let (code, line) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Failed(error)) => (1, format!("{error:#}")),
        Err(Failure::Usage(why)) => (2, why),
        Err(Failure::BadDocument(why)) => (65, format!("the document cannot be used: {why}")),
        Err(Failure::Unavailable(why)) => (69, why),
    };
    let _ = writeln!(std::io::stderr(), "ottisk: {}", line.replace('\n', " "));
    ExitCode::from(code)
}

fn tell(text: &str) -> Result<(), Failure> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

fn overview() -> String {
    let mut text = "ottisk: a self-service print terminal in one binary\n\n".to_owned();
    for (_, _, help) in COMMANDS {
        text.push_str(help.lines().next().unwrap_or_default());
        text.push('\n');
    }
    text.push_str("\nEach command has --help.\n");
    text
}

/// Logs to stderr, one line an event, the last of them kept in memory; `OTTISK_LOG` chooses, in the form of tracing's filter.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("OTTISK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    let _ = log.with_writer(|| crate::logbook::Copied).try_init();
}
