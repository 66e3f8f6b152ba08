//! The log's last lines, kept in memory for whoever stands at the panel: the same lines that go to stderr, so what may not
//! be logged cannot be here either. Not here: what is logged, and at which level.

use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

/// Characters of a line that are kept: a screen shows fewer.
const LINE_CHARS: usize = 240;

/// Lines that are kept until the settings are read.
const FIRST_LINES: usize = 200;

/// One for the process, as its log is.
static LINES: Mutex<Lines> = Mutex::new(Lines { most: FIRST_LINES, lines: VecDeque::new() });

#[derive(Debug)]
struct Lines {
    most: usize,
    lines: VecDeque<String>,
}

impl Lines {
    fn push(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let line = line.chars().filter(|symbol| !symbol.is_control()).take(LINE_CHARS).collect();
            self.lines.push_back(line);
        }
        let over = self.lines.len().saturating_sub(self.most);
        self.lines.drain(..over);
    }
}

/// Keeps so many lines from now on.
pub fn keep(most: usize) {
    let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.most = most;
    lines.push("");
}

/// The last `most` lines, oldest first.
pub fn last(most: usize) -> Vec<String> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.lines.iter().skip(lines.lines.len().saturating_sub(most)).cloned().collect()
}

/// What the log is written to: stderr, and a copy into memory.
#[derive(Debug)]
pub struct Copied;

impl Write for Copied {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push(&String::from_utf8_lossy(bytes));
        io::stderr().write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::{LINE_CHARS, Lines};

    #[test]
    fn old_lines_go_and_long_ones_are_cut() {
        let mut lines = Lines { most: 3, lines: VecDeque::new() };
        (0..10_000).for_each(|number| lines.push(&format!("line {number}\n")));
        assert_eq!(lines.lines, ["line 9997", "line 9998", "line 9999"]);
        lines.push(&"я".repeat(10_000));
        assert_eq!(lines.lines.back().map(|line| line.chars().count()), Some(LINE_CHARS));
        lines.push("a\u{1b}[31mb\n\n  \nc");
        assert_eq!(lines.lines.iter().skip(1).collect::<Vec<_>>(), ["a[31mb", "c"]);
    }
}
