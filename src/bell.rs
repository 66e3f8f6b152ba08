//! Bells, which say that something changed and not what: whoever waits for one looks again when it rang, or when they have
//! waited long enough.

use std::time::Instant;

use event_listener::EventListener;
use smol::{Timer, future::or};

/// Returns when it rings, or it is so late.
pub async fn rings(bell: EventListener, until: Instant) {
    let late = async {
        Timer::at(until).await;
    };
    or(bell, late).await;
}
