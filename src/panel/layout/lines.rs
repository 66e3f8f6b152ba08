//! Where lines break, and how a text is made to fit: wrapped first, then smaller, then shortened with an ellipsis.

use crate::panel::font::Face;

/// From baseline to baseline, as a part of the size.
pub(super) const LEADING: f32 = 1.32;

/// A line's own height, from above its capitals to below its tails, as a part of the size.
pub(super) const LINE: f32 = 1.1;

/// A text broken into lines at a size that fits.
pub(super) struct Lines {
    pub(super) size: f32,
    pub(super) lines: Vec<String>,
}

/// The room a text has.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) most: usize,
}

/// Breaks `text` at the largest size from `size` down to `least` at which it fits into `room`.
pub(super) fn fit(text: &str, face: Face, size: f32, least: f32, room: Room) -> Lines {
    let mut now = size;
    loop {
        let by_height = ((room.height as f32 / now - LINE) / LEADING + 1.0).floor().max(0.0) as usize;
        let most = by_height.min(room.most.max(1));
        let lines = wrap(text, face, now, room.width as f32);
        let wide = lines.iter().any(|line| face.width(line, now) > room.width as f32);
        if lines.len() <= most && !wide {
            return Lines { size: now, lines };
        }
        if now - 1.0 < least {
            return Lines { size: now, lines: cut(lines, most.max(1), face, now, room.width as f32) };
        }
        now -= 1.0;
    }
}

/// Greedy, at spaces; a no-break space holds. A word wider than the line stays whole: the caller goes smaller.
fn wrap(text: &str, face: Face, size: f32, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (longer, lines.last_mut()) {
            (Some(longer), Some(last)) if face.width(&longer, size) <= width => *last = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Like `wrap`, but with lines of like length: the narrowest width that needs no more lines.
pub(super) fn balance(lines: &Lines, face: Face) -> Vec<String> {
    let text = lines.lines.join(" ");
    let width = |line: &String| face.width(line, lines.size);
    let widest = lines.lines.iter().map(width).fold(0.0, f32::max);
    let mut best = lines.lines.clone();
    let mut narrow = widest * 0.5;
    while narrow < widest && lines.lines.len() > 1 {
        let tried = wrap(&text, face, lines.size, narrow);
        if tried.len() == lines.lines.len() && tried.iter().all(|line| width(line) <= widest) {
            best = tried;
            break;
        }
        narrow += 4.0;
    }
    best
}

fn cut(mut lines: Vec<String>, most: usize, face: Face, size: f32, width: f32) -> Vec<String> {
    let shortened = lines.len() > most;
    lines.truncate(most);
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter_mut().enumerate() {
        if (shortened && index == last) || face.width(line, size) > width {
            *line = shorten_end(line, face, size, width);
        }
    }
    lines
}

fn shorten_end(text: &str, face: Face, size: f32, width: f32) -> String {
    let symbols: Vec<char> = text.chars().collect();
    let shorter = |count: usize| symbols[..count].iter().collect::<String>().trim_end().to_owned() + "…";
    (0..=symbols.len()).rev().map(shorter).find(|text| face.width(text, size) <= width).unwrap_or_default()
}

/// One line, shortened in its middle: a file's name keeps its beginning and its ending.
pub(super) fn shorten_middle(text: &str, face: Face, size: f32, width: i32) -> String {
    let width = width as f32;
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    if face.width(&text, size) <= width {
        return text;
    }
    let symbols: Vec<char> = text.chars().collect();
    let shorter = |kept: usize| {
        let tail = (kept / 3).max(5).min(kept);
        let head: String = symbols[..kept - tail].iter().collect();
        let tail: String = symbols[symbols.len() - tail..].iter().collect();
        format!("{}…{}", head.trim_end(), tail.trim_start())
    };
    (0..symbols.len()).rev().map(shorter).find(|text| face.width(text, size) <= width).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Face, Room, balance, fit, shorten_middle};

    #[test]
    fn a_text_wraps_then_shrinks_then_is_cut() {
        let text = "Положите бумагу в лоток или позовите сотрудника";
        let room = |width, height| Room { width, height, most: 3 };
        assert_eq!(fit(text, Face::Regular, 20.0, 14.0, room(900, 30)).lines.len(), 1);
        let wrapped = fit(text, Face::Regular, 20.0, 14.0, room(300, 80));
        assert_eq!((wrapped.lines.len(), wrapped.size), (2, 20.0));
        assert_eq!(balance(&wrapped, Face::Regular).len(), 2);
        let cut = fit(text, Face::Regular, 20.0, 14.0, room(150, 20));
        assert!(cut.size < 15.0 && cut.lines.len() == 1 && cut.lines[0].ends_with('…'), "{:?}", cut.lines);
    }

    #[test]
    fn a_name_keeps_both_ends() {
        let name = shorten_middle("Очень длинное имя курсовой работы по физике.docx", Face::Semibold, 20.0, 260);
        assert!(name.starts_with("Очень") && name.ends_with(".docx") && name.contains('…'), "{name}");
    }
}
