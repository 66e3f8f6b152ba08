//! Below the pages: what is worth knowing before printing, and the tap that mends it. Too little paper comes first, then
//! the pre-flight's findings, gravest first; what has no room is counted.

use crate::{
    job::paper::Way,
    panel::{
        canvas::Argb,
        font::Face,
        icon,
        layout::{
            Role,
            area::Area,
            sheet::{Sheet, Side, Style},
        },
        scene::{
            Panel,
            mend::{Shortage, way_id},
            review::Review,
        },
    },
    text::say,
};

/// One thing to know.
struct Strip {
    id: String,
    words: String,
    look: (Argb, Argb),
    /// Ids and labels.
    buttons: Vec<(String, String)>,
}

/// Draws at most `most` strips at the lower end of `space`; the height that they and the gap above them take.
pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, review: &Review, space: Area, most: usize) -> i32 {
    let mut strips: Vec<Strip> = panel.shortage(review).map(|shortage| paper(sheet, &shortage)).into_iter().collect();
    strips.extend(panel.findings(review).iter().map(|finding| {
        Strip {
            id: format!("finding-{}", finding.what.keyword()),
            words: finding.tell(sheet.language),
            look: (sheet.p.warn, sheet.p.warn_tint),
            buttons: finding
                .mend
                .iter()
                .map(|_| (format!("mend-{}", finding.what.keyword()), sheet.say(say::PREFLIGHT_LEAVE_OUT).to_owned()))
                .collect(),
        }
    }));
    // A small screen has room for the page or for words.
    let most = if sheet.m.compact { 1 } else { most };
    let high = |sheet: &Sheet, strips: &[Strip]| -> i32 {
        strips.iter().map(|strip| height(sheet, strip, space.w) + sheet.m.gap).sum()
    };
    let mut more = strips.len().saturating_sub(most);
    strips.truncate(most);
    // One is told and the others are counted where there would be no room for the page.
    while strips.len() > 1 && high(sheet, &strips) > space.h - sheet.m.header_h * 3 / 2 {
        strips.pop();
        more += 1;
    }
    if let Some(last) = strips.last_mut().filter(|_| more > 0) {
        let more = say::PREFLIGHT_MORE.fill(sheet.language, &[("count", &more.to_string())]);
        last.words = format!("{} ({more})", last.words);
    }
    let mut bottom = space.bottom();
    for strip in strips.iter().rev() {
        let height = height(sheet, strip, space.w);
        draw(sheet, strip, Area { y: bottom - height, h: height, ..space });
        bottom -= height + sheet.m.gap;
    }
    space.bottom() - bottom
}

fn paper(sheet: &Sheet, shortage: &Shortage) -> Strip {
    let language = sheet.language;
    let count = |sheets: u64| say::SHEETS.count(language, sheets);
    let values = [("left", count(shortage.left.into())), ("needed", count(shortage.needed))];
    let words = if shortage.left > 0 { say::PAPER_SHORT } else { say::PAPER_NONE };
    let words = words.fill(language, &values.each_ref().map(|(name, value)| (*name, value.as_str())));
    let label = |way: &Way| match way {
        Way::TwoSided => say::PAPER_TWO_SIDED.get(language).to_owned(),
        Way::Copies(copies) => say::PAPER_COPIES.count(language, copies.get().into()),
        Way::Pages(pages) => {
            let pages = pages.to_string().replace('-', "–").replace(',', ", ");
            say::PAPER_PAGES.fill(language, &[("pages", &pages)])
        }
    };
    let mut buttons: Vec<(String, String)> = Vec::new();
    buttons.extend(shortage.way.as_ref().map(|way| (way_id(way).to_owned(), label(way))));
    buttons.push(("paper-is-there".into(), sheet.say(say::PAPER_IS_THERE).to_owned()));
    Strip { id: "paper-short".into(), words, look: (sheet.p.bad, sheet.p.bad_tint), buttons }
}

fn words_style(sheet: &Sheet, strip: &Strip) -> Style {
    Style::new(Face::Medium, sheet.m.caption, strip.look.0)
}

/// Where the words and the buttons stand: beside each other, or the buttons below.
fn is_beside(sheet: &Sheet, strip: &Strip, width: i32) -> bool {
    strip.buttons.len() == 1 && width >= sheet.m.finger * 6
}

/// Of one button beside the words.
fn button_width(sheet: &Sheet, strip: &Strip, width: i32) -> i32 {
    let widest =
        strip.buttons.iter().map(|(_, label)| Face::Semibold.width(label, sheet.m.caption)).fold(0.0, f32::max);
    (widest.ceil() as i32 + 32).clamp(sheet.m.finger * 2, (width * 2 / 5).max(sheet.m.finger * 2))
}

/// What is left of `width` for the words.
fn words_width(sheet: &Sheet, strip: &Strip, width: i32) -> i32 {
    let icon = (sheet.m.caption * 1.3) as i32;
    let free = width - icon - 3 * sheet.m.gap;
    if is_beside(sheet, strip, width) { free - button_width(sheet, strip, width) } else { free }
}

fn height(sheet: &Sheet, strip: &Strip, width: i32) -> i32 {
    let style = words_style(sheet, strip);
    let room = words_width(sheet, strip, width).max(1) as f32;
    // Lines end where words do: a little more than their lengths together.
    let lines = (style.face.width(&strip.words, style.size) * 1.12 / room).ceil().clamp(1.0, 3.0);
    let words = (style.size * 1.36 * lines).ceil() as i32;
    let gap = sheet.m.gap;
    match (strip.buttons.is_empty(), is_beside(sheet, strip, width)) {
        (true, _) => words + gap * 2,
        (false, true) => words.max(sheet.m.finger) + gap,
        (false, false) => words + sheet.m.finger + gap * 5 / 2,
    }
}

fn draw(sheet: &mut Sheet, strip: &Strip, area: Area) {
    let gap = sheet.m.gap;
    let style = words_style(sheet, strip);
    sheet.fill(area, sheet.m.radius / 2, strip.look.1);
    let side = (style.size * 1.3) as i32;
    let beside = is_beside(sheet, strip, area.w) || strip.buttons.is_empty();
    let upper = if beside { area } else { Area { h: area.h - sheet.m.finger - gap, ..area } };
    sheet.icon(icon::CIRCLE_ALERT, Area { x: area.x + gap, w: side, ..upper }, side, strip.look.0);
    let x = area.x + gap * 2 + side;
    let words = Area { x, w: words_width(sheet, strip, area.w), ..upper }.inset(0, gap / 3);
    sheet.text(&strip.id, Role::Status, &strip.words, words, 3, style);
    let count = strip.buttons.len() as i32;
    let row = if beside {
        let width = button_width(sheet, strip, area.w);
        Area {
            x: area.right() - width - gap / 2,
            y: area.y + (area.h - sheet.m.finger) / 2,
            w: width,
            h: sheet.m.finger,
        }
    } else {
        Area { y: area.bottom() - sheet.m.finger - gap, h: sheet.m.finger, ..area }.inset(gap, 0)
    };
    for (index, (id, label)) in strip.buttons.iter().enumerate() {
        let place = row.column(index as i32, count, sheet.m.apart);
        sheet.edged(place, place.h / 4, (strip.look.0, 2), sheet.p.surface);
        sheet.element(id.as_str(), Role::Button, label.as_str(), place);
        let style = Style::new(Face::Semibold, sheet.m.caption, sheet.p.ink).on(Side::Center);
        sheet.words(label, place.inset(8, 4), 2, style);
    }
}
