//! Guessing at codes: every look-up by a code from outside takes a try, and gets it back when the code was right.
//!
//! A try is taken *before* the look-up, so a thousand guesses at once are a thousand tries, and where there is none left
//! nothing is looked up: a right guess would pass otherwise. Each address has a bucket, and everybody together has one,
//! because addresses are cheap; how much that leaves a bot is told in `settings/guessing.rs`.
//!
//! One bot can empty everybody's bucket and keep it empty. What stays usable then:
//! * the panel, which does not come by here: it counts its own wrong codes (`panel/scene/tries`);
//! * whoever ordered, or gave the code before the drought: an address that has a code may ask for that code again
//!   ([`known`]), for some hours and in memory only. The bots of a messenger order for many people from one address, so
//!   this is what keeps them working too. It tells a guesser nothing new: the answer was known;
//! * whoever has an API token.
//!
//! A phone that changes its network in such an hour waits or walks to the panel; that is the price. Not here: what the
//! refusal looks like (the doors), and surnames with numbers, which are no codes.

pub mod bucket;
pub mod known;
pub mod table;

use std::{cell::RefCell, net::IpAddr, rc::Rc};

use self::{
    bucket::Rate,
    known::Known,
    table::{Block, Buckets},
};
use crate::{
    clock::LivedClock,
    error::Error,
    job::code::ReleaseCode,
    settings,
    store::{Store, guesses},
};

/// The journey of a guess.
pub struct Guessing {
    store: Store,
    clock: Rc<LivedClock>,
    buckets: RefCell<Buckets>,
    known: RefCell<Known>,
}

impl Guessing {
    /// Goes on where an earlier life stopped.
    pub async fn open(
        store: Store,
        settings: &settings::guessing::Guessing,
        clock: Rc<LivedClock>,
    ) -> Result<Self, Error> {
        let rows = store.read(guesses::load).await?;
        let address = Rate { burst: settings.address_burst, per_minute: settings.address_per_minute };
        let overall = Rate { burst: settings.overall_burst, per_minute: settings.overall_per_minute };
        let life_ms = i64::try_from(settings.known_hours).unwrap_or(i64::MAX).saturating_mul(3_600_000);
        Ok(Self {
            store,
            clock,
            buckets: Buckets::new(address, overall, settings.addresses, &rows).into(),
            known: Known::new(settings.known_codes, life_ms).into(),
        })
    }

    /// Runs `look` for a code that somebody at `address` gave, unless there were too many wrong ones.
    pub async fn guarded<T>(
        &self,
        address: IpAddr,
        pin: &str,
        look: impl Future<Output = Result<Option<T>, Error>>,
    ) -> Result<Option<T>, Error> {
        let (block, code) = (Block::of(address), ReleaseCode::parse(pin));
        let now = self.clock.now();
        let has_it = code.as_ref().filter(|code| self.known.borrow_mut().holds(block, code, now));
        if let Some(code) = has_it {
            let found = look.await;
            if matches!(found, Ok(None)) {
                self.known.borrow_mut().forget(block, code.clone());
            }
            return found;
        }
        let taken = self.buckets.borrow_mut().take(block, now);
        let taken = taken.map_err(|wait_ms| {
            let retry_after_s = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000);
            Error::TooManyGuesses { retry_after_s }
        })?;
        let found = look.await;
        let now = self.clock.now();
        match (&found, code) {
            (Ok(None), _) => {
                let rows = self.buckets.borrow().rows(&taken);
                // The answer does not wait for the disk. There are no more of these than there are tries.
                self.store.post(move |db| guesses::save(db, &rows, now));
            }
            (found, code) => {
                self.buckets.borrow_mut().give_back(&taken, now);
                if let (Ok(Some(_)), Some(code)) = (found, code) {
                    self.known.borrow_mut().learn(block, code, now);
                }
            }
        }
        found
    }

    /// Somebody at `address` has been given this code.
    pub fn learn(&self, address: IpAddr, code: &ReleaseCode) {
        self.known.borrow_mut().learn(Block::of(address), code.clone(), self.clock.now());
    }
}
