//! Uploads that come in pieces: what was announced, how much is on the disk for certain, what became of it.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    access::hex,
    error::Error,
    job::{state::JobId, ticket::Ticket},
};

/// An upload's number: 32 random digits. Whoever has it may go on with the upload.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UploadId(String);

impl UploadId {
    /// What a client sent; `None` when it is no number of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let ours = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        ours.then(|| Self(text.to_owned()))
    }

    /// A new one; `random` fills a buffer.
    pub fn draw<E>(random: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut bytes = [0; 16];
        random(&mut bytes)?;
        Ok(Self(hex(&bytes)))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Numbers never reach logs: the debug form says nothing.
impl std::fmt::Debug for UploadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UploadId(…)")
    }
}

/// What is announced.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Whose.
    pub member: i64,
    /// The file's name.
    pub title: String,
    /// What is asked of the document.
    pub ticket: Ticket,
    /// Whether a document is made of it and others, and not of it alone.
    pub part: bool,
    /// Its size.
    pub bytes: u64,
}

/// What became of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Bytes are missing, or nobody has looked at them yet.
    Coming,
    /// A PDF that wants a password.
    Locked,
    /// All there and something that can be printed; its kind.
    Whole(String),
    /// It cannot be printed; why, in a word.
    Refused(String),
    /// It is a document, or a part of one.
    Ordered {
        /// The document's job.
        job: JobId,
        /// And its code.
        pin: String,
    },
}

/// An upload.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Number.
    pub id: UploadId,
    /// Whose.
    pub member: Option<i64>,
    /// The file's name. Never logged.
    pub title: String,
    /// What is asked of the document.
    pub ticket: Ticket,
    /// Whether a document is made of it and others.
    pub part: bool,
    /// Its size.
    pub bytes: u64,
    /// How much of it is on the disk for certain.
    pub came: u64,
    /// What became of it.
    pub stage: Stage,
    /// Wrong passwords so far.
    pub tries: u32,
    /// The lived time at which it was announced.
    pub lived_at: i64,
}

/// How much there may be of uploads that are not documents yet.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// Uploads.
    pub uploads: u32,
    /// Their bytes.
    pub bytes: u64,
    /// Uploads of one member.
    pub uploads_of_member: u32,
    /// Their bytes.
    pub bytes_of_member: u64,
}

/// Those that take room: neither refused nor a document already.
const WAITING: &str = "job IS NULL AND stage != 'refused'";

/// Writes an upload down; the bytes of all that have not come yet. `lived` is the lived time.
pub fn insert(db: &Connection, id: &UploadId, new: &NewUpload, most: Most, lived: i64) -> Result<u64, Error> {
    let taken = |which: &str, member: i64| -> Result<(u32, u64, u64), Error> {
        let sql =
            format!("SELECT count(*), total(bytes), total(bytes - came) FROM uploads WHERE {WAITING} AND {which}");
        let mut taken = db.prepare_cached(&sql)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sums of sizes, far below 2^53")]
        let whole = |sum: f64| sum as u64;
        Ok(taken.query_row([member], |row| Ok((row.get(0)?, whole(row.get(1)?), whole(row.get(2)?))))?)
    };
    let (uploads, bytes, missing) = taken("?1 IS NOT NULL", new.member)?;
    let (own_uploads, own_bytes, _) = taken("member = ?1", new.member)?;
    if uploads >= most.uploads
        || own_uploads >= most.uploads_of_member
        || bytes.saturating_add(new.bytes) > most.bytes
        || own_bytes.saturating_add(new.bytes) > most.bytes_of_member
    {
        return Err(Error::TooManyUploads);
    }
    let Ok(ticket) = serde_json::to_string(&new.ticket) else { return Err(Error::Storage) };
    db.prepare_cached(
        "INSERT INTO uploads (id, member, title, ticket, part, bytes, came, stage, lived_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 'coming', ?7)",
    )?
    .execute(params![id.0, new.member, new.title, ticket, new.part, new.bytes, lived])?;
    Ok(missing.saturating_add(new.bytes))
}

/// The upload of this number, unless it was announced before the lived time `oldest`.
pub fn find(db: &Connection, id: &UploadId, oldest: i64) -> Result<Option<Upload>, Error> {
    let mut found = db.prepare_cached(
        "SELECT uploads.id, uploads.member, uploads.title, ticket, part, bytes, came, stage, word, tries, job, pin,
             uploads.lived_at
         FROM uploads LEFT JOIN jobs ON jobs.id = job WHERE uploads.id = ?1
             AND uploads.lived_at >= ?2",
    )?;
    Ok(found.query_row(params![id.0, oldest], row).optional()?)
}

