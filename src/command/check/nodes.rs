//! Preview nodes, where a broker is named: whether it answers, and how many listen.

use super::Finding;
use crate::{broker::Broker, preview::ENGINE, settings::Settings};

/// Nothing without a broker: then the kiosk converts by itself, and says nothing of it.
pub(super) async fn nodes(settings: &Settings) -> Option<Finding> {
    let counted = match Broker::of(&settings.preview, ENGINE) {
        Ok(broker) => broker?.nodes().await,
        Err(error) => Err(error),
    };
    Some(match counted {
        Ok(0) => Finding::warn("nodes", "no preview node listens; the kiosk converts by itself", "start one"),
        Ok(nodes) => Finding::ok("nodes", format!("{nodes} preview nodes listen")),
        Err(error) => {
            let advice = "start the broker, or mend [preview] broker; until then the kiosk converts by itself";
            Finding::warn("nodes", error.to_string(), advice)
        }
    })
}
