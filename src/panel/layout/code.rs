//! Code: the cells of the code and a keyboard of its symbols.

use super::{
    Role,
    area::Area,
    parts::{self, Button},
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{
        font::Face,
        icon, palette,
        scene::{
            Panel, Refusal,
            code::{Code, Note},
        },
        words,
    },
    text::say,
};

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, code: &Code, now_ms: u64) {
    parts::back(sheet);
    parts::languages(sheet);
    let paused = panel.tries.left_ms(now_ms) > 0;
    let symbols = symbols(&panel.settings.code_symbols);
    let digits_only = symbols.len() <= 12 && symbols.iter().all(char::is_ascii_digit);
    let m = sheet.m;
    let whole = Area::new(m.margin, m.top, sheet.screen.w - 2 * m.margin, sheet.screen.h - m.top - m.margin * 3 / 4);
    if digits_only {
        let pad_w = whole.w * 2 / 5;
        let pad = Area { x: whole.right() - pad_w, w: pad_w, ..whole };
        let left = Area { w: whole.w - pad_w - m.margin * 2, ..whole };
        let line = m.button * 7 / 6;
        let high = (m.heading * 1.2 + m.caption * 3.2) as i32;
        let y = left.y + (left.h - high - m.gap * 2 - line) / 3;
        let words = Area { y, h: high, ..left };
        heading(sheet, panel, code, words, now_ms);
        cells(sheet, panel, code, Area { y: words.bottom() + m.gap * 2, h: line, ..left }, paused);
        return keys(sheet, code, &symbols, (pad, 3), paused);
    }
    let line = if m.compact { 76 } else { m.button * 5 / 4 };
    let words = Area { w: whole.w * 47 / 100, h: line, ..whole };
    let x = words.right() + m.gap;
    heading(sheet, panel, code, words, now_ms);
    cells(sheet, panel, code, Area { x, w: whole.right() - x, ..words }, paused);
    let top = words.bottom() + m.gap * 2;
    let board = Area { y: top, h: whole.bottom() - top, ..whole };
    let rows = if symbols.len() <= 45 { 4 } else { symbols.len().div_ceil(12) + 1 };
    keys(sheet, code, &symbols, (board, (symbols.len() + 3).div_ceil(rows).max(3)), paused);
}

/// Upper case, each once, `1` to `9` before `0`, digits before letters: as on any keyboard.
fn symbols(all: &[char]) -> Vec<char> {
    let mut symbols: Vec<char> = all.iter().flat_map(|symbol| symbol.to_uppercase()).collect();
    symbols.sort_by_key(|symbol| (!symbol.is_ascii_digit(), *symbol == '0', *symbol));
    symbols.dedup();
    symbols
}

fn heading(sheet: &mut Sheet, panel: &Panel, code: &Code, area: Area, now_ms: u64) {
    let (m, language) = (sheet.m, sheet.language);
    let size = m.heading.min(area.h as f32 * 0.45);
    let title = Area { h: (size * 1.15) as i32, ..area };
    let pause = panel.tries.left_ms(now_ms).div_ceil(1_000);
    let words = sheet.say(if pause > 0 { say::PANEL_CODE_PAUSED_TITLE } else { say::PANEL_CODE_TITLE });
    let style = Style::new(Face::Bold, size, palette::INK);
    sheet.text("heading", Role::Heading, words, title, 1, style);
    let below = Area { y: title.bottom(), h: area.bottom() - title.bottom(), ..area };
    let size = m.caption * 1.1;
    let pause = (pause > 0).then(|| say::PANEL_CODE_PAUSED.fill(language, &[("time", &words::wait(pause, language))]));
    if let Some(why) = pause.or_else(|| code.note.map(|note| why(note).get(language).to_owned())) {
        let side = ((size * 1.3) as i32).min(below.h);
        let sign = Area { w: side, h: ((size * 1.35) as i32).min(below.h), ..below };
        sheet.icon(icon::CIRCLE_ALERT, sign, side, palette::BAD);
        let frame = Area { x: below.x + side + 8, w: below.w - side - 8 - m.gap, ..below };
        let style = Style::new(Face::Medium, size, palette::BAD).on(Side::TopLeft);
        sheet.text("code-status", Role::Status, &why, frame, 2, style);
        return;
    }
    let count = say::PANEL_SYMBOLS.count(language, panel.settings.code_length as u64);
    let words = match code.asking {
        true => sheet.say(say::PANEL_CODE_ASKING).to_owned(),
        false => say::PANEL_CODE_LEAD.fill(language, &[("symbols", &count)]),
    };
    let line = Area { h: below.h.min((size * 2.4) as i32), ..below };
    let style = Style::new(Face::Regular, size, palette::MUTED);
    sheet.text("code-status", Role::Status, &words, line, 1, style);
}

/// Why the code before came to nothing.
fn why(note: Note) -> crate::text::Text {
    match note {
        Note::Unreadable => say::PANEL_CODE_UNREADABLE,
        Note::Refused(refusal) => refused(refusal),
    }
}

/// The sentence of a refusal.
pub(super) fn refused(refusal: Refusal) -> crate::text::Text {
    match refusal {
        Refusal::NotFound => say::PANEL_CODE_NOT_FOUND,
        Refusal::NotUploaded => say::PANEL_CODE_NOT_UPLOADED,
        Refusal::Busy => say::PANEL_CODE_BUSY,
        Refusal::Internal => say::PANEL_CODE_INTERNAL,
    }
}

