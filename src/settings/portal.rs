//! `[portal]`: the kiosk's own Wi-Fi, from which phones can reach nothing but the kiosk.

use serde::Deserialize;

/// `[portal]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// Whether phones that ask if there is an internet are led to the page. Off: only on a network where the kiosk
    /// answers for every name would they ask it at all.
    pub captive: bool,
}
