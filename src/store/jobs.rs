//! Jobs and the attempts to print them.
//!
//! The state is not stored twice: "incoming" is a job without a document, and how far a print has got is the last
//! attempt's phase.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    document::refusal::Refusal,
    error::Error,
    job::{
        code::ReleaseCode,
        fault::Fault,
        pages::PageRanges,
        part::Rest,
        plan::{NumberUp, Scaling},
        state::{JobId, Phase, State},
        ticket::{Copies, Ticket},
    },
};

/// A document that lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its name in the documents' folder and in `/static`.
    pub name: String,
    /// Its content's SHA-256.
    pub sha256: [u8; 32],
    /// Its size.
    pub bytes: u64,
    /// Its pages, 1 or more.
    pub page_count: u32,
    /// What was detected, not what was claimed.
    pub media_type: String,
}

/// What a document is made from: a file that lies on the disk as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in the documents' folder.
    pub name: String,
    /// Its content's SHA-256.
    pub sha256: [u8; 32],
    /// Its size.
    pub bytes: u64,
    /// What was detected, as an extension: `docx`, `jpg`.
    pub kind: String,
}

/// What is being made of a job's sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Making {
    /// Its document is being made ready.
    Waiting,
    /// Nothing can be made of them.
    Failed(Refusal),
}

/// A job as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Row.
    pub id: JobId,
    /// Its code.
    pub pin: String,
    /// What its owner calls it. Never logged.
    pub title: String,
    /// What is asked.
    pub ticket: Ticket,
    /// What is printed.
    pub document: Option<Document>,
    /// Where it is.
    pub state: State,
    /// Whether sheets of it came out before.
    pub printed_before: bool,
    /// Milliseconds since 1970 of the last release.
    pub released_at: Option<i64>,
    /// Sides that are out already and are left out when it is printed next.
    pub first: u32,
    /// How far it came out, when a part of it did or may have.
    pub rest: Option<Rest>,
    /// Why there is no document yet, of one that is made from something else.
    pub making: Option<Making>,
    /// What its document was made from, as an extension: of one file that was no PDF.
    pub made_from: Option<String>,
}

impl Job {
    /// Why there is no document to be printed.
    pub fn missing(&self) -> Error {
        match &self.making {
            None => Error::NotUploaded,
            Some(Making::Waiting) => Error::NotReady,
            Some(Making::Failed(why)) => Error::Unprintable(*why),
        }
    }
}

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Whose.
    pub member: Option<i64>,
    /// From where: `tgbot`, `webapp`, …
    pub source: String,
    /// The file's name.
    pub title: String,
    /// What is asked.
    pub ticket: Ticket,
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All sides came out.
    Completed,
    /// Its owner stopped it.
    Canceled,
    /// It waits again.
    Held(Fault),
}

/// With how far the last try got, and how far it came.
fn select() -> String {
    let rest = super::attempts::REST;
    format!(
        "SELECT jobs.id, pin, title, pages, copies, two_sided, color, state, fault, released_at,
         documents.name, sha256, bytes, page_count, media_type,
         (SELECT phase || ' ' || COALESCE(printer_job, '') FROM attempts WHERE job = jobs.id
             ORDER BY attempts.id DESC LIMIT 1),
         EXISTS (SELECT 1 FROM print_facts WHERE job = jobs.id), jobs.first,
         (SELECT {rest} FROM attempts WHERE job = jobs.id ORDER BY attempts.id DESC LIMIT 1),
         scaling, number_up, making,
         (SELECT MAX(kind) FROM sources WHERE job = jobs.id HAVING COUNT(*) = 1)
         FROM jobs LEFT JOIN documents ON documents.id = jobs.document"
    )
}

/// Puts an order in under `pin`; `None` when a living job has that PIN.
/// `now` is the wall clock, `lived` the lived time.
pub fn insert(db: &Connection, order: &Order, pin: &ReleaseCode, now: i64, lived: i64) -> Result<Option<JobId>, Error> {
    let mut insert = db.prepare_cached(
        "INSERT INTO jobs (pin, member, source, title, pages, copies, two_sided, color, scaling, number_up,
             state, created_at, lived_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'held', ?11, ?12) ON CONFLICT (pin) DO NOTHING",
    )?;
    let ticket = &order.ticket;
    let inserted = insert.execute(params![
        pin.as_str(),
        order.member,
        order.source,
        order.title,
        ticket.pages.to_string(),
        ticket.copies.get(),
        ticket.two_sided,
        ticket.color,
        ticket.scaling.keyword(),
        ticket.number_up.get(),
        now,
        lived
    ])?;
    Ok((inserted == 1).then(|| JobId(db.last_insert_rowid())))
}

