//! Tries at the printer: what was asked, written down before the printer hears of it, and how far it came.
//!
//! A try is settled when it is known what the printer made of it. One that is not keeps its phase, whatever became of the
//! job: the printer is asked before anything else is sent to it.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    error::Error,
    job::{
        part::{Asked, AttemptId, Out, Rest},
        state::{JobId, Phase},
    },
};

/// A try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Row.
    pub id: AttemptId,
    /// Whose.
    pub job: JobId,
    /// The printer's address.
    pub printer: String,
    /// `job-name` at the printer; `None` in rows of an older version.
    pub name: Option<String>,
    /// How far it got.
    pub phase: Phase,
    /// What was asked.
    pub asked: Option<Asked>,
    /// `printer-impressions-completed` before it.
    pub counter: Option<u32>,
    /// Sides that its job counted so far.
    pub seen: u32,
    /// Sides that the printer may have got; `None`: all.
    pub given: Option<u32>,
}

/// What is about to be done.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The printer's address.
    pub printer: String,
    /// `job-name`.
    pub name: String,
    /// What is asked.
    pub asked: Asked,
    /// `printer-impressions-completed`, when nobody else prints.
    pub counter: Option<u32>,
}

/// What is known of how a printer counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// It has counted sides of a job before.
    pub counts: bool,
    /// It has counted each copy that it made.
    pub copies: bool,
}

/// Writes down that the printer is about to hear of the job; `None` when nobody waits for it any more.
pub fn begin(db: &Connection, job: JobId, intent: &Intent, now: i64) -> Result<Option<AttemptId>, Error> {
    if db.execute("UPDATE jobs SET state = 'processing' WHERE id = ?1 AND state = 'pending'", [job.0])? == 0 {
        return Ok(None);
    }
    let asked = serde_json::to_string(&intent.asked).map_err(|_| Error::Storage)?;
    db.execute(
        "INSERT INTO attempts (job, printer, phase, impressions, started_at, name, asked, counter)
         VALUES (?1, ?2, 'intent', ?3, ?4, ?5, ?6, ?7)",
        params![job.0, intent.printer, intent.asked.impressions(), now, intent.name, asked, intent.counter],
    )?;
    Ok(Some(AttemptId(db.last_insert_rowid())))
}

/// Writes down how far the try has got.
pub fn advance(db: &Connection, attempt: AttemptId, phase: Phase) -> Result<(), Error> {
    let (word, printer_job) = match phase {
        Phase::Intent => ("intent", None),
        Phase::Sending { printer_job } => ("sending", Some(printer_job)),
        Phase::Sent { printer_job } => ("sent", Some(printer_job)),
    };
    db.execute(
        "UPDATE attempts SET phase = ?1, printer_job = COALESCE(?2, printer_job) WHERE id = ?3",
        params![word, printer_job, attempt.0],
    )?;
    Ok(())
}

/// Writes down how many sides the job counted.
pub fn see(db: &Connection, attempt: AttemptId, seen: u32) -> Result<(), Error> {
    db.execute("UPDATE attempts SET seen = max(seen, ?1) WHERE id = ?2", params![seen, attempt.0])?;
    Ok(())
}

/// Writes down how many sides the printer may have got of a document that broke off.
pub fn give(db: &Connection, attempt: AttemptId, given: u32) -> Result<(), Error> {
    db.execute("UPDATE attempts SET given = ?1 WHERE id = ?2", params![given, attempt.0])?;
    Ok(())
}

/// The try is settled: how far it came, in sides of the whole sequence; `None`: nobody asks.
pub fn settle(db: &Connection, attempt: AttemptId, out: Option<Out>) -> Result<(), Error> {
    let (least, most) = (out.map(|out| out.least), out.map(|out| out.most));
    db.execute(
        "UPDATE attempts SET phase = 'ended', least = ?1, most = ?2,
             completed = CASE WHEN ?1 = ?2 THEN max(0, ?1 - COALESCE(json_extract(asked, '$.first'), 0)) END
         WHERE id = ?3",
        params![least, most, attempt.0],
    )?;
    Ok(())
}

