//! Wrong codes by address, so that a restart forgives nothing.

use rusqlite::{Connection, params};

use crate::error::Error;

/// Every address that has not all its tries back, and when it will have them. The empty address stands for all.
pub fn load(db: &Connection) -> Result<Vec<(String, i64)>, Error> {
    let mut rows = db.prepare("SELECT address, full_at FROM guesses")?;
    let guesses: Result<Vec<_>, _> = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
    Ok(guesses?)
}

/// Writes some of them down, and forgets whoever has all tries back at `now`.
pub fn save(db: &Connection, guesses: &[(String, i64)], now: i64) -> Result<(), Error> {
    let mut insert = db.prepare_cached("INSERT OR REPLACE INTO guesses VALUES (?1, ?2)")?;
    for (address, full_at) in guesses {
        insert.execute(params![address, full_at])?;
    }
    db.prepare_cached("DELETE FROM guesses WHERE full_at <= ?1")?.execute([now])?;
    Ok(())
}
