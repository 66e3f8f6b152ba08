//! How long the store has lived, and marks of when something happened last.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    clock::{Anchor, Lived},
    error::Error,
};

/// What was written down last.
pub fn load(db: &Connection) -> Result<Option<Lived>, Error> {
    let mut found =
        db.prepare_cached("SELECT lived_ms, boot, boot_ms, anchor_ms, anchor_wall, anchor_boot FROM lived")?;
    let lived = found.query_row([], |row| {
        let anchor = (row.get::<_, Option<i64>>(3)?, row.get::<_, Option<i64>>(4)?, row.get::<_, Option<String>>(5)?);
        let anchor = match anchor {
            (Some(lived_ms), Some(wall_ms), Some(boot)) => Some(Anchor { lived_ms, wall_ms, boot }),
            _ => None,
        };
        Ok(Lived { lived_ms: row.get(0)?, boot: row.get(1)?, boot_ms: row.get(2)?, anchor })
    });
    Ok(lived.optional()?)
}

/// Writes it down.
pub fn save(db: &Connection, lived: &Lived) -> Result<(), Error> {
    let anchor = lived.anchor.as_ref();
    db.prepare_cached("INSERT OR REPLACE INTO lived VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        lived.lived_ms,
        lived.boot,
        lived.boot_ms,
        anchor.map(|anchor| anchor.lived_ms),
        anchor.map(|anchor| anchor.wall_ms),
        anchor.map(|anchor| anchor.boot.as_str()),
    ])?;
    Ok(())
}

/// Notes that `name` happened at this wall-clock time.
pub fn mark(db: &Connection, name: &str, at: i64) -> Result<(), Error> {
    db.execute("INSERT OR REPLACE INTO marks VALUES (?1, ?2)", params![name, at])?;
    Ok(())
}

/// When `name` happened last.
pub fn marked(db: &Connection, name: &str) -> Result<Option<i64>, Error> {
    Ok(db.query_row("SELECT at FROM marks WHERE name = ?1", [name], |row| row.get(0)).optional()?)
}
