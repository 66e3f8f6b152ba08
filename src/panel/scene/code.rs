//! A code being typed.

use super::Refusal;

/// What was typed and what came of it.
#[derive(Clone, Debug, Default)]
pub(in crate::panel) struct Code {
    /// Upper case.
    pub(in crate::panel) typed: String,
    /// Its job is being looked for.
    pub(in crate::panel) asking: bool,
    /// Why the code before came to nothing.
    pub(in crate::panel) note: Option<Note>,
}

/// Why a code came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::panel) enum Note {
    Refused(Refusal),
    /// The scanner read something that is no code.
    Unreadable,
    /// The scanner read a member's card.
    Card,
}

impl Code {
    /// A symbol more. After a refusal typing starts anew. Whether the code is complete.
    pub(super) fn push(&mut self, symbol: char, length: usize) -> bool {
        if self.note.take().is_some() {
            self.typed.clear();
        }
        if self.typed.chars().count() < length {
            self.typed.extend(symbol.to_uppercase());
        }
        self.typed.chars().count() >= length
    }

    /// A symbol less.
    pub(super) fn pop(&mut self) {
        self.note = None;
        self.typed.pop();
    }
}

/// The code in what a scanner read: the code itself, or a link to its job's page, `http…/j/CODE`.
pub(super) fn scanned(text: &str) -> Option<&str> {
    let text = text.trim();
    let lower = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
    if !lower {
        return Some(text).filter(|text| text.chars().count() <= 64);
    }
    // A scanner that types like a keyboard knows no small letters.
    let (_, code) = text.rsplit_once("/j/").or_else(|| text.rsplit_once("/J/"))?;
    code.split(['?', '#', '/']).next().filter(|code| !code.is_empty())
}

#[cfg(test)]
mod tests {
    use super::scanned;

    #[test]
    fn a_link_and_a_bare_code_are_the_same() {
        assert_eq!(scanned(" of72i1\r\n"), Some("of72i1"));
        assert_eq!(scanned("https://print.local/j/OF72I1?x=1#top"), Some("OF72I1"));
        assert_eq!(scanned("http://print.local/"), None);
        assert_eq!(scanned("HTTP://K/print/j/AB12/"), Some("AB12"));
        assert_eq!(scanned("HTTP://K:8080/J/AB12?X=1"), Some("AB12"));
    }
}