/// The cells, grouped by three or four as people read numbers aloud.
fn cells(sheet: &mut Sheet, panel: &Panel, code: &Code, area: Area, paused: bool) {
    let count = panel.settings.code_length.clamp(1, 64) as i32;
    let group = if count % 4 == 0 && count > 4 { 4 } else { 3 };
    let group = if count <= 5 { count } else { group };
    let breaks = (count - 1) / group;
    let gap = if count > 8 { 4 } else { sheet.m.gap };
    let wide = gap * 2;
    let most = area.h * 4 / 5;
    let width = ((area.w - gap * (count - 1) - wide * breaks) / count).clamp(1, most.max(1));
    let whole = width * count + gap * (count - 1) + wide * breaks;
    let right_aligned = area.x > sheet.screen.w / 3;
    let left = if right_aligned { area.right() - whole } else { area.x };
    let bad = code.note.is_some() && !code.typed.is_empty();
    let typed: Vec<char> = code.typed.chars().take(count as usize).collect();
    let height = area.h.min(width * 3 / 2).max(1);
    let top = area.y + (area.h - height) / 2;
    for index in 0..count {
        let x = left + index * (width + gap) + index / group * wide;
        let cell = Area::new(x, top, width, height);
        let radius = (width / 5).min(14);
        let current = index as usize == typed.len() && !code.asking && !paused;
        let (edge, inside, ink) = match (bad, current) {
            (true, _) => ((palette::BAD, 2), palette::BAD_TINT, palette::BAD),
            (false, true) => ((palette::PRIMARY_LIGHT, 3), palette::SURFACE, palette::INK),
            (false, false) => ((palette::EDGE, 2), if paused { palette::OFF } else { palette::SURFACE }, palette::INK),
        };
        if current && !bad {
            sheet.fill(cell.inset(-4, -4), radius + 4, palette::PRIMARY_LIGHT.covered(56));
        }
        sheet.edged(cell, radius, edge, inside);
        if let Some(symbol) = typed.get(index as usize) {
            let size = (width as f32 * 0.62).min(height as f32 * 0.5);
            let style = Style::new(Face::Bold, size, ink).on(Side::Center);
            sheet.digits(&symbol.to_string(), cell, style);
        } else if current && !bad {
            sheet.fill(cell.middle(3, height * 2 / 5), 1, palette::PRIMARY_LIGHT);
        }
    }
    let label = sheet.say(say::PANEL_CODE_TYPED);
    let whole = Area::new(left, top, whole, height);
    sheet.element("code", Role::Status, label, whole).value = Some(typed.iter().collect());
}

fn keys(sheet: &mut Sheet, code: &Code, symbols: &[char], (board, columns): (Area, usize), paused: bool) {
    let columns = columns as i32;
    let look = Look { enabled: !code.asking && !paused, dim: paused };
    let gap = sheet.m.gap;
    // On a digits' pad the zero stands in the middle of the last row.
    let pad = columns == 3;
    let (full, last) = match (pad, symbols.split_last()) {
        (true, Some((last, full))) if symbols.len() % 3 == 1 => (full, Some(*last)),
        _ => (symbols, None),
    };
    let rows = (full.len() as i32 + if pad { 3 } else { 2 } + columns - 1) / columns;
    let cell = |index: i32| board.row(index / columns, rows, gap).column(index % columns, columns, gap);
    for (index, symbol) in full.iter().enumerate() {
        key(sheet, *symbol, cell(index as i32), look);
    }
    let next = full.len() as i32;
    let next = if pad { (rows - 1) * columns } else { next };
    let back = cell(next);
    let can_erase = !code.typed.is_empty() && !code.asking;
    let label = sheet.say(say::PANEL_BACKSPACE);
    let radius = (back.h / 4).clamp(10, 18);
    let ink = if can_erase { palette::INK } else { palette::OFF_INK };
    match look.dim {
        true => sheet.fill(back, radius, palette::OFF),
        false => sheet.edged(back, radius, (palette::EDGE, 2), palette::OFF),
    }
    sheet.element("key-backspace", Role::Key, label, back).enabled = can_erase;
    sheet.icon(icon::DELETE, back, (back.h / 2).min(back.w / 2).min(40), ink);
    if let Some(symbol) = last {
        key(sheet, symbol, cell(next + 1), look);
    }
    let first = cell(next + if last.is_some() { 2 } else { 1 });
    let end = cell(rows * columns - 1);
    let submit = Area { w: end.right() - first.x, ..first };
    let ready = can_erase && code.note.is_none();
    let label = sheet.say(say::PANEL_CODE_SUBMIT);
    Button::primary("code-submit", label, icon::CHECK).when(ready).lay(sheet, submit);
}

/// How the keys are: while a code is looked up they only wait, in a pause they look it.
#[derive(Clone, Copy)]
struct Look {
    enabled: bool,
    dim: bool,
}

fn key(sheet: &mut Sheet, symbol: char, area: Area, look: Look) {
    let radius = (area.h / 4).clamp(10, 18);
    let top = Area { h: area.h - 2, ..area };
    let ink = match look.dim {
        true => {
            sheet.fill(top, radius, palette::OFF);
            palette::OFF_INK
        }
        false => {
            // A lower edge of its own makes it a key that can be pushed.
            sheet.fill(area, radius, palette::EDGE);
            sheet.edged(top, radius, (palette::EDGE, 2), palette::SURFACE);
            palette::INK
        }
    };
    let label = symbol.to_string();
    let id = format!("key-{symbol}");
    sheet.element(id, Role::Key, label.as_str(), area).enabled = look.enabled;
    let size = (area.h as f32 * 0.42).min(area.w as f32 * 0.5);
    sheet.digits(&label, top, Style::new(Face::Medium, size, ink).on(Side::Center));
}