/// So much of it is on the disk; an error when it is not known any more.
pub fn came(db: &Connection, id: &UploadId, came: u64) -> Result<(), Error> {
    let told = db.prepare_cached("UPDATE uploads SET came = ?2 WHERE id = ?1")?.execute(params![id.0, came])?;
    if told == 1 { Ok(()) } else { Err(Error::UploadUnknown) }
}

/// What became of it, but for a document, which [`ordered`] writes down.
pub fn set_stage(db: &Connection, id: &UploadId, stage: &Stage) -> Result<(), Error> {
    let (stage, word) = match stage {
        Stage::Coming | Stage::Ordered { .. } => return Ok(()),
        Stage::Locked => ("locked", None),
        Stage::Whole(kind) => ("whole", Some(kind)),
        Stage::Refused(why) => ("refused", Some(why)),
    };
    db.prepare_cached("UPDATE uploads SET stage = ?2, word = ?3 WHERE id = ?1")?.execute(params![id.0, stage, word])?;
    Ok(())
}

/// Its bytes were exchanged for a document of this size without a password.
pub fn unlocked(db: &Connection, id: &UploadId, bytes: u64) -> Result<(), Error> {
    db.execute(
        "UPDATE uploads SET stage = 'whole', word = 'pdf', bytes = ?2, came = ?2 WHERE id = ?1",
        params![id.0, bytes],
    )?;
    Ok(())
}

/// A wrong password was given.
pub fn tried(db: &Connection, id: &UploadId) -> Result<(), Error> {
    db.execute("UPDATE uploads SET tries = tries + 1 WHERE id = ?1", [&id.0])?;
    Ok(())
}

/// It is a part of this job's document. One that is part of another already is refused.
pub fn ordered(db: &Connection, id: &UploadId, job: JobId) -> Result<(), Error> {
    let ordered = db.execute("UPDATE uploads SET job = ?2 WHERE id = ?1 AND job IS NULL", params![id.0, job.0])?;
    if ordered == 1 { Ok(()) } else { Err(Error::AlreadyUploaded) }
}

/// Forgets an upload; whether there was one that is not a document.
pub fn forget(db: &Connection, id: &UploadId) -> Result<bool, Error> {
    Ok(db.execute("DELETE FROM uploads WHERE id = ?1 AND job IS NULL", [&id.0])? > 0)
}

/// Forgets uploads announced before the lived time `oldest`, whatever became of them; their numbers.
pub fn expire(db: &Connection, oldest: i64) -> Result<Vec<UploadId>, Error> {
    let mut gone = db.prepare_cached("DELETE FROM uploads WHERE lived_at < ?1 RETURNING id")?;
    let ids: Result<Vec<_>, _> = gone.query_map([oldest], |row| row.get(0).map(UploadId))?.collect();
    Ok(ids?)
}

/// Those that are meant to have a file.
pub fn waiting(db: &Connection) -> Result<Vec<UploadId>, Error> {
    let mut rows = db.prepare(&format!("SELECT id FROM uploads WHERE {WAITING}"))?;
    let ids: Result<Vec<_>, _> = rows.query_map([], |row| row.get(0).map(UploadId))?.collect();
    Ok(ids?)
}

/// How many wait for their phones, and their bytes on the disk.
pub fn totals(db: &Connection) -> Result<(u64, u64), Error> {
    let sql = format!("SELECT count(*), COALESCE(sum(came), 0) FROM uploads WHERE {WAITING}");
    Ok(db.prepare_cached(&sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let (ticket, stage): (String, String) = (row.get(3)?, row.get(7)?);
    let word = row.get::<_, Option<String>>(8)?.unwrap_or_default();
    let (job, pin): (Option<i64>, Option<String>) = (row.get(10)?, row.get(11)?);
    let stage = match (job, stage.as_str()) {
        (Some(job), _) => Stage::Ordered { job: JobId(job), pin: pin.unwrap_or_default() },
        (None, "locked") => Stage::Locked,
        (None, "whole") => Stage::Whole(word),
        (None, "refused") => Stage::Refused(word),
        (None, _) => Stage::Coming,
    };
    Ok(Upload {
        id: UploadId(row.get(0)?),
        member: row.get(1)?,
        title: row.get(2)?,
        ticket: serde_json::from_str(&ticket).unwrap_or_default(),
        part: row.get(4)?,
        bytes: row.get(5)?,
        came: row.get(6)?,
        stage,
        tries: row.get(9)?,
        lived_at: row.get(12)?,
    })
}
