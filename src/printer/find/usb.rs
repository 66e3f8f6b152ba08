//! Printers at a cable: ipp-usb serves each at a loopback port of its own, 60000 upward, as IPP without TLS.
//!
//! ipp-usb numbers printers in the order in which it first saw them, so there may be gaps. Who listens there is asked whether
//! it is a printer.

use std::time::Duration;

use super::{Finding, Sighting, ask, silent};
use crate::printer::{Limits, connect::Route, uri::Address};

/// Tells who answers at the ports.
pub(super) async fn look(finding: &Finding, limits: &Limits, window: Duration, tell: &impl Fn(Sighting)) {
    let limits = Limits { connect_timeout: limits.connect_timeout.min(window), answer_timeout: window, ..*limits };
    let executor = smol::LocalExecutor::new();
    let ports = finding.usb_first_port..finding.usb_first_port.saturating_add(finding.usb_ports);
    for port in ports {
        let known = finding.known.clone();
        let looking = async move {
            let Ok(address) = Address::parse(&format!("ipp://127.0.0.1:{port}/ipp/print")) else { return };
            let route = Route::new(address, "", &known);
            // Nobody there, or nobody who is a printer: as it is meant to be at most of the ports.
            let Ok(told) = ask::ask(&route, &limits).await else { return };
            tell(Sighting {
                uuid: told.uuid,
                name: if told.name.is_empty() { told.model.clone() } else { told.name },
                model: told.model,
                location: told.location,
                formats: told.formats,
                usb: true,
                address: route.address,
            });
        };
        executor.spawn(looking).detach();
    }
    executor.run(silent()).await;
}
