//! The network as a technician looks at it: which wire is in, which addresses we have, where the rest of the world is.

use std::{collections::BTreeMap, fs, net::Ipv4Addr};

/// One interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Its name, `eth0`.
    pub name: String,
    /// Whether something is at the other end; `None` when the kernel does not say.
    pub link: Option<bool>,
    /// Our addresses on it; link-local ones of IPv6 are left out, for everything has one.
    pub addresses: Vec<String>,
}

/// The network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Interfaces but loopback, by name.
    pub interfaces: Vec<Interface>,
    /// The default route's gateway and interface.
    pub gateway: Option<(String, String)>,
}

impl Network {
    /// What the kernel tells now.
    pub fn look() -> Self {
        let mut interfaces: BTreeMap<String, Interface> = BTreeMap::new();
        for entry in fs::read_dir("/sys/class/net").into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // There are also files that are no interfaces, such as `bonding_masters`.
            let Ok(state) = fs::read_to_string(entry.path().join("operstate")) else { continue };
            let (link, addresses) = (link(&state), Vec::new());
            interfaces.insert(name.clone(), Interface { name, link, addresses });
        }
        for found in if_addrs::get_if_addrs().unwrap_or_default() {
            let local = matches!(found.ip(), std::net::IpAddr::V6(address) if address.is_unicast_link_local());
            if !found.is_loopback() && !local {
                let name = found.name.clone();
                let new = || Interface { name: name.clone(), ..Interface::default() };
                interfaces.entry(name.clone()).or_insert_with(new).addresses.push(found.ip().to_string());
            }
        }
        interfaces.remove("lo");
        let routes = fs::read_to_string("/proc/net/route").unwrap_or_default();
        Self { interfaces: interfaces.into_values().collect(), gateway: gateway(&routes) }
    }
}

/// `operstate` (RFC 2863): `unknown` is what drivers say that do not look.
fn link(state: &str) -> Option<bool> {
    match state.trim() {
        "up" | "dormant" => Some(true),
        "down" | "lowerlayerdown" | "notpresent" => Some(false),
        _ => None,
    }
}

/// The default route of `/proc/net/route`: hexadecimal in the machine's own order of bytes.
fn gateway(routes: &str) -> Option<(String, String)> {
    routes.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace();
        let (interface, destination, gateway) = (fields.next()?, fields.next()?, fields.next()?);
        let address = u32::from_str_radix(gateway, 16).ok().filter(|_| destination == "00000000")?;
        Some((Ipv4Addr::from(address.to_ne_bytes()).to_string(), interface.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::{Network, gateway, link};

    #[test]
    fn the_default_route_is_found_among_others() {
        let routes = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n\
                      wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\n\
                      eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\n";
        let found = gateway(routes);
        if cfg!(target_endian = "little") {
            assert_eq!(found, Some(("192.168.1.1".into(), "eth0".into())));
        }
        assert_eq!(gateway("Iface\tDestination\n"), None);
        assert_eq!(gateway("Iface\nx\t00000000\tzzz\n"), None);
    }

    #[test]
    fn a_wire_is_in_or_out_or_unknown() {
        assert_eq!((link("up\n"), link("down\n"), link("unknown\n")), (Some(true), Some(false), None));
        let network = Network::look();
        assert!(network.interfaces.iter().all(|interface| interface.name != "lo"));
    }
}
