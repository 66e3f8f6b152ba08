//! Preview nodes, where a broker is named: whether it answers, and how many listen.

use std::time::Duration;

use super::Finding;
use crate::{broker::Broker, preview::ENGINE, settings::Settings};

/// Nothing without a broker: then the kiosk converts by itself, and says nothing of it.
pub(super) async fn nodes(settings: &Settings) -> Option<Finding> {
    let address = settings.preview.broker.as_ref()?;
    let timeout = Duration::from_secs(settings.preview.broker_timeout_s);
    let counted = async { Broker::at(address, ENGINE, timeout)?.nodes().await };
    Some(match counted.await {
        Ok(0) => Finding::warn("nodes", "no preview node listens; the kiosk converts by itself", "start one"),
        Ok(nodes) => Finding::ok("nodes", format!("{nodes} preview nodes listen")),
        Err(error) => {
            let advice = "start the broker, or mend [preview] broker; until then the kiosk converts by itself";
            Finding::warn("nodes", error.to_string(), advice)
        }
    })
}
