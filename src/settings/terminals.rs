//! `[terminals]`: limits of remote terminals' connections, and of phones that scan a code.

use serde::Deserialize;

use super::SettingsError;

/// `[terminals]`: connections of remote terminals, and phones that scan a code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terminals {
    /// Seconds of silence after which a terminal is pinged: often enough for what stands between to keep the connection.
    pub ping_interval_s: u64,
    /// Seconds a pinged terminal may be silent before its connection counts as gone: one that fetches a document is slow.
    pub ping_timeout_s: u64,
    /// Seconds to wait for a sign of life before a terminal is told anything or its token is given to another connection.
    pub answer_timeout_s: u64,
    /// Seconds after which a connected terminal's token is looked at again: it may have been revoked.
    pub recheck_s: u64,
    /// Bytes of a message from a terminal: what it says is not used.
    pub message_bytes: usize,
    /// Messages that wait for one terminal; one that reads none of so many gets no more.
    pub pending_messages: usize,
    /// Codes of one terminal that are good at one time: a few releases in the time of one code.
    pub living_codes: usize,
    /// Connections at one time that only wait to be refused: strangers need no more.
    pub refusals: usize,
    /// Seconds a phone that opened the page by a code may print at that terminal: time to fill in a form and upload.
    pub visit_s: u64,
    /// Such phones at one time.
    pub visits: usize,
}

impl Default for Terminals {
    fn default() -> Self {
        Self {
            ping_interval_s: 20,
            ping_timeout_s: 60,
            answer_timeout_s: 3,
            recheck_s: 60,
            message_bytes: 16 << 10,
            pending_messages: 16,
            living_codes: 64,
            refusals: 32,
            visit_s: 600,
            visits: 1_000,
        }
    }
}

impl Terminals {
    /// What would let a connection wait for ever or tell it nothing.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let times = [self.ping_interval_s, self.ping_timeout_s, self.answer_timeout_s, self.recheck_s];
        let most = [self.message_bytes, self.pending_messages, self.living_codes];
        if times.contains(&0) || most.contains(&0) {
            let why =
                "terminals: intervals, time-outs, message_bytes, pending_messages and living_codes must be 1 or more";
            return Err(SettingsError(why.into()));
        }
        Ok(())
    }
}
