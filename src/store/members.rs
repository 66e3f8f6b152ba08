//! Members: upsert and look-up.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{error::Error, member::Member};

/// A member found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Row.
    pub id: i64,
    /// What is kept.
    pub member: Member,
}

/// The member with this surname and either number, all already normal.
///
/// Without `students` only members with a union number are found, by either number. Of namesakes with crossed numbers
/// the one whose union number it is comes first.
pub fn find(db: &Connection, surname: &str, number: &str, students: bool) -> Result<Option<Found>, Error> {
    let mut found = db.prepare_cached(
        "SELECT id, surname, union_number, student_number FROM members
         WHERE surname = ?1 AND (union_number = ?2 OR student_number = ?2) AND (?3 OR union_number IS NOT NULL)
         ORDER BY union_number = ?2 DESC LIMIT 1",
    )?;
    Ok(found.query_row(params![surname, number, students], row).optional()?)
}

/// Every member, by surname.
pub fn list(db: &Connection) -> Result<Vec<Member>, Error> {
    let mut rows =
        db.prepare("SELECT id, surname, union_number, student_number FROM members ORDER BY surname, union_number")?;
    let found: Result<Vec<Found>, _> = rows.query_map([], row)?.collect();
    Ok(found?.into_iter().map(|found| found.member).collect())
}

/// How many there are.
pub fn count(db: &Connection) -> Result<u64, Error> {
    Ok(db.query_row("SELECT count(*) FROM members", [], |row| row.get(0))?)
}

/// Puts a normal list in: a member with the same union number or the same student number gets all three values
/// replaced; when an entry meets two rows, they were one person known by halves and become one.
pub fn upsert(db: &Connection, list: &[Member]) -> Result<usize, Error> {
    let mut same = db.prepare_cached(
        "SELECT id FROM members WHERE union_number = ?1 OR student_number = ?2 ORDER BY union_number = ?1 DESC",
    )?;
    let mut insert =
        db.prepare_cached("INSERT INTO members (surname, union_number, student_number) VALUES (?1, ?2, ?3)")?;
    let mut replace =
        db.prepare_cached("UPDATE members SET surname = ?1, union_number = ?2, student_number = ?3 WHERE id = ?4")?;
    for member in list {
        let ids: Result<Vec<i64>, _> =
            same.query_map(params![member.union_number, member.student_number], |row| row.get(0))?.collect();
        match ids?.split_first() {
            None => insert.execute(params![member.username, member.union_number, member.student_number])?,
            Some((id, others)) => {
                for other in others {
                    db.execute("UPDATE jobs SET member = ?1 WHERE member = ?2", [id, other])?;
                    db.execute("UPDATE uploads SET member = ?1 WHERE member = ?2", [id, other])?;
                    db.execute("DELETE FROM members WHERE id = ?1", [other])?;
                }
                replace.execute(params![member.username, member.union_number, member.student_number, id])?
            }
        };
    }
    Ok(list.len())
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        id: row.get(0)?,
        member: Member { username: row.get(1)?, union_number: row.get(2)?, student_number: row.get(3)? },
    })
}
