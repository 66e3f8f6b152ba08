//! Previews by their documents' content, and the device's own keys. The files of a preview lie beside the documents.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::preflight::Sha256;
use crate::{
    document::{description::Description, kind::Kind},
    error::Error,
};

/// A preview as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What is told of it. Of no document in particular: its `document` is filled in for whoever asks.
    pub description: Description,
    /// When somebody looked at it, in lived time, told once in a while.
    pub used_at: i64,
}

/// A job's document, of which a preview can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whose.
    pub job: i64,
    /// Its content.
    pub sha256: Sha256,
    /// Its name on the disk.
    pub name: String,
    /// What it was taken for when it came: a hint.
    pub kind: Option<Kind>,
    /// The name of the PDF that prints, when that was made of it.
    pub printed: Option<String>,
}

/// One file is shown as it came; of several what is printed is shown.
const SOURCE: &str = "
    SELECT jobs.id, COALESCE(one.sha256, documents.sha256), COALESCE(one.name, documents.name), COALESCE(one.kind, 'pdf'),
        iif(one.name IS NULL, NULL, documents.name)
    FROM jobs LEFT JOIN documents ON documents.id = jobs.document
    LEFT JOIN sources AS one ON one.job = jobs.id AND (SELECT COUNT(*) FROM sources WHERE job = jobs.id) = 1
    WHERE COALESCE(one.name, documents.name) IS NOT NULL";

/// What a job's owner has brought.
pub fn source(db: &Connection, job: i64) -> Result<Option<Source>, Error> {
    let mut found = db.prepare_cached(&format!("{SOURCE} AND jobs.id = ?1"))?;
    Ok(found.query_row([job], read_source).optional()?)
}

/// The name on the disk of one of the files that a job's document is made from.
pub fn part(db: &Connection, job: i64, sha256: &Sha256) -> Result<Option<String>, Error> {
    let mut found = db.prepare_cached("SELECT name FROM sources WHERE job = ?1 AND sha256 = ?2 LIMIT 1")?;
    Ok(found.query_row(params![job, sha256.as_slice()], |row| row.get(0)).optional()?)
}

/// The same of any job that has this content: the newest.
pub fn any_source(db: &Connection, sha256: &Sha256) -> Result<Option<Source>, Error> {
    let mut found = db.prepare_cached(&format!(
        "{SOURCE} AND COALESCE(one.sha256, documents.sha256) = ?1 AND jobs.id IN (
             SELECT jobs.id FROM documents JOIN jobs ON jobs.document = documents.id WHERE documents.sha256 = ?1
             UNION SELECT job FROM sources WHERE sha256 = ?1
         ) ORDER BY jobs.id DESC LIMIT 1"
    ))?;
    Ok(found.query_row([sha256.as_slice()], read_source).optional()?)
}

fn read_source(row: &rusqlite::Row<'_>) -> rusqlite::Result<Source> {
    let kind: String = row.get(3)?;
    Ok(Source {
        job: row.get(0)?,
        sha256: row.get(1)?,
        name: row.get(2)?,
        kind: Kind::from_extension(&kind),
        printed: row.get(4)?,
    })
}

/// The preview of this content by this engine.
pub fn find(db: &Connection, sha256: &Sha256, engine: u32) -> Result<Option<Preview>, Error> {
    let mut found = db.prepare_cached("SELECT description, used_at FROM previews WHERE sha256 = ?1 AND engine = ?2")?;
    let row = found.query_row(params![sha256.as_slice(), engine], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)));
    let Some((description, used_at)) = row.optional()? else { return Ok(None) };
    // One that cannot be read any more is made again.
    Ok(serde_json::from_str(&description).ok().map(|description| Preview { description, used_at }))
}

/// Writes a preview down, unless no document has this content any more: `false`. `now` is the wall clock, `lived` the
/// lived time.
pub fn save(
    db: &Connection,
    sha256: &Sha256,
    engine: u32,
    description: &Description,
    now: i64,
    lived: i64,
) -> Result<bool, Error> {
    if any_source(db, sha256)?.is_none() {
        return Ok(false);
    }
    let (Ok(text), Ok(state)) = (serde_json::to_string(description), serde_json::to_value(description.state)) else {
        return Err(Error::Storage);
    };
    db.prepare_cached(
        "INSERT INTO previews (sha256, engine, state, description, bytes, created_at, updated_at, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)
         ON CONFLICT (sha256, engine) DO UPDATE SET state = ?3, description = ?4, bytes = ?5, updated_at = ?6, used_at = ?7",
    )?
    .execute(params![sha256.as_slice(), engine, state.as_str(), text, description.bytes, now, lived])?;
    Ok(true)
}

/// Somebody looked at it.
pub fn touch(db: &Connection, sha256: &Sha256, lived: i64) -> Result<(), Error> {
    db.prepare_cached("UPDATE previews SET used_at = ?2 WHERE sha256 = ?1")?
        .execute(params![sha256.as_slice(), lived])?;
    Ok(())
}

/// Forgets it, whichever engine made it.
pub fn remove(db: &Connection, sha256: &Sha256) -> Result<(), Error> {
    db.prepare_cached("DELETE FROM previews WHERE sha256 = ?1")?.execute([sha256.as_slice()])?;
    Ok(())
}

/// Those that are not finished.
pub fn unfinished(db: &Connection, engine: u32) -> Result<Vec<Sha256>, Error> {
    contents(db, "SELECT sha256 FROM previews WHERE engine = ?1 AND state = 'in-progress'", params![engine])
}

