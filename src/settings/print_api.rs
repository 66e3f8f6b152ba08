//! `[print_api]`: what print-api calls its settings.

use std::path::PathBuf;

use serde::Deserialize;

use super::SettingsError;

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

impl PrintApi {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |what: &str| Err(SettingsError(format!("print_api: {what}")));
        if self.pin_symbols.is_empty() || self.pin_length == 0 || self.pin_length > 32 {
            return refuse("pin_symbols must not be empty and pin_length must be 1 to 32");
        }
        if self.qr_token_symbols.is_empty() || self.qr_token_length == 0 || self.qr_token_length > 64 {
            return refuse("qr_token_symbols must not be empty and qr_token_length must be 1 to 64");
        }
        if self.qr_token_ttl_s == 0 {
            return refuse("qr_token_ttl_s must be 1 or more");
        }
        if self.auth_questions == 0 || self.auth_timeout_s == 0 {
            return refuse("auth_questions and auth_timeout_s must be 1 or more");
        }
        Ok(())
    }
}
