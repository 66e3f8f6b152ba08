//! Network, members and the device itself: what is, in rows.

use super::{
    Area, Panel, Sheet, icon,
    rows::{self, Row},
    say,
};
use crate::{
    board::network::Interface,
    panel::{
        layout::parts::Button,
        scene::desk::{Known, ScannerState},
    },
    text::file_size,
};

/// Interfaces that a small screen has room for.
const MOST_INTERFACES: usize = 5;

pub(super) fn network(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let Some(known) = &panel.desk.known else { return rows::looking(sheet, area) };
    let network = &known.facts.network;
    let gateway = network.gateway.as_ref().map(|(address, interface)| format!("{address} ({interface})"));
    let mut all: Vec<Row> = vec![
        (sheet.say(say::DESK_NAME), known.facts.board.name.clone()),
        (sheet.say(say::DESK_PAGE), panel.settings.address.clone()),
        (sheet.say(say::DESK_GATEWAY), gateway.unwrap_or_else(|| sheet.say(say::DESK_NONE).into())),
    ];
    // Those in use first.
    let mut interfaces: Vec<&Interface> = network.interfaces.iter().collect();
    interfaces.sort_by_key(|interface| interface.addresses.is_empty());
    for interface in interfaces.iter().take(MOST_INTERFACES) {
        all.push(("", format!("{}: {}", interface.name, told(sheet, interface))));
    }
    let more = interfaces.len().saturating_sub(MOST_INTERFACES);
    if more > 0 {
        all.push(("", say::DESK_MORE.fill(sheet.language, &[("count", &more.to_string())])));
    }
    all.iter_mut().filter(|row| row.0.is_empty()).for_each(|row| row.0 = sheet.say(say::DESK_TAB_NETWORK));
    rows::lay(sheet, area, &all);
}

fn told(sheet: &Sheet, interface: &Interface) -> String {
    let link = match interface.link {
        Some(true) => sheet.say(say::DESK_LINK_UP),
        Some(false) => sheet.say(say::DESK_LINK_DOWN),
        None => "",
    };
    let addresses = match interface.addresses.as_slice() {
        [] => sheet.say(say::DESK_NO_ADDRESS).to_owned(),
        some => some.join(", "),
    };
    if link.is_empty() { addresses } else { format!("{addresses}, {link}") }
}

pub(super) fn members(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let Some(known) = &panel.desk.known else { return rows::looking(sheet, area) };
    let m = sheet.m;
    let age = known.facts.members_age_s.map(|age| {
        let time = rows::span(sheet, age);
        say::DESK_AGO.fill(sheet.language, &[("time", &time)])
    });
    let all: Vec<Row> = vec![
        (sheet.say(say::DESK_MEMBERS), known.facts.members.to_string()),
        (sheet.say(say::DESK_MEMBERS_AGE), age.unwrap_or_else(|| sheet.say(say::DESK_NEVER).into())),
    ];
    let row = Area { y: area.bottom() - m.button, h: m.button, ..area };
    rows::lay(sheet, Area { h: row.y - area.y - m.gap, ..area }, &all);
    let (words, button) = rows::split(row, m.gap);
    // No version fetches the list itself yet: other servers push it.
    rows::note(sheet.say(say::DESK_SYNC_OFF), sheet, "sync-state", words, true);
    let label = sheet.say(say::DESK_SYNC);
    Button::plain("sync-now", label, icon::ROTATE_CCW).when(false).lay(sheet, button);
}

pub(super) fn device(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let Some(known) = &panel.desk.known else { return rows::looking(sheet, area) };
    let (facts, language) = (&known.facts, sheet.language);
    let size = |bytes| file_size(language, bytes);
    let unknown = || sheet.say(say::DESK_UNKNOWN).to_owned();
    let (bytes, files) = facts.documents;
    let files = say::DESK_FILES.count(language, files);
    let documents = say::DESK_DOCUMENTS_VALUE.fill(language, &[("files", &files), ("size", &size(bytes))]);
    let versions = &known.versions;
    let board = &facts.board;
    let mut all: Vec<Row> = vec![
        (sheet.say(say::DESK_FREE), facts.free.map_or_else(unknown, size)),
        (sheet.say(say::DESK_DOCUMENTS), documents),
        (sheet.say(say::DESK_DATABASE), size(facts.database)),
        (sheet.say(say::DESK_VERSIONS), format!("Ottisk {}, SQLite {}", versions.ottisk, versions.sqlite)),
        ("PDF", versions.pdfium.to_owned()),
        (sheet.say(say::DESK_KERNEL), board.kernel.clone()),
        (sheet.say(say::DESK_BOARD), if board.model.is_empty() { unknown() } else { board.model.clone() }),
        (sheet.say(say::DESK_UP), rows::span(sheet, board.up_s)),
        (sheet.say(say::DESK_SCANNER), scanner(sheet, panel, known)),
    ];
    if let Some(celsius) = board.celsius {
        all.push((sheet.say(say::DESK_HEAT), format!("{celsius}\u{a0}°C")));
    }
    rows::lay(sheet, area, &all);
}

fn scanner(sheet: &Sheet, panel: &Panel, known: &Known) -> String {
    let state = sheet.say(match known.scanner {
        ScannerState::None => say::DESK_SCANNER_NONE,
        ScannerState::Open => say::DESK_SCANNER_OPEN,
        ScannerState::Gone => say::DESK_SCANNER_GONE,
        ScannerState::Held => say::DESK_SCANNER_HELD,
    });
    let Some(symbols) = panel.desk.scanned else { return state.into() };
    let symbols = say::PANEL_SYMBOLS.count(sheet.language, symbols as u64);
    format!("{state}, {}", say::DESK_SCANNER_READ.fill(sheet.language, &[("symbols", &symbols)]))
}
