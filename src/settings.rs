//! Every setting and every limit, with its unit in its name, its default and one line why.
//!
//! Read from TOML, then from the environment (the names print-api uses), then from the command line.
//! Nothing here does anything but hold and check values.

mod environment;
mod file;
pub mod finding;
pub mod guessing;
pub mod hardware;
pub mod look;
pub mod paper;
pub mod phone;
pub mod preflight;
pub mod scanner;
pub mod service;
pub mod terminals;
pub mod worker;

use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;

use crate::text::Language;

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
    /// The member list's central source.
    pub members: Members,
    /// The preview service.
    pub preview: Preview,
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

/// Where the panel is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// In memory only, mirrored at `/panel`.
    #[default]
    Memory,
    /// A Linux framebuffer.
    Fbdev,
    /// DRM/KMS.
    Drm,
}

/// `[panel]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Panel {
    /// The display.
    pub screen: Screen,
    /// Width in pixels of the memory screen.
    pub width: u32,
    /// Height in pixels of the memory screen.
    pub height: u32,
    /// Millimetres its picture is wide; all sizes follow. A 7″ screen has 154.
    pub width_mm: u32,
    /// Millimetres its picture is high.
    pub height_mm: u32,
    /// How it looks; by day, night and season by itself.
    pub look: look::Look,
    /// The hour at which the night begins, and the dark look with it.
    pub dark_from_h: u32,
    /// The hour at which it ends; the same hour twice is no night.
    pub dark_until_h: u32,
    /// The name of the kiosk's own Wi-Fi, when phones have to join it first; no such Wi-Fi when empty.
    pub wifi_ssid: String,
    /// Its password; it is on the screen for everybody.
    pub wifi_password: String,
    /// Degrees clockwise: 0, 90, 180 or 270.
    pub rotation: u16,
    /// The language an idle panel has.
    pub language: Language,
    /// What the kiosk is called.
    pub name: String,
    /// Minutes east of UTC of the clock on the screen.
    pub utc_offset_min: i32,
    /// Seconds without a touch before the panel asks whether anyone is there.
    pub idle_s: u64,
    /// Seconds the question stands.
    pub warn_s: u64,
    /// Seconds without a touch after which an idle screen goes dark, and the next touch only wakes it; 0: never.
    pub sleep_s: u64,
    /// Pages under review are blurred until they are touched: where people stand close behind each other.
    pub blur_pages: bool,
    /// Characters of a document's name that the screen shows at most: strangers read it too.
    pub title_chars: usize,
    /// Files under one release: as many as a phone may release at once.
    pub release_files: usize,
    /// Dots per inch of page pictures on the screen.
    pub picture_dpi: u32,
    /// Wrong codes after which the panel pauses: people mistype, nobody five times.
    pub wrong_codes: u32,
    /// Seconds of the first pause; each one after it is twice as long.
    pub pause_s: u64,
    /// Seconds of the longest pause: whoever comes next should not give up.
    pub pause_max_s: u64,
    /// Seconds without a wrong code after which the next pause is the first again.
    pub pause_forget_s: u64,
}

impl Default for Panel {
    fn default() -> Self {
        Self {
            screen: Screen::Memory,
            width: 1024,
            height: 600,
            width_mm: 154,
            height_mm: 86,
            look: look::Look::Auto,
            dark_from_h: 22,
            dark_until_h: 6,
            wifi_ssid: String::new(),
            wifi_password: String::new(),
            rotation: 0,
            language: Language::Ru,
            name: "Оттиск".into(),
            utc_offset_min: 180,
            idle_s: 60,
            warn_s: 20,
            sleep_s: 900,
            blur_pages: false,
            title_chars: 40,
            release_files: 10,
            picture_dpi: 60,
            wrong_codes: 5,
            pause_s: 30,
            pause_max_s: 300,
            pause_forget_s: 900,
        }
    }
}