/// Its owner stopped it: the printer has to, and how far it came nobody asks.
pub fn forget(db: &Connection, attempt: AttemptId) -> Result<(), Error> {
    db.execute("UPDATE attempts SET asked = NULL WHERE id = ?1", [attempt.0])?;
    Ok(())
}

/// The try of this number.
pub fn by_id(db: &Connection, attempt: AttemptId) -> Result<Option<Attempt>, Error> {
    let mut found = db.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    Ok(found.query_row([attempt.0], row).optional()?)
}

/// The last try of a job.
pub fn last(db: &Connection, job: JobId) -> Result<Option<Attempt>, Error> {
    let mut found = db.prepare_cached(&format!("{SELECT} WHERE job = ?1 ORDER BY id DESC LIMIT 1"))?;
    Ok(found.query_row([job.0], row).optional()?)
}

/// Tries of which nobody knows yet what the printer made of them, oldest first.
pub fn unsettled(db: &Connection) -> Result<Vec<Attempt>, Error> {
    let mut rows = db.prepare_cached(&format!("{SELECT} WHERE phase != 'ended' ORDER BY id"))?;
    let found: Result<Vec<_>, _> = rows.query_map([], row)?.collect();
    Ok(found?)
}

/// How far the last try of a job came, when a part of it did or may have.
pub fn rest(db: &Connection, job: JobId) -> Result<Option<Rest>, Error> {
    let mut found =
        db.prepare_cached(&format!("SELECT {REST} FROM attempts WHERE job = ?1 ORDER BY id DESC LIMIT 1"))?;
    let rest: Option<Option<String>> = found.query_row([job.0], |row| row.get(0)).optional()?;
    Ok(read_rest(rest.flatten()))
}

/// A [`Rest`] as JSON, of a try that is settled so.
pub(super) const REST: &str = "CASE WHEN phase = 'ended' AND most IS NOT NULL
    THEN json_object('attempt', id, 'asked', json(asked), 'out', json_object('least', least, 'most', most)) END";

/// What [`REST`] gave. Without a whole sheet it is as if nothing had come out.
pub(super) fn read_rest(json: Option<String>) -> Option<Rest> {
    let rest: Rest = serde_json::from_str(&json?).ok()?;
    (rest.most_sheets() > 0).then_some(rest)
}

/// What is known of how a printer counts.
pub fn habits(db: &Connection, printer: &str, model: &str) -> Result<Habits, Error> {
    let mut found = db.prepare_cached("SELECT counts, copies FROM printers WHERE uri = ?1 AND model = ?2")?;
    let habits = found.query_row([printer, model], |row| Ok(Habits { counts: row.get(0)?, copies: row.get(1)? }));
    Ok(habits.optional()?.unwrap_or_default())
}

/// Learns what a printer does; nothing is forgotten.
pub fn learn(db: &Connection, printer: &str, model: &str, habits: Habits) -> Result<(), Error> {
    db.execute(
        "INSERT INTO printers (uri, model, counts, copies) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (uri, model) DO UPDATE SET counts = max(counts, ?3), copies = max(copies, ?4)",
        params![printer, model, habits.counts, habits.copies],
    )?;
    Ok(())
}

const SELECT: &str = "SELECT id, job, name, phase || ' ' || COALESCE(printer_job, ''), asked, counter, seen, given, printer FROM attempts";

fn row(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    let phase: String = row.get(3)?;
    let asked: Option<String> = row.get(4)?;
    Ok(Attempt {
        id: AttemptId(row.get(0)?),
        job: JobId(row.get(1)?),
        name: row.get(2)?,
        phase: self::phase(&phase),
        asked: asked.and_then(|asked| serde_json::from_str(&asked).ok()),
        counter: row.get(5)?,
        seen: row.get(6)?,
        given: row.get(7)?,
        printer: row.get(8)?,
    })
}

/// A phase as rows tell it: its word and the printer's number.
pub(super) fn phase(text: &str) -> Phase {
    match text.split_once(' ').map(|(word, job)| (word, job.parse().ok())) {
        Some(("sending", Some(printer_job))) => Phase::Sending { printer_job },
        Some(("sent", Some(printer_job))) => Phase::Sent { printer_job },
        _ => Phase::Intent,
    }
}
