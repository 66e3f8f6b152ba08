//! API tokens, hashed.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use subtle::ConstantTimeEq as _;

use crate::error::Error;

/// A token as it is listed: everything but the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Row, for `ottisk token revoke`.
    pub id: i64,
    /// What the technician called it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

/// Keeps a new token by its hash.
pub fn insert(db: &Connection, name: &str, hash: &[u8; 32], scopes: &[String], now: i64) -> Result<i64, Error> {
    db.execute(
        "INSERT INTO tokens (name, sha256, scopes, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![name, hash.as_slice(), scopes.join(" "), now],
    )?;
    Ok(db.last_insert_rowid())
}

/// The token with this hash. How long the index looks tells at most how much of a hash somebody guessed, and nobody can
/// make a token for a hash; the row that is found is compared in constant time all the same.
pub fn find(db: &Connection, hash: &[u8; 32]) -> Result<Option<Token>, Error> {
    let mut found = db.prepare_cached("SELECT id, name, scopes, created_at, sha256 FROM tokens WHERE sha256 = ?1")?;
    let found = found.query_row([hash.as_slice()], |row| Ok((token(row)?, row.get::<_, Vec<u8>>(4)?))).optional()?;
    Ok(found.filter(|(_, kept)| kept.ct_eq(hash).into()).map(|(token, _)| token))
}

/// What the technician called the token with this hash.
pub fn name(db: &Connection, hash: &[u8; 32]) -> Result<Option<String>, Error> {
    let mut found = db.prepare_cached("SELECT name FROM tokens WHERE sha256 = ?1")?;
    Ok(found.query_row([hash.as_slice()], |row| row.get(0)).optional()?)
}

/// All tokens.
pub fn list(db: &Connection) -> Result<Vec<Token>, Error> {
    let mut rows = db.prepare("SELECT id, name, scopes, created_at FROM tokens ORDER BY id")?;
    let tokens: Result<Vec<_>, _> = rows.query_map([], token)?.collect();
    Ok(tokens?)
}

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let scopes: String = row.get(2)?;
    Ok(Token {
        id: row.get(0)?,
        name: row.get(1)?,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        created_at: row.get(3)?,
    })
}

/// Forgets a token; whether there was one.
pub fn revoke(db: &Connection, id: i64) -> Result<bool, Error> {
    Ok(db.execute("DELETE FROM tokens WHERE id = ?1", [id])? > 0)
}