/// The job with the code that was typed, else the one with the code that was meant, unless it was ordered
/// before the lived time `oldest`.
pub fn by_pin(db: &Connection, typed: &ReleaseCode, meant: &ReleaseCode, oldest: i64) -> Result<Option<Job>, Error> {
    let by_pin = format!("{} WHERE pin IN (?1, ?3) AND NOT ({OVER}) ORDER BY pin <> ?1 LIMIT 1", select());
    let mut found = db.prepare_cached(&by_pin)?;
    Ok(found.query_row(params![typed.as_str(), oldest, meant.as_str()], row).optional()?)
}

/// How many jobs are in each state.
pub fn counts(db: &Connection) -> Result<Vec<(String, u64)>, Error> {
    let mut found = db.prepare_cached("SELECT state, COUNT(*) FROM jobs GROUP BY state ORDER BY state")?;
    let counts: Result<Vec<_>, _> = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
    Ok(counts?)
}

/// The job with this number.
pub fn by_id(db: &Connection, job: JobId) -> Result<Option<Job>, Error> {
    let mut found = db.prepare_cached(&format!("{} WHERE jobs.id = ?1", select()))?;
    Ok(found.query_row([job.0], row).optional()?)
}

/// The job with the document of this name.
pub fn by_document(db: &Connection, name: &str) -> Result<Option<Job>, Error> {
    let mut found = db.prepare_cached(&format!("{} WHERE documents.name = ?1", select()))?;
    Ok(found.query_row([name], row).optional()?)
}

/// The released job that waits longest.
pub fn next_pending(db: &Connection) -> Result<Option<Job>, Error> {
    let mut found =
        db.prepare_cached(&format!("{} WHERE state = 'pending' ORDER BY released_at, jobs.id LIMIT 1", select()))?;
    Ok(found.query_row([], row).optional()?)
}

/// How many jobs come before this one: at the printer, or released earlier.
pub fn ahead(db: &Connection, job: JobId) -> Result<u64, Error> {
    let mut counted = db.prepare_cached(
        "SELECT COUNT(*) FROM jobs, (SELECT id, released_at FROM jobs WHERE id = ?1) AS own
         WHERE jobs.id != own.id AND (state = 'processing'
             OR state = 'pending' AND (jobs.released_at, jobs.id) < (own.released_at, own.id))",
    )?;
    Ok(counted.query_row([job.0], |row| row.get(0))?)
}

/// Released jobs and jobs at the printer, oldest first: what a restart has to look at.
pub fn active(db: &Connection) -> Result<Vec<Job>, Error> {
    let mut rows = db.prepare(&format!("{} WHERE state IN ('pending', 'processing') ORDER BY jobs.id", select()))?;
    let jobs: Result<Vec<_>, _> = rows.query_map([], row)?.collect();
    Ok(jobs?)
}

/// Whether the storage time of a job is over: ordered before the lived time `?2`, and not at the printer.
const OVER: &str = "lived_at < ?2 AND state NOT IN ('pending', 'processing')";

/// Jobs whose storage time is over, oldest first, at most `most` of them.
pub fn expired(db: &Connection, oldest: i64, most: u32) -> Result<Vec<JobId>, Error> {
    let mut rows = db.prepare_cached(&format!("SELECT id FROM jobs WHERE {OVER} ORDER BY lived_at LIMIT ?1"))?;
    let ids: Result<Vec<_>, _> = rows.query_map(params![most, oldest], |row| row.get(0).map(JobId))?.collect();
    Ok(ids?)
}

/// Removes a job as [`delete`] does, if its storage time is over still; `None` when somebody released it meanwhile.
pub fn expire(db: &Connection, job: JobId, oldest: i64) -> Result<Option<Vec<String>>, Error> {
    let mut over = db.prepare_cached(&format!("SELECT 1 FROM jobs WHERE id = ?1 AND {OVER}"))?;
    if over.exists(params![job.0, oldest])? { delete(db, job).map(Some) } else { Ok(None) }
}

/// The age mark of the newest job or upload, in lived time.
pub fn newest(db: &Connection) -> Result<Option<i64>, Error> {
    let ages = "SELECT max(lived_at) FROM (SELECT lived_at FROM jobs UNION ALL SELECT lived_at FROM uploads)";
    Ok(db.query_row(ages, [], |row| row.get(0))?)
}

/// The name of every document that is meant to be on the disk, and of what documents were made from.
pub fn documents(db: &Connection) -> Result<Vec<String>, Error> {
    let mut rows = db.prepare("SELECT name FROM documents UNION ALL SELECT name FROM sources")?;
    let names: Result<Vec<_>, _> = rows.query_map([], |row| row.get(0))?.collect();
    Ok(names?)
}