/// `[print_api]`: the environment names of print-api in small letters, with units.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrintApi {
    /// Media types `POST /file/{pin}` takes.
    pub content_types: Vec<String>,
    /// Bytes of a document: what the web page promises.
    pub max_size_bytes: u64,
    /// Sheets of a job, copies counted: what the web page promises.
    pub max_page_count: u32,
    /// Hours a document and its row are kept.
    pub storage_time_hours: u64,
    /// Whether members without a union number are members.
    pub allow_student_number: bool,
    /// Whether `POST /file` with surname and number needs a token; bots and pages send none.
    pub order_needs_token: bool,
    /// The alphabet of PINs.
    pub pin_symbols: String,
    /// Characters of a PIN.
    pub pin_length: usize,
    /// What stands before a QR token in the QR code's text.
    pub qr_token_prefix: String,
    /// The alphabet of QR tokens.
    pub qr_token_symbols: String,
    /// Characters of a QR token.
    pub qr_token_length: usize,
    /// Seconds a QR token is shown.
    pub qr_token_ttl_s: u64,
    /// Seconds a QR token stays good after it was shown.
    pub qr_token_delay_s: u64,
    /// Origins other sites may call from.
    pub cors_allow_origins: Vec<String>,
    /// Whether they may send cookies.
    pub cors_allow_credentials: bool,
    /// Methods they may use.
    pub cors_allow_methods: Vec<String>,
    /// Headers they may send.
    pub cors_allow_headers: Vec<String>,
    /// A prefix everything is also served under.
    pub root_path: String,
    /// The auth server whose tokens are good here too.
    pub auth_url: String,
    /// Seconds it may take to answer: somebody waits at a terminal.
    pub auth_timeout_s: u64,
    /// Seconds its answer is believed: how long a revoked token lives on.
    pub auth_cache_s: u64,
    /// Seconds a refusal is believed, and a server that does not answer is left alone.
    pub auth_refused_cache_s: u64,
    /// Bytes of its answer; real ones are under 16 KiB.
    pub auth_answer_bytes: usize,
    /// Tokens that are remembered.
    pub auth_tokens: usize,
    /// Questions to it at one time: whoever can reach the port can make us ask.
    pub auth_questions: usize,
    /// Certificates (PEM) that may sign its own, besides the well-known ones.
    pub auth_ca_file: Option<PathBuf>,
}

impl Default for PrintApi {
    fn default() -> Self {
        let letters_and_digits = || ('A'..='Z').chain('0'..='9').collect();
        let any = || vec!["*".to_owned()];
        Self {
            content_types: vec!["application/pdf".into()],
            max_size_bytes: 25_000_000,
            max_page_count: 50,
            storage_time_hours: 7 * 24,
            allow_student_number: false,
            order_needs_token: false,
            pin_symbols: letters_and_digits(),
            pin_length: 6,
            qr_token_prefix: String::new(),
            qr_token_symbols: letters_and_digits(),
            qr_token_length: 6,
            qr_token_ttl_s: 30,
            qr_token_delay_s: 5,
            cors_allow_origins: any(),
            cors_allow_credentials: true,
            cors_allow_methods: any(),
            cors_allow_headers: any(),
            root_path: "/print".into(),
            auth_url: String::new(),
            auth_timeout_s: 5,
            auth_cache_s: 60,
            auth_refused_cache_s: 5,
            auth_answer_bytes: 256 << 10,
            auth_tokens: 1_000,
            auth_questions: 8,
            auth_ca_file: None,
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

/// `[preview]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preview {
    /// The message broker of preview nodes. Read, not used yet.
    pub broker: Option<String>,
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
        let api = &self.print_api;
        if api.pin_symbols.is_empty() || api.pin_length == 0 || api.pin_length > 32 {
            return refuse("print_api: pin_symbols must not be empty and pin_length must be 1 to 32");
        }
        if api.qr_token_symbols.is_empty() || api.qr_token_length == 0 || api.qr_token_length > 64 {
            return refuse("print_api: qr_token_symbols must not be empty and qr_token_length must be 1 to 64");
        }
        if api.qr_token_ttl_s == 0 {
            return refuse("print_api: qr_token_ttl_s must be 1 or more");
        }
        self.terminals.check()?;
        self.finding.check()?;
        self.preflight.check()?;
        self.scanner.check()?;
        self.service.check()?;
        self.phone.check()?;
        let guessing = &self.guessing;
        if [guessing.address_burst, guessing.address_per_minute, guessing.overall_burst, guessing.overall_per_minute]
            .contains(&0)
        {
            return refuse("guessing: bursts and rates must be 1 or more");
        }
        if self.panel.wrong_codes == 0 {
            return refuse("panel.wrong_codes must be 1 or more");
        }
        self.hardware.check()?;
        if ![0, 90, 180, 270].contains(&self.panel.rotation) {
            return refuse("panel.rotation must be 0, 90, 180 or 270");
        }
        if !(320..=3840).contains(&self.panel.width) || !(240..=2160).contains(&self.panel.height) {
            return refuse("panel: width must be 320 to 3840 and height 240 to 2160 pixels");
        }
        let panel = &self.panel;
        if !(40..=3_000).contains(&panel.width_mm) || !(40..=3_000).contains(&panel.height_mm) {
            return refuse("panel: width_mm and height_mm must be 40 to 3000 millimetres");
        }
        if panel.dark_from_h > 23 || panel.dark_until_h > 23 || panel.wifi_ssid.len() > 32 {
            return refuse("panel: dark_from_h and dark_until_h must be 0 to 23, wifi_ssid at most 32 bytes");
        }
        if api.auth_questions == 0 || api.auth_timeout_s == 0 {
            return refuse("print_api: auth_questions and auth_timeout_s must be 1 or more");
        }
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
            (self.preview.broker.is_some(), "preview.broker"),
            (self.upstream.url.is_some(), "upstream.url"),
            // Memory is looked at upright.
            (self.panel.rotation != 0 && self.panel.screen == Screen::Memory, "panel.rotation"),
        ];
        given.into_iter().filter_map(|(given, name)| given.then_some(name)).collect()
    }
}
