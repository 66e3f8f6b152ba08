//! Code: the cells of the code and a keyboard of its symbols.

use super::{
    Role,
    area::Area,
    measures::Measures,
    parts::{self, Button},
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{
        font::Face,
        icon,
        scene::{
            Panel, Refusal,
            code::{Code, Note},
        },
        words,
    },
    text::say,
};

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, code: &Code, now_ms: u64) {
    let left = parts::back(sheet);
    let right = parts::languages(sheet);
    title(sheet, panel, left, right, now_ms);
    let paused = panel.tries.left_ms(now_ms) > 0;
    let symbols = symbols(&panel.settings.code_symbols);
    let digits_only = symbols.len() <= 12 && symbols.iter().all(char::is_ascii_digit);
    let m = sheet.m;
    // Keys want all the room there is.
    let margin = m.margin * 2 / 3;
    let whole = Area::new(m.margin, m.top, sheet.screen.w - 2 * m.margin, sheet.screen.h - m.top - margin);
    let cell_h = (m.symbol * 1.3) as i32;
    if m.tall {
        let words = Area { h: (m.caption * 2.9) as i32, ..whole };
        status(sheet, panel, code, words, now_ms);
        let row = Area { y: words.bottom() + m.gap, h: cell_h.max(m.button), ..whole };
        cells(sheet, panel, code, row, paused);
        let board = Area { x: margin, w: sheet.screen.w - 2 * margin, ..whole };
        let from = (row.bottom() + m.gap * 2).max(sheet.screen.h * 9 / 20);
        let mut pad = Board::of(Area { y: from, h: whole.bottom() - from, ..board }, symbols.len(), m);
        if pad.least() < m.finger * 11 / 9 {
            // The smallest screens: larger keys are worth more than a lower keyboard.
            let from = (row.bottom() + m.gap * 2).max(sheet.screen.h * 38 / 100);
            pad = Board::of(Area { y: from, h: whole.bottom() - from, ..board }, symbols.len(), m);
        }
        return keys(sheet, code, &symbols, pad, paused);
    }
    if digits_only {
        let pad_w = (whole.w * 46 / 100).min(m.key * 5 + m.apart * 2);
        let pad = Area { x: whole.right() - pad_w, w: pad_w, ..whole };
        let left = Area { w: whole.w - pad_w - m.margin, ..whole };
        let line = cell_h.max(m.button);
        let high = (m.lead * 3.2) as i32;
        let y = left.y + (left.h - high - m.gap - line) / 3;
        let words = Area { y, h: high, ..left };
        status(sheet, panel, code, words, now_ms);
        cells(sheet, panel, code, Area { y: words.bottom() + m.gap, h: line, ..left }, paused);
        return keys(sheet, code, &symbols, Board::of(pad, symbols.len(), m), paused);
    }
    let words = Area { w: whole.w * 43 / 100, h: cell_h, ..whole };
    let x = words.right() + m.gap;
    status(sheet, panel, code, words, now_ms);
    cells(sheet, panel, code, Area { x, w: whole.right() - x, ..words }, paused);
    let top = words.bottom() + m.apart;
    let board = Area { y: top, h: whole.bottom() - top, ..whole };
    keys(sheet, code, &symbols, Board::of(board, symbols.len(), m), paused);
}

/// Upper case, each once, `1` to `9` before `0`, digits before letters: as on any keyboard.
fn symbols(all: &[char]) -> Vec<char> {
    let mut symbols: Vec<char> = all.iter().flat_map(|symbol| symbol.to_uppercase()).collect();
    symbols.sort_by_key(|symbol| (!symbol.is_ascii_digit(), *symbol == '0', *symbol));
    symbols.dedup();
    symbols
}

fn title(sheet: &mut Sheet, panel: &Panel, left: i32, right: i32, now_ms: u64) {
    let pause = panel.tries.left_ms(now_ms) > 0;
    let words = sheet.say(if pause { say::PANEL_CODE_PAUSED_TITLE } else { say::PANEL_CODE_TITLE });
    let style = Style::new(Face::Bold, sheet.m.heading, sheet.p.ink);
    let frame = parts::title_frame(sheet, left, right);
    sheet.text("heading", Role::Heading, words, frame, 1, style);
}