/// Takes a document that is not on the disk any more from its job, which waits for it anew, or has it made anew.
pub fn detach(db: &Connection, document: &str) -> Result<(), Error> {
    db.execute(
        "UPDATE jobs SET document = NULL, fault = NULL,
             making = CASE WHEN EXISTS (SELECT 1 FROM sources WHERE job = jobs.id) THEN 'waiting' END,
             state = CASE WHEN state IN ('pending', 'processing') THEN state ELSE 'held' END
         WHERE document = (SELECT id FROM documents WHERE name = ?1)",
        [document],
    )?;
    db.execute("DELETE FROM documents WHERE name = ?1", [document])?;
    Ok(())
}

/// Gives a job its document. Of several at once one gets in.
pub fn attach(db: &Connection, job: JobId, document: &Document) -> Result<(), Error> {
    let mut taken = db.prepare_cached("SELECT document IS NOT NULL FROM jobs WHERE id = ?1")?;
    match taken.query_row([job.0], |row| row.get(0)).optional()? {
        None => return Err(Error::FilesUnknown(1)),
        Some(true) => return Err(Error::AlreadyUploaded),
        Some(false) => {}
    }
    // What came out was another one.
    db.prepare_cached("UPDATE attempts SET least = NULL, most = NULL WHERE job = ?1")?.execute([job.0])?;
    db.prepare_cached(
        "INSERT INTO documents (name, sha256, bytes, page_count, media_type) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        document.name,
        document.sha256.as_slice(),
        document.bytes,
        document.page_count,
        document.media_type
    ])?;
    db.prepare_cached("UPDATE jobs SET document = ?1 WHERE id = ?2")?.execute([db.last_insert_rowid(), job.0])?;
    Ok(())
}

/// Changes what is asked.
pub fn set_ticket(db: &Connection, job: JobId, ticket: &Ticket) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE jobs SET pages = ?1, copies = ?2, two_sided = ?3, color = ?4, scaling = ?5, number_up = ?6 WHERE id = ?7",
    )?
    .execute(params![
        ticket.pages.to_string(),
        ticket.copies.get(),
        ticket.two_sided,
        ticket.color,
        ticket.scaling.keyword(),
        ticket.number_up.get(),
        job.0
    ])?;
    Ok(())
}

