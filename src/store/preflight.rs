//! Facts of documents' pages, by the documents' content.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    error::Error,
    job::preflight::{Facts, LOOK},
};

/// A content's SHA-256.
pub type Sha256 = [u8; 32];

/// The newest document that nobody has looked at yet: its content and its name. Whoever came last stands at the kiosk.
pub fn next(db: &Connection) -> Result<Option<(Sha256, String)>, Error> {
    let mut found = db.prepare_cached(
        "SELECT documents.sha256, name FROM documents
         LEFT JOIN preflight ON preflight.sha256 = documents.sha256 AND look = ?1
         WHERE preflight.sha256 IS NULL ORDER BY documents.id DESC LIMIT 1",
    )?;
    Ok(found.query_row([LOOK], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Keeps what was found.
pub fn save(db: &Connection, sha256: &Sha256, facts: &Facts) -> Result<(), Error> {
    let Ok(facts) = serde_json::to_string(facts) else { return Err(Error::Storage) };
    db.prepare_cached("INSERT OR REPLACE INTO preflight VALUES (?1, ?2, ?3)")?.execute(params![
        sha256.as_slice(),
        LOOK,
        facts
    ])?;
    Ok(())
}

/// What was found; `None` when nobody has looked yet.
pub fn facts(db: &Connection, sha256: &Sha256) -> Result<Option<Facts>, Error> {
    let mut found = db.prepare_cached("SELECT facts FROM preflight WHERE sha256 = ?1 AND look = ?2")?;
    let facts: Option<String> = found.query_row(params![sha256.as_slice(), LOOK], |row| row.get(0)).optional()?;
    Ok(facts.and_then(|facts| serde_json::from_str(&facts).ok()))
}

/// Whether there are facts of what no document has any more.
pub fn has_orphans(db: &Connection) -> Result<bool, Error> {
    Ok(db.prepare_cached(&format!("SELECT 1 FROM preflight WHERE {ORPHAN}"))?.exists([])?)
}

/// Forgets them: nothing of a deleted document stays.
pub fn forget_orphans(db: &Connection) -> Result<(), Error> {
    db.execute(&format!("DELETE FROM preflight WHERE {ORPHAN}"), [])?;
    Ok(())
}

const ORPHAN: &str = "NOT EXISTS (SELECT 1 FROM documents WHERE documents.sha256 = preflight.sha256)";
