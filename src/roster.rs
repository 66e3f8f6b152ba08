//! Who is a member: look-ups and the list that other servers push.

use std::rc::Rc;

use crate::{
    error::Error,
    member::{self, Member, normal},
    settings::Settings,
    store::{Store, members},
};

/// The member list.
pub struct Roster {
    store: Store,
    settings: Rc<Settings>,
}

impl Roster {
    /// The list in `store`.
    pub fn new(store: Store, settings: Rc<Settings>) -> Self {
        Self { store, settings }
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
        self.store.write(move |db| members::upsert(db, &list)).await
    }

    /// Everybody.
    pub async fn list(&self) -> Result<Vec<Member>, Error> {
        self.store.read(members::list).await
    }
}
