//! A frame around the screen for the blink of an eye: the scanner was heard.

use super::{Role, area::Area, sheet::Sheet};
use crate::{panel::scene::Panel, text::say};

/// Milliseconds that it stands: long enough to be seen from the corner of an eye.
const FLASH_MS: u64 = 700;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, now_ms: u64) {
    if panel.heard_ms.is_none_or(|heard| now_ms.saturating_sub(heard) >= FLASH_MS) {
        return;
    }
    let (whole, thick) = (sheet.screen, (sheet.m.margin / 3).max(6));
    let upper = Area { h: thick, ..whole };
    let edges = [
        upper,
        Area { y: whole.h - thick, ..upper },
        Area { w: thick, ..whole },
        Area { x: whole.w - thick, w: thick, ..whole },
    ];
    for edge in edges {
        sheet.fill(edge, 0, sheet.p.good);
    }
    let label = sheet.say(say::DESK_SCANNED);
    sheet.element("scan-heard", Role::Status, label, upper);
}
