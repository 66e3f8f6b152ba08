//! What is outside the case: the printer and the network.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use super::Finding as Line;
use crate::{
    job::{plan::Plan, ticket::Ticket},
    kiosk::{self, printer_limits},
    printer::{Printer, PrinterState, Status, error::PrinterError, find::Finding},
    settings::Settings,
    text::Language,
};

/// How long our own server is waited for.
const ANSWER: Duration = Duration::from_secs(3);

/// Bytes of an answer that are looked at.
const ANSWER_BYTES: u64 = 16 << 10;

/// Whether the printer answers, can be used, and is ready.
pub(super) async fn printer(settings: &Settings) -> Line {
    let uri = &settings.printer.uri;
    if uri.is_empty() {
        return Line::fail("printer", "no printer is named", "give --printer URI or [printer] uri");
    }
    // A look: nothing is chosen and no key is kept by it.
    let finding = kiosk::finding(settings);
    let finding = Finding { known: finding.known.clone().only_looking(), ..finding };
    let printer = match Printer::open_known(uri, printer_limits(settings), finding) {
        Ok(printer) => printer,
        Err(error) => return Line::fail("printer", format!("{uri}: {error}"), "mend [printer] uri"),
    };
    let asked = async { Ok((printer.capabilities().await?, printer.status().await?, printer.seen().await?)) };
    let (capabilities, status, (at, pin)): (_, Status, _) = match asked.await {
        Ok(answers) => answers,
        Err(error) => return Line::fail("printer", format!("{uri}: {error}"), advice(&error)),
    };
    let model = if capabilities.model.is_empty() { uri } else { &capabilities.model };
    let Ok(plan) = Plan::fit(&Ticket::default(), &capabilities, 1) else {
        let advice = "use a printer that takes PWG raster, URF or PDF";
        return Line::fail("printer", format!("{model} takes no format that can be made"), advice);
    };
    let both = capabilities.sides.iter().any(|sides| sides.is_two_sided());
    let state = match status.state {
        PrinterState::Idle => "idle",
        PrinterState::Processing => "processing",
        PrinterState::Stopped => "stopped",
    };
    let mut message = format!(
        "{model} answers: {state}, {:?} at {} dpi, {}, {}",
        plan.format,
        plan.resolution,
        if both { "two-sided" } else { "one-sided only" },
        if capabilities.color { "colour" } else { "gray" },
    );
    if uri == "auto" {
        message.push_str(&format!(", found at {at}"));
    }
    if let Some(pin) = pin {
        message.push_str(&format!(", key sha256:{pin}"));
    }
    let reasons: Vec<_> = status.reasons.iter().filter(|reason| *reason != "none").map(String::as_str).collect();
    if !reasons.is_empty() {
        message.push_str(&format!(", {}", reasons.join(" ")));
    }
    match status.fault() {
        Some(fault) => Line::warn("printer", message, fault.advice(Language::En)),
        None if !status.accepting => Line::warn("printer", message + ", accepts no jobs", "resume it at its panel"),
        None => Line::ok("printer", message),
    }
}

/// What a technician does about it; the sentences of the panel are for those who stand before it.
fn advice(error: &PrinterError) -> &'static str {
    match error {
        PrinterError::CertificateChanged { .. } | PrinterError::Downgraded(_) => {
            "if nobody renewed or reset it, somebody may stand between: look first, forget the key then"
        }
        PrinterError::Several { .. } | PrinterError::BoundNotFound { .. } | PrinterError::NotFound => {
            "look at `ottisk printers`: who is there, under which name, and which of them is bound"
        }
        PrinterError::Tls(_) => {
            "it may be older than TLS 1.2: renew its firmware, or give ipp:// and know that it is not encrypted"
        }
        error => error.fault().advice(Language::En),
    }
}

/// Whether phones can reach us, as far as that can be seen from here.
pub(super) fn network(settings: &Settings) -> Line {
    let listen = settings.http.listen;
    let served = match TcpListener::bind(listen) {
        Ok(_) => "is free",
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_ours(listen) => "is served by ottisk",
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let advice = "stop the program that has it, or give another [http] listen";
            return Line::fail("network", format!("{listen} is taken by another program"), advice);
        }
        Err(error) => {
            let advice = match error.kind() {
                io::ErrorKind::PermissionDenied => {
                    "ports under 1024 need CAP_NET_BIND_SERVICE; give it, or another port"
                }
                io::ErrorKind::AddrNotAvailable => "no interface has this address; give 0.0.0.0 or one that it has",
                _ => "mend [http] listen",
            };
            return Line::fail("network", format!("{listen}: {error}"), advice);
        }
    };
    let (given, url) = (settings.http.public_url.trim(), settings.public_url());
    let message = format!("{listen} {served}; phones are told {url}");
    if given.is_empty() && listen.ip().is_unspecified() {
        return Line::warn("network", message, "give [http] public_url: phones cannot open that address");
    }
    let is_web = given.is_empty() || given.starts_with("http://") || given.starts_with("https://");
    if !is_web {
        return Line::fail("network", message, "[http] public_url must begin with http:// or https://");
    }
    if given.is_empty() && listen.ip().is_loopback() {
        return Line::warn("network", message, "give [http] listen and public_url: only this machine can open that");
    }
    Line::ok("network", message)
}

/// Whether it is ottisk that answers there: nobody else's `/status` counts impressions.
fn is_ours(address: SocketAddr) -> bool {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        ip if ip.is_ipv6() => std::net::Ipv6Addr::LOCALHOST.into(),
        _ => std::net::Ipv4Addr::LOCALHOST.into(),
    };
    let asked = || {
        let mut stream = TcpStream::connect_timeout(&SocketAddr::new(ip, address.port()), ANSWER)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        stream.write_all(format!("GET /status HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
        Ok::<_, io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    asked().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200") && answer.contains("\"impressions\""))
}
