//! The icons by name: code points of the Lucide subset (`assets/fonts/icons.txt`). An icon fills a square of its size.

/// `printer`.
pub const PRINTER: char = '\u{e141}';
/// `smartphone`.
pub const SMARTPHONE: char = '\u{e163}';
/// `upload`.
pub const UPLOAD: char = '\u{e19e}';
/// `keyboard`.
pub const KEYBOARD: char = '\u{e284}';
/// `scan-qr-code`.
pub const SCAN_QR_CODE: char = '\u{e5f6}';
/// `qr-code`.
pub const QR_CODE: char = '\u{e1df}';
/// `circle-check`.
pub const CIRCLE_CHECK: char = '\u{e226}';
/// `check`.
pub const CHECK: char = '\u{e06c}';
/// `file-text`.
pub const FILE_TEXT: char = '\u{e0cc}';
/// `shield-check`.
pub const SHIELD_CHECK: char = '\u{e1ff}';
/// `arrow-left`.
pub const ARROW_LEFT: char = '\u{e048}';
/// `triangle-alert`.
pub const TRIANGLE_ALERT: char = '\u{e193}';
/// `circle-alert`.
pub const CIRCLE_ALERT: char = '\u{e077}';
/// `delete`.
pub const DELETE: char = '\u{e0ae}';
/// `minus`.
pub const MINUS: char = '\u{e11c}';
/// `plus`.
pub const PLUS: char = '\u{e13d}';
/// `trash-2`.
pub const TRASH_2: char = '\u{e18e}';
/// `clock`.
pub const CLOCK: char = '\u{e087}';
/// `wifi`.
pub const WIFI: char = '\u{e1ae}';
/// `settings`.
pub const SETTINGS: char = '\u{e154}';
/// `copy`.
pub const COPY: char = '\u{e09e}';
/// `languages`.
pub const LANGUAGES: char = '\u{e0fe}';
/// `a-large-small`.
pub const A_LARGE_SMALL: char = '\u{e587}';
/// `users`.
pub const USERS: char = '\u{e1a4}';
/// `hard-drive`.
pub const HARD_DRIVE: char = '\u{e0ed}';
/// `rotate-ccw`.
pub const ROTATE_CCW: char = '\u{e148}';
/// `power`.
pub const POWER: char = '\u{e140}';
/// `sun`.
pub const SUN: char = '\u{e178}';
/// `palette`.
pub const PALETTE: char = '\u{e1dd}';
/// `files`.
pub const FILES: char = '\u{e0cf}';
/// `x`.
pub const CROSS: char = '\u{e1b2}';

#[cfg(test)]
mod tests {
    use super::super::font::Face;

    #[test]
    fn every_listed_icon_is_in_the_font() {
        for line in include_str!("../../assets/fonts/icons.txt").lines() {
            let code = line.split_whitespace().nth(1).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            assert!(code.and_then(char::from_u32).is_some_and(|icon| Face::Icons.has(icon)), "{line}");
        }
    }
}
