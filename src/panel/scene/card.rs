//! A member's card at the scanner. Its number opens nothing: it is printed on the card for everybody to see, and whoever
//! holds a card must not learn from it which documents its owner has here. What opens a job is its code.

/// Digits of the numbers that are on cards.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=20;

/// Whether a scan is a card's number and no code: codes of this kiosk have `code_length` symbols.
pub(super) fn is_card(text: &str, code_length: usize) -> bool {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()) && DIGITS.contains(&text.len()) && text.len() != code_length
}

#[cfg(test)]
mod tests {
    use super::is_card;

    #[test]
    fn a_number_of_another_length_than_a_codes_is_a_card() {
        assert!(is_card(" 1015000\r", 6) && is_card("4601234567893", 6));
        for other in ["101500", "OF72I1", "1015000X", "", "1234", "http://k/j/101500", "１０１５０００"] {
            assert!(!is_card(other, 6), "{other}");
        }
    }
}
