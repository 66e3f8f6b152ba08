//! Lines out of a scanner's bytes: where they end, how long they may be, what is noise, what is the same scan again.

use crate::settings::scanner::Scanner;

/// Bytes on their way to a line.
#[derive(Debug)]
pub struct Frame {
    terminators: Vec<u8>,
    pause_ms: u64,
    least: usize,
    most: usize,
    repeat_ms: u64,
    line: Vec<u8>,
    /// The line is too long: the rest of it is thrown away.
    over: bool,
    last: Option<(String, u64)>,
}

impl Frame {
    /// As an operator chose.
    pub fn new(settings: &Scanner) -> Self {
        Self {
            terminators: settings.terminators.as_bytes().to_vec(),
            pause_ms: settings.pause_ms,
            least: settings.least_bytes,
            most: settings.most_bytes,
            repeat_ms: settings.repeat_ms,
            line: Vec::new(),
            over: false,
            last: None,
        }
    }

    /// After so many milliseconds without a byte a line that is begun is over.
    pub fn pause_ms(&self) -> Option<u64> {
        (self.pause_ms > 0 && (!self.line.is_empty() || self.over)).then_some(self.pause_ms)
    }

    /// Takes bytes; the lines that they end. `now_ms` only goes on.
    pub fn take(&mut self, bytes: &[u8], now_ms: u64) -> Vec<String> {
        let mut lines = Vec::new();
        for byte in bytes {
            if self.terminators.contains(byte) {
                lines.extend(self.end(now_ms));
            } else if self.line.len() >= self.most {
                self.over = true;
            } else {
                self.line.push(*byte);
            }
        }
        lines
    }

    /// Nothing came for a while.
    pub fn pause(&mut self, now_ms: u64) -> Option<String> {
        self.end(now_ms)
    }

    fn end(&mut self, now_ms: u64) -> Option<String> {
        let over = std::mem::take(&mut self.over);
        let line = String::from_utf8(std::mem::take(&mut self.line)).ok().filter(|_| !over)?;
        let line = line.trim();
        if line.len() < self.least || line.chars().any(char::is_control) {
            return None;
        }
        let again = self.last.as_ref().is_some_and(|(last, at)| last == line && now_ms < at + self.repeat_ms);
        // Held on the same code, a scanner fires on and on: each time counts anew.
        self.last = Some((line.to_owned(), now_ms));
        (!again).then(|| line.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Frame, Scanner};

    fn frame() -> Frame {
        Frame::new(&Scanner::default())
    }

    #[test]
    fn lines_end_by_cr_by_lf_by_both_or_by_a_pause() {
        for end in ["\r", "\n", "\r\n"] {
            assert_eq!(frame().take(format!("OF72I1{end}").as_bytes(), 0), ["OF72I1"], "{end:?}");
        }
        let mut frame = frame();
        assert!(frame.pause_ms().is_none() && frame.take(b"OF7", 0).is_empty());
        assert!(frame.pause_ms().is_some() && frame.take(b"2I1", 10).is_empty());
        assert_eq!(frame.pause(400), Some("OF72I1".into()));
        assert!(frame.pause_ms().is_none() && frame.pause(900).is_none());
        assert_eq!(frame.take(b"AAAAAA\rBBBBBB\r\n\nCCC", 5_000), ["AAAAAA", "BBBBBB"]);
    }

    #[test]
    fn noise_is_no_line_and_the_line_after_it_is_whole() {
        let mut frame = frame();
        let long = vec![b'A'; 100_000];
        assert!(frame.take(&long, 0).is_empty() && frame.line.len() == 512 && frame.pause_ms().is_some());
        assert_eq!(frame.take(b"\rOF72I1\r", 1), ["OF72I1"]);
        for noise in [&b"\xff\xfe\xfd\xfc\r"[..], b"OF\x0072I1\r", b"abc\r", b"\x1b[31mOF72\r", b"   \r"] {
            assert!(frame.take(noise, 5_000).is_empty(), "{noise:?}");
        }
        assert!(frame.take(&long, 6_000).is_empty() && frame.pause(7_000).is_none());
        assert_eq!(frame.take(b"http://k/j/OF72I1\n", 8_000), ["http://k/j/OF72I1"]);
    }

    #[test]
    fn the_same_again_within_a_second_is_the_same_scan() {
        let mut frame = frame();
        assert_eq!(frame.take(b"OF72I1\r", 0).len(), 1);
        assert_eq!(frame.take(b"OF72I1\r", 900).len(), 0);
        assert_eq!(frame.take(b"OF72I1\r", 1_800).len(), 0);
        assert_eq!(frame.take(b"OF72I2\rOF72I1\r", 1_900).len(), 2);
        assert_eq!(frame.take(b"OF72I1\r", 3_000).len(), 1);
    }

    proptest! {
        #[test]
        fn whatever_comes_however_it_is_cut(bytes in prop::collection::vec(any::<u8>(), 0..3_000), cut in 1..300_usize) {
            let (mut whole, mut parts) = (frame(), frame());
            let lines: Vec<String> = bytes.chunks(cut).flat_map(|part| parts.take(part, 0)).collect();
            prop_assert_eq!(&whole.take(&bytes, 0), &lines);
            prop_assert!(lines.iter().all(|line| (4..=512).contains(&line.len())));
            prop_assert!(parts.line.len() <= 512);
        }
    }
}
