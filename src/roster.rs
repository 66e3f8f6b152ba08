//! Who is a member: look-ups and the list that other servers push.

use std::rc::Rc;

use crate::{
    error::Error,
    member::{self, Member, normal},
    settings::Settings,
    store::{Store, lived, members},
};

/// The mark of the last push.
pub const PUSHED: &str = "members";

/// The member list.
pub struct Roster {
    store: Store,
    settings: Rc<Settings>,
    clock: fn() -> i64,
}

impl Roster {
    /// The list in `store`; `clock` is the wall clock, milliseconds since 1970.
    pub fn new(store: Store, settings: Rc<Settings>, clock: fn() -> i64) -> Self {
        Self { store, settings, clock }
    }

    /// The member with this surname and number: row and entry.
    pub async fn find(&self, surname: &str, number: &str) -> Result<Option<(i64, Member)>, Error> {
        let (surname, number) = (normal(surname), normal(number));
        let students = self.settings.print_api.allow_student_number;
        let found = self.store.read(move |db| members::find(db, &surname, &number, students)).await?;
        Ok(found.map(|found| (found.id, found.member)))
    }

    /// Puts a list in, all of it or nothing; how many entries it had.
    pub async fn upsert(&self, list: Vec<Member>) -> Result<usize, Error> {
        let list = member::normalized(&list)?;
        let now = (self.clock)();
        self.store
            .write(move |db| {
                lived::mark(db, PUSHED, now)?;
                members::upsert(db, &list)
            })
            .await
    }

    /// When a list was put in last, milliseconds since 1970.
    pub async fn pushed(&self) -> Result<Option<i64>, Error> {
        self.store.read(|db| lived::marked(db, PUSHED)).await
    }

    /// Everybody.
    pub async fn list(&self) -> Result<Vec<Member>, Error> {
        self.store.read(members::list).await
    }
}
