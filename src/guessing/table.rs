//! The buckets of all addresses and the one that is everybody's. Pure; time is an argument.
//!
//! The table is bounded and nobody is ever put out of it while anything is lacking: an address that finds no place is
//! counted in everybody's bucket alone. So filling the table resets nothing.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use super::bucket::{Bucket, Rate};

/// Whom an address belongs to, as far as it tells: an IPv4 address, or the 64 bits that a subscriber of IPv6 gets at
/// least (RFC 6177) and can choose addresses from as they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Block(IpAddr);

impl Block {
    /// The block of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()),
            address => Self(address),
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A try that was taken, to be given back when it was no guess.
#[must_use]
#[derive(Debug)]
pub struct Taken {
    block: Block,
    /// Whether the address has a bucket of its own.
    own: bool,
}

/// All buckets.
#[derive(Debug)]
pub struct Buckets {
    address: Rate,
    overall: Rate,
    /// Addresses with a bucket of their own.
    most: usize,
    all: Bucket,
    each: HashMap<Block, Bucket>,
}

impl Buckets {
    /// With what an earlier life wrote down: addresses, the empty one for all.
    pub fn new(address: Rate, overall: Rate, most: usize, rows: &[(String, i64)]) -> Self {
        let mut buckets = Self { address, overall, most, all: Bucket::default(), each: HashMap::new() };
        for (name, full_at) in rows {
            let bucket = Bucket { full_at: *full_at };
            match name.parse() {
                _ if name.is_empty() => buckets.all = bucket,
                Ok(address) if buckets.each.len() < most => drop(buckets.each.insert(Block::of(address), bucket)),
                _ => {}
            }
        }
        buckets
    }

    /// Takes a try, or says for how many milliseconds there is none.
    pub fn take(&mut self, block: Block, now: i64) -> Result<Taken, i64> {
        let own = self.each.get(&block).copied().unwrap_or_default();
        let wait = self.all.wait_ms(self.overall, now).max(own.wait_ms(self.address, now));
        if wait > 0 {
            return Err(wait);
        }
        self.all = self.all.take(self.overall, now);
        if self.each.len() >= self.most && !self.each.contains_key(&block) {
            self.each.retain(|_, bucket| !bucket.is_full(now));
        }
        let has_place = self.each.len() < self.most || self.each.contains_key(&block);
        if has_place {
            self.each.insert(block, own.take(self.address, now));
        }
        Ok(Taken { block, own: has_place })
    }

    /// It was no guess.
    pub fn give_back(&mut self, taken: &Taken, now: i64) {
        self.all = self.all.give_back(self.overall, now);
        if let Some(bucket) = self.each.get_mut(&taken.block).filter(|_| taken.own) {
            *bucket = bucket.give_back(self.address, now);
            if bucket.is_full(now) {
                self.each.remove(&taken.block);
            }
        }
    }

    /// It was one: what to write down.
    pub fn rows(&self, taken: &Taken) -> Vec<(String, i64)> {
        let own = self.each.get(&taken.block).map(|bucket| (taken.block.to_string(), bucket.full_at));
        [(String::new(), self.all.full_at)].into_iter().chain(own).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Block, Buckets, Rate};

    const ADDRESS: Rate = Rate { burst: 5, per_minute: 1 };
    const OVERALL: Rate = Rate { burst: 20, per_minute: 2 };

    fn block(text: &str) -> Block {
        Block::of(text.parse().expect("an address"))
    }

    fn buckets(most: usize) -> Buckets {
        Buckets::new(ADDRESS, OVERALL, most, &[])
    }

    fn spend(buckets: &mut Buckets, address: &str, now: i64) -> usize {
        std::iter::from_fn(|| buckets.take(block(address), now).ok()).count()
    }

    #[test]
    fn an_address_runs_dry_alone_and_all_run_dry_together() {
        let mut buckets = buckets(100);
        assert_eq!(spend(&mut buckets, "192.0.2.1", 0), 5);
        assert_eq!(buckets.take(block("192.0.2.1"), 0).expect_err("dry"), 60_000);
        let others = ["192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"];
        assert_eq!(others.map(|address| spend(&mut buckets, address, 0)), [5, 5, 5, 0]);
        assert_eq!(buckets.take(block("192.0.2.9"), 0).expect_err("all are dry"), 30_000);
        assert_eq!(spend(&mut buckets, "192.0.2.9", 60_000), 2);
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one_address() {
        let mut buckets = buckets(100);
        let own = (0..100).filter(|host| buckets.take(block(&format!("2001:db8:1:2::{host:x}")), 0).is_ok()).count();
        assert_eq!(own, 5);
        assert_eq!(spend(&mut buckets, "2001:db8:1:3::1", 0), 5);
        assert_eq!(block("::ffff:192.0.2.7"), block("192.0.2.7"));
    }

    #[test]
    fn filling_the_table_resets_nobody() {
        let mut buckets = buckets(2);
        assert_eq!(spend(&mut buckets, "192.0.2.1", 0), 5);
        assert_eq!(spend(&mut buckets, "192.0.2.2", 0), 5);
        // No place for these: only everybody's bucket counts them.
        assert_eq!(spend(&mut buckets, "192.0.2.3", 0), 10);
        // And the first is still dry when everybody's has something again.
        assert_eq!(spend(&mut buckets, "192.0.2.1", 30_000), 0);
        assert_eq!(spend(&mut buckets, "192.0.2.4", 30_000), 1);
        // Who is full again makes place.
        let later = 10 * 60_000;
        assert_eq!((spend(&mut buckets, "192.0.2.5", later), buckets.each.len()), (5, 1));
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_the_buckets_hold(
            steps in prop::collection::vec((0..6_u8, 0..40_000_i64, any::<bool>(), any::<bool>()), 400),
        ) {
            let (mut buckets, mut now, mut all, mut each) = (buckets(4), 0, 0, [0; 6]);
            for (host, pause, burst, right) in steps {
                now += if burst { 0 } else { pause };
                let Ok(taken) = buckets.take(block(&format!("192.0.2.{host}")), now) else { continue };
                match right {
                    true => buckets.give_back(&taken, now),
                    false => {
                        all += 1;
                        each[usize::from(host)] += i64::from(taken.own);
                    }
                }
                prop_assert!(all <= 20 + now / 30_000, "{all} in {now} ms");
                prop_assert!(each.iter().all(|own| *own <= 5 + now / 60_000), "{each:?} in {now} ms");
                prop_assert!(buckets.each.len() <= 4);
            }
        }
    }

    #[test]
    fn what_was_written_down_goes_on() {
        let mut first = buckets(100);
        let taken: Vec<_> = (0..5).map(|_| first.take(block("192.0.2.1"), 0).expect("a try")).collect();
        let rows = first.rows(&taken[4]);
        let mut second = Buckets::new(ADDRESS, OVERALL, 100, &rows);
        assert_eq!(spend(&mut second, "192.0.2.1", 0), 0);
        assert_eq!(spend(&mut second, "192.0.2.2", 0), 5);
        first.give_back(&taken[0], 0);
        assert_eq!(spend(&mut first, "192.0.2.1", 0), 1);
    }
}