/// All that this engine made.
pub fn all(db: &Connection, engine: u32) -> Result<Vec<Sha256>, Error> {
    contents(db, "SELECT sha256 FROM previews WHERE engine = ?1", params![engine])
}

/// Those whose documents are gone, that another engine made, or that nobody looked at since the lived time `oldest`.
pub fn stale(db: &Connection, engine: u32, oldest: i64) -> Result<Vec<Sha256>, Error> {
    contents(
        db,
        "SELECT sha256 FROM previews WHERE engine <> ?1 OR used_at < ?2
         OR NOT (EXISTS (SELECT 1 FROM documents WHERE documents.sha256 = previews.sha256)
             OR EXISTS (SELECT 1 FROM sources WHERE sources.sha256 = previews.sha256))",
        params![engine, oldest],
    )
}

/// Those with files, the longest unseen first and those that are being made last, until what is left is `most` bytes.
pub fn surplus(db: &Connection, most: u64) -> Result<Vec<Sha256>, Error> {
    let total: u64 =
        db.prepare_cached("SELECT COALESCE(SUM(bytes), 0) FROM previews")?.query_row([], |row| row.get(0))?;
    let mut rows = db.prepare_cached(
        "SELECT sha256, bytes FROM previews WHERE bytes > 0 ORDER BY state = 'in-progress', used_at, updated_at",
    )?;
    let (mut left, mut found) = (total, Vec::new());
    let mut rows = rows.query([])?;
    while left > most
        && let Some(row) = rows.next()?
    {
        left = left.saturating_sub(row.get(1)?);
        found.push(row.get(0)?);
    }
    Ok(found)
}

fn contents(db: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Sha256>, Error> {
    let mut found = db.prepare_cached(sql)?;
    let rows: Result<Vec<Sha256>, _> = found.query_map(values, |row| row.get(0))?.collect();
    Ok(rows?)
}

/// The device's key of this name: `drawn` when there was none before.
pub fn key(db: &Connection, name: &str, drawn: &[u8]) -> Result<Vec<u8>, Error> {
    db.execute("INSERT INTO keys (name, key) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING", params![name, drawn])?;
    Ok(db.query_row("SELECT key FROM keys WHERE name = ?1", [name], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::{Description, all, any_source, key, remove, save, source, stale, surplus, touch, unfinished};
    use crate::{
        document::{description::State, kind::Kind},
        job::{code::ReleaseCode, state::JobId, ticket::Ticket},
        store::{
            Store,
            jobs::{Document, Order, attach, delete, insert},
        },
    };

    #[test]
    fn previews_live_no_longer_than_their_documents_and_the_unseen_go_first() {
        let folder = std::env::temp_dir().join(format!("ottisk-previews-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("temp folder");
        let store = Store::open(&folder.join("test.db")).expect("opens");
        let tried = store.write(|db| {
            let complete = |bytes| {
                let begun = Description::begun("", "", Kind::Pdf, "t");
                Description { state: State::Complete, bytes, ..begun }
            };
            let [a, b, gone] = [[1; 32], [2; 32], [3; 32]];
            for (name, content) in [("a", a), ("a2", a), ("b", b)] {
                let order =
                    Order { member: None, source: "x".into(), title: "x.pdf".into(), ticket: Ticket::default() };
                let job = insert(db, &order, &ReleaseCode::parse(name).expect("a code"), 0, 0)?.expect("a free code");
                let (name, media_type) = (name.to_owned(), "application/pdf".to_owned());
                attach(db, job, &Document { name, sha256: content, bytes: 1, page_count: 1, media_type })?;
            }
            assert!(!save(db, &gone, 1, &complete(1), 0, 0)?, "nobody has it");
            assert!(save(db, &a, 1, &complete(60), 0, 100)? && save(db, &b, 1, &complete(50), 0, 200)?);
            assert!(save(db, &b, 1, &Description::begun("", "", Kind::Pdf, "t"), 0, 200)?);
            assert_eq!((unfinished(db, 1)?, unfinished(db, 2)?), (vec![b], vec![]));
            assert!(save(db, &b, 1, &complete(50), 0, 200)?);
            assert_eq!([110, 109, 60, 0].map(|most| surplus(db, most).expect("rows").len()), [0, 1, 1, 2]);
            assert_eq!(surplus(db, 100)?, [a]);
            touch(db, &a, 300)?;
            assert_eq!(surplus(db, 100)?, [b]);
            let newest = any_source(db, &a)?.expect("a job");
            assert_eq!((newest.name.as_str(), source(db, newest.job)?), ("a2", Some(newest.clone())));
            // As long as one document has this content.
            delete(db, JobId(newest.job))?;
            assert_eq!((stale(db, 1, 0)?.len(), stale(db, 1, 250)?, stale(db, 2, 0)?.len()), (0, vec![b], 2));
            let last = any_source(db, &a)?.expect("the other job");
            delete(db, JobId(last.job))?;
            assert_eq!((stale(db, 1, 0)?, source(db, last.job)?), (vec![a], None));
            remove(db, &a)?;
            assert_eq!(all(db, 1)?, [b]);
            assert_eq!((key(db, "k", b"first")?, key(db, "k", b"second")?), (b"first".to_vec(), b"first".to_vec()));
            Ok(())
        });
        assert_eq!(smol::block_on(tried), Ok(()));
        std::fs::remove_dir_all(folder).expect("temp folder");
    }
}