/// Removes a job with its document's row and what that was made from; the files' names, for whoever removes them.
pub fn delete(db: &Connection, job: JobId) -> Result<Vec<String>, Error> {
    let sources = super::sources::of(db, job)?;
    let mut names: Vec<String> = sources.into_iter().map(|source| source.name).collect();
    let document: Option<(i64, String)> = db
        .query_row(
            "SELECT documents.id, name FROM documents JOIN jobs ON jobs.document = documents.id WHERE jobs.id = ?1",
            [job.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    db.execute("DELETE FROM jobs WHERE id = ?1", [job.0])?;
    if let Some((id, name)) = document {
        db.execute("DELETE FROM documents WHERE id = ?1", [id])?;
        names.push(name);
    }
    Ok(names)
}

/// Hands a held or ended job to the print loop, all of it but the first so many sides.
pub fn release(db: &Connection, job: JobId, first: u32, now: i64) -> Result<(), Error> {
    db.execute(
        "UPDATE jobs SET state = 'pending', fault = NULL, first = ?2, released_at = ?3 WHERE id = ?1",
        params![job.0, first, now],
    )?;
    Ok(())
}

/// Puts a job that was on its way where it belongs; whether it was. Its try is settled apart ([`super::attempts`]).
pub fn end(db: &Connection, job: JobId, ending: &Ending) -> Result<bool, Error> {
    let (state, fault) = match ending {
        Ending::Completed => ("completed", None),
        Ending::Canceled => ("canceled", None),
        Ending::Held(fault) => ("held", serde_json::to_string(fault).ok()),
    };
    let on_its_way = db.execute(
        "UPDATE jobs SET state = ?1, fault = ?2 WHERE id = ?3 AND state IN ('pending', 'processing')",
        params![state, fault, job.0],
    )? > 0;
    Ok(on_its_way)
}

/// A job at the printer waits for it again: nothing of it can have come out.
pub fn again(db: &Connection, job: JobId) -> Result<(), Error> {
    db.execute("UPDATE jobs SET state = 'pending' WHERE id = ?1 AND state = 'processing'", [job.0])?;
    Ok(())
}

/// These sides are out already: they are left out when the job is printed.
pub fn leave_out(db: &Connection, job: JobId, first: u32) -> Result<(), Error> {
    db.execute("UPDATE jobs SET first = ?2 WHERE id = ?1", params![job.0, first])?;
    Ok(())
}

/// A job that was held or released again is still at the printer; whether nobody canceled or deleted it.
pub fn resume(db: &Connection, job: JobId) -> Result<bool, Error> {
    let resumed = "UPDATE jobs SET state = 'processing', fault = NULL
         WHERE id = ?1 AND state IN ('held', 'pending', 'processing') AND document IS NOT NULL";
    Ok(db.execute(resumed, [job.0])? > 0)
}

/// Whether a document of this name is meant to be on the disk.
pub fn document_exists(db: &Connection, name: &str) -> Result<bool, Error> {
    let mut found = db.prepare_cached("SELECT 1 FROM documents WHERE name = ?1")?;
    Ok(found.exists([name])?)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Job> {
    let pages: String = row.get(3)?;
    let fault: Option<String> = row.get(8)?;
    let document = match row.get::<_, Option<String>>(10)? {
        None => None,
        Some(name) => Some(Document {
            name,
            sha256: row.get(11)?,
            bytes: row.get(12)?,
            page_count: row.get(13)?,
            media_type: row.get(14)?,
        }),
    };
    let word: String = row.get(7)?;
    let attempt: Option<String> = row.get(15)?;
    let rest: Option<String> = row.get(18)?;
    let making: Option<String> = row.get(21)?;
    let state = match word.as_str() {
        "pending" => State::Pending,
        "processing" => State::Processing(attempt.as_deref().map_or(Phase::Intent, super::attempts::phase)),
        "completed" => State::Completed,
        "canceled" => State::Canceled,
        _ if document.is_none() => State::Incoming,
        _ => State::Held(fault.and_then(|fault| serde_json::from_str(&fault).ok())),
    };
    let rest = rest.filter(|_| matches!(state, State::Held(_)));
    Ok(Job {
        id: JobId(row.get(0)?),
        pin: row.get(1)?,
        title: row.get(2)?,
        ticket: Ticket {
            // What was written was a ticket; the whole document is the harmless reading of anything else.
            pages: PageRanges::parse(&pages).unwrap_or_default(),
            copies: Copies::new(row.get(4)?).unwrap_or(Copies::ONE),
            two_sided: row.get(5)?,
            color: row.get(6)?,
            scaling: Scaling::from_keyword(&row.get::<_, String>(19)?).unwrap_or_default(),
            number_up: NumberUp::from_number(row.get(20)?).unwrap_or_default(),
        },
        document,
        state,
        printed_before: row.get(16)?,
        released_at: row.get(9)?,
        first: row.get(17)?,
        rest: super::attempts::read_rest(rest),
        making: making.map(|word| match word.as_str() {
            "waiting" => Making::Waiting,
            code => Making::Failed(Refusal::from_code(code).unwrap_or(Refusal::Corrupted)),
        }),
        made_from: row.get(22)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        Ending, Fault, Order, ReleaseCode, Ticket, by_pin, detach, end, expire, expired, insert, newest, release,
    };
    use crate::store::Store;

    fn code(text: &str) -> ReleaseCode {
        ReleaseCode::parse(text).expect("a code")
    }

    #[test]
    fn a_job_at_the_printer_does_not_expire_before_it_ended() {
        let folder = std::env::temp_dir().join(format!("ottisk-jobs-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("temp folder");
        let store = Store::open(&folder.join("test.db")).expect("opens");
        let tried = store.write(|db| {
            let order = Order { member: None, source: "x".into(), title: "x.pdf".into(), ticket: Ticket::default() };
            let job = insert(db, &order, &code("AAAA"), 0, 1_000)?.expect("a free code");
            assert_eq!(insert(db, &order, &code("AAAA"), 0, 2_000)?, None, "its code is taken");
            let is_over = |oldest| {
                let listed = expired(db, oldest, 10).expect("rows") == [job];
                assert_eq!(by_pin(db, &code("AAAA"), &code("AAAA"), oldest).expect("a row").is_none(), listed);
                listed
            };
            assert_eq!((is_over(1_000), is_over(1_001), newest(db)?), (false, true, Some(1_000)));
            // Released after it was listed: nothing happens to it.
            release(db, job, 0, 0)?;
            assert_eq!((is_over(9_999), expire(db, job, 9_999)?), (false, None));
            db.execute("UPDATE jobs SET state = 'processing'", [])?;
            assert_eq!((is_over(9_999), expire(db, job, 9_999)?), (false, None));
            end(db, job, &Ending::Held(Fault::MediaJam))?;
            assert_eq!((is_over(9_999), expire(db, job, 9_999)?), (true, Some(vec![])));
            assert!(insert(db, &order, &code("AAAA"), 0, 2_000)?.is_some(), "its code is free");
            detach(db, "nobody's")
        });
        assert_eq!(smol::block_on(tried), Ok(()));
        std::fs::remove_dir_all(folder).expect("temp folder");
    }
}
