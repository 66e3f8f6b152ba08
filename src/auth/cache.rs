//! A bounded memory of what was answered. Pure: the time is an argument, and tokens are known by their hash only.

use std::{collections::HashMap, time::Instant};

type Key = [u8; 32];

/// Answers and how long they are believed.
pub(super) struct Cache<T> {
    known: HashMap<Key, (Instant, T)>,
    most: usize,
}

impl<T> Cache<T> {
    /// For `most` answers.
    pub(super) fn of(most: usize) -> Self {
        Self { known: HashMap::new(), most }
    }

    /// What is still believed of this key.
    pub(super) fn get(&self, key: &Key, now: Instant) -> Option<&T> {
        self.known.get(key).filter(|(until, _)| now < *until).map(|(_, answer)| answer)
    }

    /// Remembers an answer. Without room the oldest goes: refusals live shorter, so that strangers' guesses push out
    /// each other first.
    pub(super) fn put(&mut self, key: Key, answer: T, now: Instant, until: Instant) {
        if self.known.len() >= self.most && !self.known.contains_key(&key) {
            self.known.retain(|_, (until, _)| now < *until);
        }
        if self.known.len() >= self.most && !self.known.contains_key(&key) {
            let first = self.known.iter().min_by_key(|(_, (until, _))| *until).map(|(key, _)| *key);
            first.and_then(|first| self.known.remove(&first));
        }
        if self.most > 0 {
            self.known.insert(key, (until, answer));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Cache;

    #[test]
    fn it_forgets_in_time_and_holds_no_more_than_it_may() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        let mut cache = Cache::of(2);
        cache.put([1; 32], 1, now, now + 9 * second);
        cache.put([2; 32], 2, now, now + second);
        assert_eq!((cache.get(&[1; 32], now), cache.get(&[2; 32], now)), (Some(&1), Some(&2)));
        assert_eq!(cache.get(&[2; 32], now + second), None);
        cache.put([3; 32], 3, now, now + 2 * second);
        assert_eq!((cache.get(&[1; 32], now), cache.get(&[2; 32], now)), (Some(&1), None));
        for n in 4..100 {
            cache.put([n; 32], n, now, now + second);
        }
        assert_eq!((cache.known.len(), cache.get(&[1; 32], now)), (2, Some(&1)));
        let mut none = Cache::of(0);
        none.put([1; 32], 1, now, now + second);
        assert_eq!(none.get(&[1; 32], now), None);
    }
}
