//! How long a print takes: by what the printer says of its speed, else by what earlier prints took here, else nobody knows.

use super::{Outcome, Panel, Printing, Scene};

/// The first sheet's way: the release, drawing, a fuser that warms up.
const START_MS: u64 = 12_000;
/// A print that took longer a side stood still for some reason, and says nothing of the next one.
const MOST_MS: u64 = 60_000;

impl Panel {
    /// Milliseconds that so many sides will take, as far as anybody knows.
    pub(in crate::panel) fn takes_ms(&self, impressions: u64) -> Option<u64> {
        match (self.offer().pages_per_minute.filter(|speed| *speed > 0), self.pace_ms) {
            (Some(speed), _) => Some(START_MS + impressions.saturating_mul(60_000) / u64::from(speed)),
            (None, Some(pace)) => Some(impressions.saturating_mul(pace)),
            (None, None) => None,
        }
    }

    /// A print ended well: so long it took a side. Older prints count for less and less.
    pub(super) fn learn_pace(&mut self, outcome: &Outcome, now_ms: u64) {
        let (Outcome::Completed { impressions, .. }, Scene::Printing(Printing { since_ms, .. })) =
            (outcome, &self.scene)
        else {
            return;
        };
        let pace = now_ms.saturating_sub(*since_ms) / u64::from(*impressions).max(1);
        if (1..=MOST_MS).contains(&pace) {
            self.pace_ms = Some(self.pace_ms.map_or(pace, |before| (before * 2 + pace) / 3));
        }
    }
}
