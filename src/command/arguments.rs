//! Reading arguments: every error becomes one line and exit code 2.

use std::{ffi::OsString, path::PathBuf, str::FromStr};

use lexopt::{Arg, Parser, ValueExt as _};

use super::Failure;
use crate::settings::Settings;

/// What follows the command's name.
pub(super) struct Arguments(Parser);

/// `--config` and `--data`, which every command that touches the store takes, and what `serve` and `demo` take besides.
#[derive(Default)]
pub(super) struct Common {
    /// `--config FILE`
    pub config: Option<PathBuf>,
    /// `--data DIR`
    pub data: Option<PathBuf>,
    /// `--listen ADDR:PORT`
    pub listen: Option<String>,
    /// `--printer URI`
    pub printer: Option<String>,
}

impl Arguments {
    pub(super) fn new(arguments: Vec<OsString>) -> Self {
        Self(Parser::from_args(arguments))
    }

    pub(super) fn next(&mut self) -> Result<Option<Arg<'_>>, Failure> {
        self.0.next().map_err(usage)
    }

    pub(super) fn text(&mut self) -> Result<String, Failure> {
        self.0.value().and_then(|value| value.string()).map_err(usage)
    }

    pub(super) fn path(&mut self) -> Result<PathBuf, Failure> {
        self.0.value().map(PathBuf::from).map_err(usage)
    }

    /// A value that `read` understands; otherwise the words it does understand are told.
    pub(super) fn one_of<T>(&mut self, read: impl Fn(&str) -> Option<T>, words: &str) -> Result<T, Failure> {
        let text = self.text()?;
        read(&text).ok_or_else(|| Failure::Usage(format!("`{text}` is not one of {words}")))
    }

    pub(super) fn number<T: FromStr>(&mut self) -> Result<T, Failure> {
        let text = self.text()?;
        text.parse().map_err(|_| Failure::Usage(format!("`{text}` is not a whole number")))
    }
}

/// The refusal of an argument nobody knows.
pub(super) fn unexpected(argument: Arg<'_>) -> Failure {
    usage(argument.unexpected())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn usage(error: lexopt::Error) -> Failure {
    Failure::Usage(error.to_string())
}

impl Common {
    /// Takes a long option that `command` has not taken itself; what is none of these is refused.
    pub(super) fn take(&mut self, name: &str, arguments: &mut Arguments, command: &str) -> Result<(), Failure> {
        match name {
            "config" => self.config = Some(arguments.path()?),
            "data" => self.data = Some(arguments.path()?),
            "listen" => self.listen = Some(arguments.text()?),
            "printer" => self.printer = Some(arguments.text()?),
            _ => return Err(Failure::Usage(format!("no option --{name}; see `ottisk {command} --help`"))),
        }
        Ok(())
    }

    /// The arguments of a command that has no others.
    pub(super) fn read(mut arguments: Arguments, command: &str) -> Result<Self, Failure> {
        let mut common = Self::default();
        while let Some(argument) = arguments.next()? {
            let Arg::Long(name) = argument else { return Err(unexpected(argument)) };
            let name = name.to_owned();
            common.take(&name, &mut arguments, command)?;
        }
        Ok(common)
    }

    /// Settings from the file, the environment and these flags, in that order.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let environment = |name: &str| std::env::var(name).ok();
        let settings = Settings::load(self.config.as_deref(), environment)?;
        self.over(settings)
    }

    /// `settings` with the flags over them.
    pub(super) fn over(&self, mut settings: Settings) -> Result<Settings, Failure> {
        if let Some(listen) = &self.listen {
            let address = listen.parse();
            settings.http.listen =
                address.map_err(|_| Failure::Usage(format!("--listen: `{listen}` is not ADDR:PORT")))?;
        }
        if let Some(data) = &self.data {
            settings.store.folder.clone_from(data);
        }
        if let Some(printer) = &self.printer {
            settings.printer.uri.clone_from(printer);
        }
        Ok(settings)
    }
}
