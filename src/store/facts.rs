//! Print facts: what came out, for the union's count.

use rusqlite::{Connection, params};

use super::paper;
use crate::{
    error::Error,
    job::{paper::News, state::JobId},
};

/// The source of jobs that are a technician's test page: their sheets leave the tray, but are no person's prints.
pub const TEST_PAGE: &str = "test-page";

/// Writes down that sheets came out, and that so many fewer are left.
pub fn insert(
    db: &Connection,
    job: JobId,
    impressions: u32,
    sheets: u32,
    terminal: &str,
    now: i64,
) -> Result<(), Error> {
    db.execute(
        "INSERT INTO print_facts (job, member, impressions, sheets, terminal, at)
         SELECT ?1, (SELECT member FROM jobs WHERE id = ?1), ?2, ?3, ?4, ?5
         WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE id = ?1 AND source = ?6)",
        params![job.0, impressions, sheets, terminal, now, TEST_PAGE],
    )?;
    paper::change(db, News::Printed(sheets), 0, now)?;
    Ok(())
}

/// Sides and sheets that ever came out.
pub fn totals(db: &Connection) -> Result<(u64, u64), Error> {
    Ok(db.query_row("SELECT COALESCE(SUM(impressions), 0), COALESCE(SUM(sheets), 0) FROM print_facts", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?)
}