/// What to type, or why what was typed came to nothing.
fn status(sheet: &mut Sheet, panel: &Panel, code: &Code, area: Area, now_ms: u64) {
    let (m, language) = (sheet.m, sheet.language);
    let size = m.lead;
    let pause = panel.tries.left_ms(now_ms).div_ceil(1_000);
    let pause = (pause > 0).then(|| say::PANEL_CODE_PAUSED.fill(language, &[("time", &words::wait(pause, language))]));
    if let Some(why) = pause.or_else(|| code.note.map(|note| why(note).get(language).to_owned())) {
        let side = ((size * 1.3) as i32).min(area.h);
        sheet.icon(icon::CIRCLE_ALERT, Area { w: side, ..area }, side, sheet.p.bad);
        let frame = Area { x: area.x + side + m.gap, w: area.w - side - m.gap * 2, ..area };
        let style = Style::new(Face::Medium, size, sheet.p.bad);
        sheet.text("code-status", Role::Status, &why, frame, 3, style);
        return;
    }
    let count = say::PANEL_SYMBOLS.count(language, panel.settings.code_length as u64);
    let words = match code.asking {
        true => sheet.say(say::PANEL_CODE_ASKING).to_owned(),
        false => say::PANEL_CODE_LEAD.fill(language, &[("symbols", &count)]),
    };
    let side = if m.tall { Side::TopLeft } else { Side::Left };
    let style = Style::new(Face::Regular, size, sheet.p.muted).on(side);
    sheet.text("code-status", Role::Status, &words, area, 2, style);
}

/// Why the code before came to nothing.
fn why(note: Note) -> crate::text::Text {
    match note {
        Note::Unreadable => say::PANEL_CODE_UNREADABLE,
        Note::Card => say::DESK_CARD,
        Note::Refused(refusal) => refused(refusal),
    }
}

