//! Every setting and every limit, with its unit in its name, its default and one line why.
//!
//! Read from TOML, then from the environment (the names print-api uses), then from the command line.
//! Nothing here does anything but hold and check values.

pub mod convert;
mod environment;
mod file;
pub mod finding;
pub mod guessing;
pub mod hardware;
pub mod look;
pub mod panel;
pub mod paper;
pub mod phone;
pub mod portal;
pub mod preflight;
pub mod preview;
pub mod print_api;
pub mod scanner;
pub mod service;
pub mod terminals;
pub mod upload;
pub mod worker;

use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;

pub use self::{
    panel::{Panel, Screen},
    print_api::PrintApi,
};

/// All settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The server.
    pub http: Http,
    /// The data folder.
    pub store: Store,
    /// The printer.
    pub printer: Printer,
    /// Printers that are found.
    pub finding: finding::Finding,
    /// How its paper is counted.
    pub paper: paper::Paper,
    /// What phones may ask.
    pub phone: phone::Phone,
    /// What is looked at before anybody prints.
    pub preflight: preflight::Preflight,
    /// The touch screen.
    pub panel: Panel,
    /// Its devices.
    pub hardware: hardware::Hardware,
    /// A serial scanner.
    pub scanner: scanner::Scanner,
    /// The technician's side of the panel.
    pub service: service::Service,
    /// What print-api calls its settings.
    pub print_api: PrintApi,
    /// Remote terminals, and phones that scan a code.
    pub terminals: terminals::Terminals,
    /// Wrong codes.
    pub guessing: guessing::Guessing,
    /// Jailed children.
    pub worker: worker::Worker,
    /// What phones send.
    pub upload: upload::Upload,
    /// The kiosk's own Wi-Fi.
    pub portal: portal::Portal,
    /// Conversions of documents.
    pub convert: convert::Convert,
    /// The member list's central source.
    pub members: Members,
    /// The preview service.
    pub preview: preview::Preview,
    /// The server above.
    pub upstream: Upstream,
}

/// `[http]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port.
    pub listen: SocketAddr,
    /// What phones are told to open, `http://print.local`; made from `listen` when empty.
    pub public_url: String,
    /// Names of clients' actions that are counted one by one; print-api's terminal has 22.
    pub action_names: usize,
    /// Seconds a client may take to send the head of a request, and a kept connection may idle.
    pub head_timeout_s: u64,
    /// Seconds without a byte after which a sender of a body, or a reader of an answer, is cut off.
    pub body_stall_timeout_s: u64,
    /// Bytes of a list of members: the largest anyone sends is far below.
    pub json_bytes: usize,
    /// Seconds a body may take before its speed is looked at: a phone on a bad network stumbles at first.
    pub body_grace_s: u64,
    /// Bytes a second that a body must bring on the average after that: a modem of 1995 brings 3,000.
    pub body_least_bytes_per_s: u64,
    /// Connections at one time; more wait in the kernel's queue.
    pub connections: usize,
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed; nobody's by default.
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8080)),
            public_url: String::new(),
            action_names: 64,
            head_timeout_s: 30,
            body_stall_timeout_s: 30,
            json_bytes: 16 << 20,
            body_grace_s: 30,
            body_least_bytes_per_s: 1_000,
            connections: 1_000,
            trusted_proxies: Vec::new(),
        }
    }
}

/// `[store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// Where everything that must survive lies.
    pub folder: PathBuf,
    /// The database; `ottisk.db` in the folder when empty.
    pub database: Option<PathBuf>,
    /// The documents; `documents` in the folder when empty.
    pub documents: Option<PathBuf>,
    /// Bytes that uploads on their way in may take together: 40 of the largest documents.
    pub in_flight_bytes: u64,
    /// Bytes that stay free on the disk whatever is uploaded: the database and the log must go on.
    pub least_free_bytes: u64,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("/var/lib/ottisk"),
            database: None,
            documents: None,
            in_flight_bytes: 1_000_000_000,
            least_free_bytes: 100_000_000,
        }
    }
}

