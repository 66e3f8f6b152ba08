//! DNS-SD over multicast (RFC 6762, RFC 6763) by crate `mdns-sd`, whose own thread lives as long as a look does.

use std::net::IpAddr;

use mdns_sd::{ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent};

use super::{
    Sighting,
    service::{Service, sightings},
    silent,
};

/// Service types, and whether they are encrypted.
const TYPES: [(&str, bool); 2] = [("_ipps._tcp.local.", true), ("_ipp._tcp.local.", false)];

/// The daemon ends with the look, also with one that is dropped.
struct Daemon(ServiceDaemon);

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::debug!(%error, "DNS-SD does not end");
        }
    }
}

/// Tells what is announced, for ever. Without a network there is nothing to tell.
pub(super) async fn browse(tell: &impl Fn(Sighting)) {
    let daemon = match ServiceDaemon::new() {
        Ok(daemon) => Daemon(daemon),
        Err(error) => {
            tracing::warn!(%error, "no DNS-SD");
            return silent().await;
        }
    };
    let [secure, plain] = TYPES.map(|(kind, secure)| listen(&daemon, kind, secure, tell));
    smol::future::zip(secure, plain).await;
}

async fn listen(daemon: &Daemon, kind: &str, secure: bool, tell: &impl Fn(Sighting)) {
    let heard = match daemon.0.browse(kind) {
        Ok(heard) => heard,
        Err(error) => {
            tracing::warn!(%error, "no DNS-SD");
            return silent().await;
        }
    };
    while let Ok(event) = heard.recv_async().await {
        if let ServiceEvent::ServiceResolved(service) = event {
            resolved(&service, secure).into_iter().for_each(tell);
        }
    }
    silent().await;
}

fn resolved(service: &ResolvedService, secure: bool) -> Vec<Sighting> {
    let addresses: Vec<(IpAddr, String)> = service.addresses.iter().map(scoped).collect();
    let (fullname, port) = (service.fullname.as_str(), service.port);
    let service_as_told = Service { fullname, secure, port, addresses: &addresses };
    sightings(service_as_told, |key| service.get_property_val_str(key))
}

fn scoped(ip: &ScopedIp) -> (IpAddr, String) {
    let interface = match ip {
        ScopedIp::V6(v6) => v6.scope_id().name.clone(),
        _ => String::new(),
    };
    (ip.to_ip_addr(), interface)
}
