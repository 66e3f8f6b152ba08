//! How a store is, looked at from beside it: nothing is written and no table is brought up to date.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{BUSY, lived, paper};
use crate::job::paper::Paper;

/// How a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// What SQLite finds wrong with the file; `None` when it is whole.
    pub damage: Option<String>,
    /// Members on the list.
    pub members: u64,
    /// Jobs that are kept.
    pub jobs: u64,
    /// How much paper there is, as far as anybody said.
    pub paper: Paper,
    /// When the member list was pushed last, milliseconds since 1970; `None` before the first time.
    pub pushed: Option<i64>,
}

/// Looks. `mark` is the name of the last push.
pub fn look(path: &Path, mark: &str) -> Result<Health, rusqlite::Error> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    // A store that no version has opened yet has no tables.
    let count = |sql: &str| db.query_row(sql, [], |row| row.get(0)).unwrap_or(0);
    Ok(Health {
        damage: Some(verdict).filter(|verdict| verdict != "ok"),
        members: count("SELECT count(*) FROM members"),
        jobs: count("SELECT count(*) FROM jobs"),
        paper: paper::get(&db).unwrap_or_default(),
        pushed: lived::marked(&db, mark).ok().flatten(),
    })
}
