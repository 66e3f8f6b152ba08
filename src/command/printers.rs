//! `ottisk printers`: the printers found by DNS-SD and at ipp-usb's ports, with what they can do; and forgetting.

use std::io::Write as _;

use lexopt::Arg;
use serde::Serialize;

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
};
use crate::{
    kiosk::{finding, printer_limits},
    printer::{
        PrinterState,
        find::survey::{Surveyed, survey},
    },
    settings::Settings,
};

pub(super) const HELP: &str = "\
ottisk printers [--json]              printers found by DNS-SD and at ipp-usb's ports, with what they can do

  --json                    a list; [] when none is found, which is exit code 69 either way
  --forget auto             forget which printer `auto` has chosen; it chooses anew
  --forget URI|UUID         forget that printer's key; the one it shows next is kept
  --config FILE, --data DIR
";

/// One printer. Fields stay; new ones may come.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    /// What to give as `[printer] uri`; its address may change, `auto` follows it.
    uri: String,
    uris: Vec<String>,
    uuid: Option<String>,
    model: String,
    location: String,
    /// `usb` or `network`.
    via: &'static str,
    /// Whether `auto` has chosen it.
    bound: bool,
    /// The SHA-256 of its key that is kept.
    key_sha256: Option<String>,
    /// `idle`, `processing`, `stopped`; `null` when it does not say.
    state: Option<&'static str>,
    state_reasons: Vec<String>,
    formats: Vec<String>,
    color: Option<bool>,
    two_sided: Option<bool>,
    /// In dpi.
    resolutions: Vec<u32>,
    /// Why it did not answer.
    error: Option<String>,
}

pub(super) fn run(mut arguments: Arguments) -> Result<(), Failure> {
    let (mut json, mut forget, mut common) = (false, None, Common::default());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("json") => json = true,
            Arg::Long("forget") => forget = Some(arguments.text()?),
            Arg::Long(option) => {
                let option = option.to_owned();
                common.take(&option, &mut arguments, "printers")?;
            }
            other => return Err(unexpected(other)),
        }
    }
    super::start_log();
    let settings = common.settings()?;
    match forget {
        Some(what) => forgotten(&settings, &what),
        None => look(&settings, json),
    }
}

fn forgotten(settings: &Settings, what: &str) -> Result<(), Failure> {
    let folder = settings.store.folder.display();
    match finding(settings).known.forget(what) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Failed(anyhow::anyhow!("nothing is kept of {what} in {folder}"))),
        Err(error) => Err(Failure::Failed(anyhow::anyhow!("{folder}: printers.json: {error}"))),
    }
}

fn look(settings: &Settings, json: bool) -> Result<(), Failure> {
    let found = smol::block_on(survey(&finding(settings), &printer_limits(settings)));
    let found: Vec<Line> = found?.into_iter().map(Line::from).collect();
    let text = match json {
        true => serde_json::to_string_pretty(&found)? + "\n",
        false => found.iter().map(Line::line).collect(),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    match found.is_empty() {
        false => Ok(()),
        true => Err(Failure::Unavailable(format!(
            "no printer was found in {} ms: neither _ipp._tcp nor _ipps._tcp on the network, nor ipp-usb from port {} on",
            settings.finding.timeout_ms, settings.finding.usb_first_port
        ))),
    }
}

impl From<Surveyed> for Line {
    fn from(found: Surveyed) -> Self {
        let (told, error) = match found.told {
            Ok(told) => (Some(told), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let printer = found.printer;
        let either = |ours: &dyn Fn(&crate::printer::find::survey::Description) -> String, announced: &String| {
            told.as_ref().map(ours).filter(|text| !text.is_empty()).unwrap_or_else(|| announced.clone())
        };
        Self {
            model: either(&|told| told.model.clone(), &printer.model),
            location: either(&|told| told.location.clone(), &printer.location),
            name: printer.name,
            uri: found.way.address.uri,
            uris: printer.ways.into_iter().map(|way| way.address.uri).collect(),
            uuid: printer.uuid,
            via: if found.way.usb { "usb" } else { "network" },
            bound: found.bound,
            key_sha256: found.pin.map(|pin| pin.to_string()),
            state: told.as_ref().map(|told| match told.status.state {
                PrinterState::Idle => "idle",
                PrinterState::Processing => "processing",
                PrinterState::Stopped => "stopped",
            }),
            state_reasons: told.as_ref().map_or_else(Vec::new, |told| {
                told.status.reasons.iter().filter(|reason| *reason != "none").cloned().collect()
            }),
            color: told.as_ref().map(|told| told.color),
            two_sided: told.as_ref().map(|told| told.two_sided),
            resolutions: told.as_ref().map_or_else(Vec::new, |told| told.resolutions.clone()),
            formats: told.map(|told| told.formats).filter(|told| !told.is_empty()).unwrap_or(printer.formats),
            error,
        }
    }
}

impl Line {
    /// Name, address, what it can do.
    fn line(&self) -> String {
        let mut words = vec![self.via.to_owned()];
        words.extend(self.state.map(str::to_owned));
        words.extend(self.state_reasons.iter().cloned());
        words.extend(self.color.map(|color| if color { "colour" } else { "gray" }.to_owned()));
        words.extend(self.two_sided.map(|both| if both { "two-sided" } else { "one-sided only" }.to_owned()));
        if !self.resolutions.is_empty() {
            let dpi: Vec<_> = self.resolutions.iter().map(ToString::to_string).collect();
            words.push(format!("{} dpi", dpi.join(" ")));
        }
        let short = |format: &String| format.split_once('/').map_or(format.as_str(), |(_, short)| short).to_owned();
        let formats = self.formats.iter().filter(|format| *format != "application/octet-stream");
        words.extend([formats.map(short).collect::<Vec<_>>().join(" ")].into_iter().filter(|all| !all.is_empty()));
        words.extend(self.uuid.clone());
        words.extend(self.bound.then(|| "chosen by auto".to_owned()));
        words.extend(self.key_sha256.as_ref().map(|key| format!("key sha256:{key}")));
        words.extend(self.error.clone());
        format!("{}\t{}\t{}\n", self.name, self.uri, words.join(", "))
    }
}
