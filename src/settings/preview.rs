//! Previews: how long grants last, how much is kept, and who converts. What a conversion itself may take is the
//! converters' own section.

use std::path::PathBuf;

use serde::Deserialize;

use super::SettingsError;

/// `[preview]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preview {
    /// The message broker of preview nodes, `amqp://user:password@host/vhost`, or `amqps://` for TLS; without it the kiosk
    /// converts by itself.
    pub broker: Option<String>,
    /// A file of certificates (PEM) of authorities that may vouch for the broker, beside Mozilla's.
    pub broker_ca_file: Option<PathBuf>,
    /// Where nodes reach this kiosk; `http.public_url` when empty.
    pub kiosk_url: String,
    /// Seconds a node may take before the kiosk converts by itself: somebody is looking at an empty page.
    pub node_timeout_s: u64,
    /// Seconds a node may take for a print form before the kiosk makes it: its owner is on their way to the kiosk.
    pub node_print_timeout_s: u64,
    /// Seconds after which whoever waits for a preview that nodes did not bring is told that it took too long: their time and
    /// our own.
    pub answer_s: u64,
    /// Seconds the broker may take to answer.
    pub broker_timeout_s: u64,
    /// How often nodes try a conversion before it is put aside.
    pub node_tries: u32,
    /// Seconds one file may take on its way between a node and a kiosk.
    pub node_trip_s: u64,
    /// Milliseconds between two tries, times the tries so far.
    pub node_pause_ms: u64,
    /// Documents converted here at one time; each may take what a converter may take.
    pub conversions: usize,
    /// Milliseconds a conversion waits while pages are drawn for the printer: paper goes first, but not for ever.
    pub print_first_ms: u64,
    /// Seconds a document stays open for the next page that is asked of it.
    pub linger_s: u64,
    /// Pages before and after those that were asked, made when nobody asks for others.
    pub neighbours: u32,
    /// Pages that one request may ask.
    pub pages_asked: u32,
    /// Milliseconds a request waits for a file that is being made.
    pub wait_ms: u64,
    /// Seconds a read token is good: a person looks at a page, and the page can ask for another.
    pub read_token_s: u64,
    /// Seconds a write token is good: as long as a node may take with all its tries.
    pub write_token_s: u64,
    /// Seconds two clocks may differ.
    pub clock_skew_s: u64,
    /// Bytes of all files on the disk; what nobody looked at for the longest time goes first.
    pub cache_bytes: u64,
    /// Hours a preview is kept that nobody looks at.
    pub cache_age_hours: u64,
    /// Bytes of one file of a preview.
    pub file_bytes: u64,
    /// Bytes of a description that a node stores.
    pub description_bytes: usize,
    /// Dots per inch of a page as it prints.
    pub print_page_dpi: u32,
}

impl Default for Preview {
    fn default() -> Self {
        Self {
            broker: None,
            broker_ca_file: None,
            kiosk_url: String::new(),
            node_timeout_s: 12,
            node_print_timeout_s: 40,
            answer_s: 30,
            broker_timeout_s: 5,
            node_tries: 3,
            node_trip_s: 60,
            node_pause_ms: 1_000,
            conversions: 1,
            print_first_ms: 10_000,
            linger_s: 30,
            neighbours: 1,
            pages_asked: 50,
            wait_ms: 10_000,
            read_token_s: 900,
            write_token_s: 600,
            clock_skew_s: 60,
            cache_bytes: 256 << 20,
            cache_age_hours: 7 * 24,
            file_bytes: 32 << 20,
            description_bytes: 1 << 20,
            print_page_dpi: 100,
        }
    }
}

impl Preview {
    /// What cannot be.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if self.conversions == 0 || self.pages_asked == 0 || self.node_tries == 0 || self.answer_s == 0 {
            let why = "preview: conversions, pages_asked, node_tries and answer_s must be 1 or more";
            return Err(SettingsError(why.into()));
        }
        if !(20..=600).contains(&self.print_page_dpi) {
            return Err(SettingsError("preview: print_page_dpi must be 20 to 600".into()));
        }
        let is_broker = |address: &String| address.starts_with("amqp://") || address.starts_with("amqps://");
        if self.broker.as_ref().is_some_and(|broker| !is_broker(broker)) {
            let why = "preview.broker must be amqp://user:password@host:port/vhost, or amqps:// for TLS";
            return Err(SettingsError(why.into()));
        }
        Ok(())
    }
}
