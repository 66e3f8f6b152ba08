//! `ottisk check`: a doctor. One line a thing, with what to do about it; works beside a running kiosk and changes nothing of
//! it (the file printer makes its folder when it is asked, as ever).

mod converters;
mod device;
mod nodes;
mod panel;
mod peers;
mod renderer;

use std::io::Write as _;

use lexopt::Arg;
use serde::Serialize;

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
};
use crate::settings::{
    Settings,
    guessing::{WEAK, guess_probability},
};

pub(super) const HELP: &str = "\
ottisk check                          a doctor: what works, what does not, and what to do

  --json                    a list of {name, state, message, advice}
  --config FILE, --data DIR, --listen ADDR:PORT, --printer URI
";

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warn,
    Fail,
}

/// One line.
#[derive(Debug, Serialize)]
struct Finding {
    name: &'static str,
    state: State,
    message: String,
    /// What to do; empty when there is nothing to do.
    advice: String,
}

impl Finding {
    fn new(name: &'static str, state: State, message: impl Into<String>, advice: impl Into<String>) -> Self {
        // One line each, whatever a system or a printer says.
        let line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { name, state, message: line(message.into()), advice: line(advice.into()) }
    }

    fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(name, State::Ok, message, "")
    }

    fn warn(name: &'static str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(name, State::Warn, message, advice)
    }

    fn fail(name: &'static str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(name, State::Fail, message, advice)
    }

    fn line(&self) -> String {
        let state = match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail => "fail",
        };
        let advice = if self.advice.is_empty() { String::new() } else { format!(" -> {}", self.advice) };
        format!("{state:<5}{:<11}{}{advice}\n", self.name, self.message)
    }
}

pub(super) fn run(mut arguments: Arguments) -> Result<(), Failure> {
    let (mut json, mut common) = (false, Common::default());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("json") => json = true,
            Arg::Long(option) => {
                let option = option.to_owned();
                common.take(&option, &mut arguments, "check")?;
            }
            other => return Err(unexpected(other)),
        }
    }
    super::start_log();
    let findings = examine(&common)?;
    let text = match json {
        true => serde_json::to_string_pretty(&findings)? + "\n",
        false => findings.iter().map(Finding::line).collect(),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    match findings.iter().filter(|finding| finding.state == State::Fail).count() {
        0 => Ok(()),
        failed => Err(Failure::Failed(anyhow::anyhow!("{failed} of {} checks failed", findings.len()))),
    }
}

fn examine(common: &Common) -> Result<Vec<Finding>, Failure> {
    let settings = match common.settings().and_then(|settings| {
        settings.check()?;
        Ok(settings)
    }) {
        Ok(settings) => settings,
        Err(Failure::Usage(why)) => return Err(Failure::Usage(why)),
        Err(Failure::Failed(error)) => {
            let advice = "mend this setting; nothing else can be checked before";
            return Ok(vec![Finding::fail("settings", format!("{error:#}"), advice)]);
        }
        Err(other) => return Err(other),
    };
    let mut findings = vec![read(common, &settings), codes(&settings)];
    findings.push(device::storage(&settings));
    let (database, health) = device::database(&settings);
    findings.push(database);
    findings.push(smol::block_on(peers::printer(&settings)));
    findings.push(device::paper(&settings, health.as_ref()));
    findings.extend([panel::display(&settings), panel::touch(&settings), device::scanner(&settings)]);
    findings.push(smol::block_on(renderer::renderer(&settings)));
    findings.push(converters::converters(&settings));
    findings.push(device::clock());
    findings.push(peers::network(&settings));
    findings.extend(smol::block_on(nodes::nodes(&settings)));
    findings.push(device::members(health.as_ref()));
    Ok(findings)
}

fn read(common: &Common, settings: &Settings) -> Finding {
    let from = common.config.as_ref().map_or_else(|| "defaults".into(), |path| path.display().to_string());
    match settings.without_effect().as_slice() {
        [] => Finding::ok("settings", format!("read from {from}")),
        idle => Finding::warn(
            "settings",
            format!("read from {from}; without effect in this version: {}", idle.join(", ")),
            "take them out, or wait for the version that knows them",
        ),
    }
}

fn codes(settings: &Settings) -> Finding {
    let (probability, api) = (guess_probability(settings), &settings.print_api);
    let symbols = api.pin_symbols.chars().count();
    let message = format!(
        "codes of {} out of {symbols} symbols: a bot that guesses for a day among 500 jobs hits {}",
        api.pin_length,
        match probability {
            1.0.. => format!("{probability:.1} of them"),
            _ => format!("one with a probability of {probability:.2e}"),
        }
    );
    match probability < WEAK {
        true => Finding::ok("codes", message),
        false => Finding::warn(
            "codes",
            message,
            "give more PIN_SYMBOLS or a larger PIN_LENGTH (36 symbols and 6 of them are enough), or lower [guessing] rates",
        ),
    }
}