/// `[printer]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Printer {
    /// `ipp://host/path`, `ipps://host/path`, `auto` or `file:///FOLDER`.
    pub uri: String,
    /// Seconds to wait for a connection.
    pub connect_timeout_s: u64,
    /// Seconds to wait for an answer.
    pub answer_timeout_s: u64,
    /// Seconds without a byte taken before a printer counts as gone; long, since a printer out of paper takes none.
    pub send_stall_timeout_s: u64,
    /// Bytes of an answer; real ones are under 64 KiB.
    pub answer_bytes: usize,
    /// Seconds a printer that has the job may be silent.
    pub silence_timeout_s: u64,
    /// Seconds a job may stand at the printer (no paper, open cover) before it is taken back.
    pub standstill_timeout_s: u64,
    /// Milliseconds between two looks at a job or at an idle printer with a fault.
    pub poll_ms: u64,
    /// Milliseconds between two looks at an idle, healthy printer.
    pub idle_poll_ms: u64,
    /// Seconds a released job waits for a printer that is busy or gone, or for a restart; then its owner has left.
    pub release_valid_s: u64,
}

impl Default for Printer {
    fn default() -> Self {
        Self {
            uri: String::new(),
            connect_timeout_s: 5,
            answer_timeout_s: 15,
            send_stall_timeout_s: 900,
            answer_bytes: 1 << 20,
            silence_timeout_s: 30,
            standstill_timeout_s: 900,
            poll_ms: 500,
            idle_poll_ms: 5_000,
            release_valid_s: 300,
        }
    }
}

/// `[members]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Members {
    /// Where the list comes from. Read, not used yet.
    pub source: Option<String>,
}

/// `[upstream]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Upstream {
    /// The server above. Read, not used yet.
    pub url: Option<String>,
}

/// A setting that cannot be: one sentence for the technician.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub String);

impl Settings {
    /// Reads `file` when given, then the environment. `lookup` is the environment.
    pub fn load(
        file: Option<&std::path::Path>,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let mut settings = match file {
            Some(path) => file::read(path)?,
            None => Self::default(),
        };
        environment::apply(&mut settings, lookup)?;
        settings.check()?;
        Ok(settings)
    }

    /// What no later part should have to look at again.
    pub fn check(&self) -> Result<(), SettingsError> {
        let refuse = |what: &str| Err(SettingsError(what.into()));
        self.print_api.check()?;
        self.panel.check()?;
        self.terminals.check()?;
        self.finding.check()?;
        self.preflight.check()?;
        self.scanner.check()?;
        self.service.check()?;
        self.phone.check()?;
        self.preview.check()?;
        self.upload.check()?;
        self.convert.check()?;
        let guessing = &self.guessing;
        if [guessing.address_burst, guessing.address_per_minute, guessing.overall_burst, guessing.overall_per_minute]
            .contains(&0)
        {
            return refuse("guessing: bursts and rates must be 1 or more");
        }
        self.hardware.check()?;
        if self.worker.inspections == 0 || self.worker.drawings == 0 || self.http.connections == 0 {
            return refuse("worker.inspections, worker.drawings and http.connections must be 1 or more");
        }
        Ok(())
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.store.database.clone().unwrap_or_else(|| self.store.folder.join("ottisk.db"))
    }

    /// The documents' folder.
    pub fn documents(&self) -> PathBuf {
        self.store.documents.clone().unwrap_or_else(|| self.store.folder.join("documents"))
    }

    /// What a phone opens.
    pub fn public_url(&self) -> String {
        match self.http.public_url.trim_end_matches('/') {
            "" => format!("http://{}", self.http.listen),
            url => url.to_owned(),
        }
    }

    /// Settings that are read but have no effect in this build, for a warning at the start.
    pub fn without_effect(&self) -> Vec<&'static str> {
        let given = [
            (self.members.source.is_some(), "members.source"),
            (self.upstream.url.is_some(), "upstream.url"),
            // Memory is looked at upright.
            (self.panel.rotation != 0 && self.panel.screen == Screen::Memory, "panel.rotation"),
        ];
        given.into_iter().filter_map(|(given, name)| given.then_some(name)).collect()
    }
}