/// The sentence of a refusal.
pub(super) fn refused(refusal: Refusal) -> crate::text::Text {
    match refusal {
        Refusal::NotFound => say::PANEL_CODE_NOT_FOUND,
        Refusal::NotUploaded => say::PANEL_CODE_NOT_UPLOADED,
        Refusal::NotReady => say::PANEL_CODE_NOT_READY,
        Refusal::Unprintable => say::PANEL_CODE_UNPRINTABLE,
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
    let most = area.h;
    let width = ((area.w - gap * (count - 1) - wide * breaks) / count).clamp(1, most.max(1));
    let whole = width * count + gap * (count - 1) + wide * breaks;
    let right_aligned = area.x > sheet.screen.w / 3 && !sheet.m.tall;
    let left = if right_aligned { area.right() - whole } else { area.x };
    let bad = code.note.is_some() && !code.typed.is_empty();
    let typed: Vec<char> = code.typed.chars().take(count as usize).collect();
    let height = area.h.min(width * 8 / 5).max(1);
    let top = area.y + (area.h - height) / 2;
    for index in 0..count {
        let x = left + index * (width + gap) + index / group * wide;
        let cell = Area::new(x, top, width, height);
        let radius = (width / 5).min(14);
        let current = index as usize == typed.len() && !code.asking && !paused;
        let (edge, inside, ink) = match (bad, current) {
            (true, _) => ((sheet.p.bad, 2), sheet.p.bad_tint, sheet.p.bad),
            (false, true) => ((sheet.p.accent, 3), sheet.p.surface, sheet.p.ink),
            (false, false) => ((sheet.p.edge, 2), if paused { sheet.p.off } else { sheet.p.surface }, sheet.p.ink),
        };
        if current && !bad {
            sheet.fill(cell.inset(-4, -4), radius + 4, sheet.p.accent.covered(56));
        }
        sheet.edged(cell, radius, edge, inside);
        if let Some(symbol) = typed.get(index as usize) {
            let size = (width as f32 * 0.8).min(height as f32 * 0.8).min(sheet.m.symbol * 1.3);
            let style = Style::new(Face::Bold, size, ink).on(Side::Center);
            sheet.digits(&symbol.to_string(), cell, style);
        } else if current && !bad {
            sheet.fill(cell.middle(3, height * 2 / 5), 1, sheet.p.accent);
        }
    }
    let label = sheet.say(say::PANEL_CODE_TYPED);
    let whole = Area::new(left, top, whole, height);
    sheet.element("code", Role::Status, label, whole).value = Some(typed.iter().collect());
}

/// Where the keys stand: so many columns and rows that the keys are as large as they get.
#[derive(Clone, Copy)]
struct Board {
    area: Area,
    columns: i32,
    rows: i32,
    apart: i32,
}

impl Board {
    /// For so many symbols, one key that erases, and one of two keys' width or more that submits. Keys grow up to `m.key`
    /// and then stay at the lower end of `area`, in its middle.
    fn of(area: Area, symbols: usize, m: Measures) -> Self {
        let (symbols, apart) = (symbols.min(200) as i32, m.apart);
        let pad = symbols <= 10;
        let cells = symbols + if pad { 2 } else { 3 };
        let board = |columns: i32| {
            let rows = ((cells + columns - 1) / columns).max(1);
            let width = (area.w - apart * (columns - 1)) / columns;
            let height = (area.h - apart * (rows - 1)) / rows;
            let most = if pad { m.key * 4 / 3 } else { m.key };
            let (width, height) = (width.min(most * 5 / 4), height.min(most).min(width * 6 / 5));
            let (w, h) = (width * columns + apart * (columns - 1), height * rows + apart * (rows - 1));
            let place = Area::new(area.x + (area.w - w) / 2, area.bottom() - h, w, h);
            Self { area: place, columns, rows, apart }
        };
        let all = if pad { 3..=3 } else { 4..=16 };
        all.map(board).max_by_key(|board| board.least()).unwrap_or_else(|| board(3))
    }

    /// The shorter side of its keys.
    fn least(self) -> i32 {
        let cell = self.cell(0);
        cell.w.min(cell.h)
    }

    fn cell(self, index: i32) -> Area {
        let row = self.area.row(index / self.columns, self.rows, self.apart);
        row.column(index % self.columns, self.columns, self.apart)
    }
}

fn keys(sheet: &mut Sheet, code: &Code, symbols: &[char], board: Board, paused: bool) {
    let look = Look { enabled: !code.asking && !paused, dim: paused };
    // On a digits' pad the zero stands in the middle of the last row.
    let pad = board.columns == 3;
    let (full, last) = match (pad, symbols.split_last()) {
        (true, Some((last, full))) if symbols.len() % 3 == 1 => (full, Some(*last)),
        _ => (symbols, None),
    };
    for (index, symbol) in full.iter().enumerate() {
        key(sheet, *symbol, board.cell(index as i32), look);
    }
    let next = if pad { (board.rows - 1) * board.columns } else { full.len() as i32 };
    let back = board.cell(next);
    let can_erase = !code.typed.is_empty() && !code.asking;
    let label = sheet.say(say::PANEL_BACKSPACE);
    let radius = (back.h / 4).clamp(10, sheet.m.radius.max(10));
    let ink = if can_erase { sheet.p.ink } else { sheet.p.off_ink };
    match look.dim {
        true => sheet.fill(back, radius, sheet.p.off),
        false => sheet.edged(back, radius, (sheet.p.edge, 2), sheet.p.off),
    }
    sheet.element("key-backspace", Role::Key, label, back).enabled = can_erase;
    sheet.icon(icon::DELETE, back, (back.h / 2).min(back.w / 2), ink);
    if let Some(symbol) = last {
        key(sheet, symbol, board.cell(next + 1), look);
    }
    let first = next + if last.is_some() { 2 } else { 1 };
    let end = board.cell((first / board.columns + 1) * board.columns - 1);
    let first = board.cell(first);
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
    let radius = (area.h / 4).clamp(10, sheet.m.radius.max(10));
    let top = Area { h: area.h - 2, ..area };
    let ink = match look.dim {
        true => {
            sheet.fill(top, radius, sheet.p.off);
            sheet.p.off_ink
        }
        false => {
            // A lower edge of its own makes it a key that can be pushed.
            sheet.fill(area, radius, sheet.p.edge);
            sheet.edged(top, radius, (sheet.p.edge, 2), sheet.p.surface);
            sheet.p.ink
        }
    };
    let label = symbol.to_string();
    let id = format!("key-{symbol}");
    sheet.element(id, Role::Key, label.as_str(), area).enabled = look.enabled;
    let (w, h) = (area.w as f32, area.h as f32);
    let size = sheet.m.symbol.max(h * 0.42).min(h * 0.72).min(w * 0.72);
    sheet.digits(&label, top, Style::new(Face::Medium, size, ink).on(Side::Center));
}
