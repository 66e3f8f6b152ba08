//! What the door counts since it was opened, for `/metrics`. Nothing of whom or what.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use hyper::StatusCode;

/// Where the rest is counted.
pub const OTHER: &str = "other";

/// Characters of an action's name.
const NAME_CHARS: usize = 64;

/// The counters.
#[derive(Debug, Default)]
pub struct Counters {
    connections: Cell<u64>,
    uploads: Cell<u64>,
    /// By the first digit of the status.
    answers: [Cell<u64>; 5],
    actions: RefCell<BTreeMap<String, u64>>,
}

/// An open connection, counted while it lives.
pub struct Connection<'a>(&'a Counters);

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.0.connections.set(self.0.connections.get().saturating_sub(1));
    }
}

impl Counters {
    /// A connection is open.
    pub fn connected(&self) -> Connection<'_> {
        self.connections.set(self.connections.get() + 1);
        Connection(self)
    }

    /// An answer is on its way.
    pub fn answered(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.answers[class].set(self.answers[class].get() + 1);
    }

    /// A document was taken.
    pub fn uploaded(&self) {
        self.uploads.set(self.uploads.get() + 1);
    }

    /// A client tells that it did something. At most `names` different names are kept, the rest is `other`: whoever
    /// can reach the port can tell anything.
    pub fn acted(&self, name: &str, names: usize) {
        let mut actions = self.actions.borrow_mut();
        let plain = |c: char| c.is_ascii_alphanumeric() || " _-./:".contains(c);
        let good = !name.is_empty() && name.len() <= NAME_CHARS && name.chars().all(plain);
        let name = if good && (actions.contains_key(name) || actions.len() < names) { name } else { OTHER };
        *actions.entry(name.to_owned()).or_default() += 1;
    }

    /// Open connections.
    pub fn connections(&self) -> u64 {
        self.connections.get()
    }

    /// Documents taken.
    pub fn uploads(&self) -> u64 {
        self.uploads.get()
    }

    /// Answers by the class of their status.
    pub fn answers(&self) -> Vec<(String, u64)> {
        self.answers.iter().enumerate().map(|(class, count)| (format!("{}xx", class + 1), count.get())).collect()
    }

    /// What clients told.
    pub fn actions(&self) -> Vec<(String, u64)> {
        self.actions.borrow().iter().map(|(name, count)| (name.clone(), *count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Counters, NAME_CHARS};

    #[test]
    fn names_are_few_and_plain() {
        let counters = Counters::default();
        for name in
            ["print terminal load", "a", "print terminal load", "b", "", "\"} 1\n", "ж", &"x".repeat(NAME_CHARS + 1)]
        {
            counters.acted(name, 2);
        }
        let expected = [("a", 1), ("other", 5), ("print terminal load", 2)];
        assert_eq!(counters.actions(), expected.map(|(name, count)| (name.to_owned(), count)));
    }

    #[test]
    fn a_connection_is_counted_while_it_lives() {
        let counters = Counters::default();
        let (first, second) = (counters.connected(), counters.connected());
        assert_eq!(counters.connections(), 2);
        drop((first, second));
        assert_eq!(counters.connections(), 0);
    }
}
