//! What documents were made from, and whether they are made yet.

use rusqlite::{Connection, params};

use super::jobs::{self, Document, Making, Source};
use crate::{error::Error, job::state::JobId};

/// Kinds that are converted in a second.
const PICTURES: &str = "('jpg', 'bmp', 'png', 'gif', 'tif', 'pdf')";

/// Writes down what a job's document is to be made from.
pub fn insert(db: &Connection, job: JobId, sources: &[Source]) -> Result<(), Error> {
    if sources.is_empty() {
        return Ok(());
    }
    let mut insert = db.prepare_cached(
        "INSERT INTO sources (job, place, name, sha256, bytes, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (place, source) in sources.iter().enumerate() {
        insert.execute(params![job.0, place, source.name, source.sha256.as_slice(), source.bytes, source.kind])?;
    }
    set_making(db, job, Some(&Making::Waiting))
}

/// The same for a job that has neither a document nor what one is made from.
pub fn bring(db: &Connection, job: JobId, sources: &[Source]) -> Result<(), Error> {
    match jobs::by_id(db, job)? {
        None => Err(Error::FilesUnknown(1)),
        Some(job) if job.document.is_some() || job.making.is_some() => Err(Error::AlreadyUploaded),
        Some(_) => insert(db, job, sources),
    }
}

/// In their order.
pub fn of(db: &Connection, job: JobId) -> Result<Vec<Source>, Error> {
    let mut rows = db.prepare_cached("SELECT name, sha256, bytes, kind FROM sources WHERE job = ?1 ORDER BY place")?;
    let sources: Result<Vec<_>, _> = rows
        .query_map([job.0], |row| {
            Ok(Source { name: row.get(0)?, sha256: row.get(1)?, bytes: row.get(2)?, kind: row.get(3)? })
        })?
        .collect();
    Ok(sources?)
}

/// The same of a job whose document waits to be made; `None` of one that does not, or is gone.
pub fn unmade(db: &Connection, job: JobId) -> Result<Option<Vec<Source>>, Error> {
    let waits = |job: jobs::Job| job.document.is_none() && job.making == Some(Making::Waiting);
    if jobs::by_id(db, job)?.is_some_and(waits) { of(db, job).map(Some) } else { Ok(None) }
}

/// The jobs that wait for their documents to be made, of `pictures` alone or of something else; the longest first, at most
/// so many.
pub fn waiting(db: &Connection, pictures: bool, most: usize) -> Result<Vec<JobId>, Error> {
    let mut found = db.prepare_cached(&format!(
        "SELECT id FROM jobs WHERE making = 'waiting' AND document IS NULL AND ?1 = NOT EXISTS
             (SELECT 1 FROM sources WHERE job = jobs.id AND kind NOT IN {PICTURES}) ORDER BY id LIMIT ?2"
    ))?;
    let jobs: Result<Vec<_>, _> = found.query_map(params![pictures, most], |row| row.get(0).map(JobId))?.collect();
    Ok(jobs?)
}

/// What is being made of a job's sources.
pub fn set_making(db: &Connection, job: JobId, making: Option<&Making>) -> Result<(), Error> {
    let word = making.map(|making| match making {
        Making::Waiting => "waiting",
        Making::Failed(why) => why.code(),
    });
    db.prepare_cached("UPDATE jobs SET making = ?2 WHERE id = ?1")?.execute(params![job.0, word])?;
    Ok(())
}

/// What was made becomes the job's document.
pub fn attach(db: &Connection, job: JobId, document: &Document) -> Result<(), Error> {
    jobs::attach(db, job, document)?;
    set_making(db, job, None)
}
