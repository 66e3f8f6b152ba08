//! What a printer that was found says of itself (Get-Printer-Attributes, RFC 8011 §4.2.5).

use super::service::{formats, uuid};
use crate::printer::{
    Limits, Status,
    attributes::{REQUESTED, capabilities, status},
    connect::Route,
    error::PrinterError,
    exchange::exchange,
    message::{Attributes, group},
    request, safe,
};

/// What is asked besides what plans need.
const IDENTITY: [&str; 5] = ["printer-uuid", "printer-dns-sd-name", "printer-info", "printer-name", "printer-location"];

/// A printer's own words, safe to show.
#[derive(Clone, Debug)]
pub struct Description {
    /// `printer-uuid` in lower case, without `urn:uuid:`.
    pub uuid: Option<String>,
    /// What it is called; may be empty.
    pub name: String,
    /// `printer-make-and-model`; may be empty.
    pub model: String,
    /// `printer-location`; may be empty.
    pub location: String,
    /// How it is.
    pub status: Status,
    /// `document-format-supported`.
    pub formats: Vec<String>,
    /// Whether it prints colour of ours.
    pub color: bool,
    /// Whether it prints both sides.
    pub two_sided: bool,
    /// Resolutions in dpi; empty when it takes nothing that we can make.
    pub resolutions: Vec<u32>,
}

/// Asks the printer there.
pub async fn ask(route: &Route, limits: &Limits) -> Result<Description, PrinterError> {
    let names = [REQUESTED.as_slice(), &IDENTITY].concat();
    let answer = exchange(route, limits, &request::printer_attributes(&route.address.uri, &names), None).await?;
    match answer.code {
        0x0000..=0x00ff => describe(answer.group(group::PRINTER)),
        0x0502 | 0x0505 | 0x0507 => Err(PrinterError::Busy),
        status => Err(PrinterError::Refused { status, unsupported: Vec::new() }),
    }
}

fn describe(printer: Attributes<'_>) -> Result<Description, PrinterError> {
    let text = |name: &str| printer.texts(name).next().map(safe).filter(|text| !text.is_empty());
    let able = capabilities(printer).ok();
    Ok(Description {
        uuid: printer_uuid(printer),
        name: IDENTITY[1..4].iter().find_map(|name| text(name)).unwrap_or_default(),
        model: text("printer-make-and-model").unwrap_or_default(),
        location: text("printer-location").unwrap_or_default(),
        status: status(printer)?,
        formats: formats(printer.texts("document-format-supported").collect::<Vec<_>>()),
        color: able.as_ref().is_some_and(|able| able.color),
        two_sided: able.as_ref().is_some_and(|able| able.sides.iter().any(|sides| sides.is_two_sided())),
        resolutions: able.map(|able| able.resolutions).unwrap_or_default(),
    })
}

/// `printer-uuid` (PWG 5100.13 §6.6.17).
pub fn printer_uuid(printer: Attributes<'_>) -> Option<String> {
    printer.texts("printer-uuid").next().and_then(uuid)
}
