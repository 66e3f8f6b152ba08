//! The store: one SQLite file that is the truth. What SQL says is in the rooms below; here are its two lanes.
//!
//! One thread writes. All writes that wait are put into one transaction, each in a savepoint of its own, and answered
//! after one commit that is on the disk (`synchronous=FULL`). One thread reads, so that a look-up never waits for a disk.

pub mod attempts;
pub mod documents;
pub mod facts;
pub mod guesses;
pub mod health;
pub mod jobs;
pub mod lived;
pub mod members;
pub mod paper;
pub mod preflight;
pub mod previews;
pub mod sources;
pub mod tokens;
pub mod uploads;

use std::{path::Path, sync::mpsc, thread, time::Duration};

use rusqlite::{Connection, config::DbConfig};
use smol::channel;

use crate::error::Error;

/// The most writes one commit carries: bounds how long the first of them waits.
const COMMIT_WRITES: usize = 64;

/// Milliseconds to wait for another process (`ottisk token` beside a running server) to let go of the file.
const BUSY: Duration = Duration::from_millis(5_000);

type Task = Box<dyn FnOnce(&Connection) -> Box<dyn FnOnce(bool) + Send> + Send>;

/// A handle on the store. Cheap to clone; the threads end with the last one.
#[derive(Clone)]
pub struct Store {
    writer: mpsc::Sender<Task>,
    reader: mpsc::Sender<Task>,
}

impl Store {
    /// Opens or creates the file and brings its tables up to date.
    pub fn open(path: &Path) -> Result<Self, anyhow::Error> {
        let writing = connect(path)?;
        migrate(&writing)?;
        let reading = connect(path)?;
        reading.pragma_update(None, "query_only", true)?;
        Ok(Self { writer: lane("store-writer", writing, write_all)?, reader: lane("store-reader", reading, read_all)? })
    }

    /// Runs `change` in a transaction; answers when it is on the disk. An `Err` leaves no trace.
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        ask(&self.writer, |connection| savepoint(connection, change)).await
    }

    /// Runs `change` likewise, and nobody waits for it. What goes wrong is logged.
    pub fn post(&self, change: impl FnOnce(&Connection) -> Result<(), Error> + Send + 'static) {
        let task: Task = Box::new(move |connection| {
            let changed = savepoint(connection, change);
            Box::new(move |committed| {
                if changed.is_err() || !committed {
                    tracing::error!("what nobody waited for was not written down");
                }
            })
        });
        if self.writer.send(task).is_err() {
            tracing::error!("the store's writer is gone");
        }
    }

    /// Runs `look` on what is committed.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        ask(&self.reader, look).await
    }
}

/// SQLite's version.
pub fn version() -> &'static str {
    rusqlite::version()
}

async fn ask<T: Send + 'static>(
    lane: &mpsc::Sender<Task>,
    work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (answer, answered) = channel::bounded(1);
    let task: Task = Box::new(move |connection| {
        let result = work(connection);
        Box::new(move |committed| {
            // Nobody waits any more when the asking task was dropped; the change stands all the same.
            let _ = answer.try_send(if committed { result } else { result.and(Err(Error::Storage)) });
        })
    });
    lane.send(task).map_err(|_| Error::Storage)?;
    answered.recv().await.map_err(|_| Error::Storage)?
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    // A plan is made once, and not anew for each value that is bound: that took most of a look-up's time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn migrate(connection: &Connection) -> Result<(), rusqlite::Error> {
    let done: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (number, block) in include_str!("store/schema.sql").split("\n-- # ").skip(1).enumerate() {
        if number >= done {
            connection.execute_batch(&format!("BEGIN;\n-- {block}\nPRAGMA user_version = {};\nCOMMIT;", number + 1))?;
        }
    }
    Ok(())
}

fn lane(
    name: &str,
    connection: Connection,
    run: fn(&Connection, Task, &mpsc::Receiver<Task>),
) -> std::io::Result<mpsc::Sender<Task>> {
    let (sender, tasks) = mpsc::channel::<Task>();
    thread::Builder::new().name(name.into()).spawn(move || {
        while let Ok(first) = tasks.recv() {
            run(&connection, first, &tasks);
        }
    })?;
    Ok(sender)
}

fn read_all(connection: &Connection, first: Task, _: &mpsc::Receiver<Task>) {
    first(connection)(true);
}

/// One commit for the first task and all that wait behind it. A task that is dropped answers that the store failed.
fn write_all(connection: &Connection, first: Task, waiting: &mpsc::Receiver<Task>) {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        return tracing::error!(%error, "begin");
    }
    let mut answers = Vec::new();
    let mut next = Some(first);
    while let Some(task) = next {
        answers.push(task(connection));
        // SQLite takes the whole transaction back on some errors: what ran after would be committed by itself.
        let goes_on = answers.len() < COMMIT_WRITES && !connection.is_autocommit();
        next = if goes_on { waiting.try_recv().ok() } else { None };
    }
    let committed = connection.execute_batch("COMMIT").inspect_err(|error| tracing::error!(%error, "commit")).is_ok();
    if !committed && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    for answer in answers {
        answer(committed);
    }
}

/// Runs `change` so that an `Err` takes back only what it did itself, not its neighbours in the same commit.
fn savepoint<T>(connection: &Connection, change: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
    connection.prepare_cached("SAVEPOINT change")?.execute([])?;
    let result = change(connection);
    if result.is_err() {
        connection.prepare_cached("ROLLBACK TO change")?.execute([])?;
    }
    connection.prepare_cached("RELEASE change")?.execute([])?;
    result
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::{Connection, Error, Store, Task, savepoint, write_all};

    fn store() -> (Store, std::path::PathBuf) {
        let folder =
            std::env::temp_dir().join(format!("ottisk-store-{}-{:?}", std::process::id(), std::thread::current().id()));
        std::fs::create_dir_all(&folder).expect("temp folder");
        (Store::open(&folder.join("test.db")).expect("opens"), folder)
    }

    /// Runs one task that writes a row, and then `wrong`; how many rows stand, and what the answer was.
    fn written(connection: &Connection, wrong: &'static str) -> (u32, Option<bool>) {
        let (tell, told) = mpsc::channel();
        let task: Task = Box::new(move |connection| {
            let _ = savepoint(connection, |db| {
                db.execute("INSERT INTO t VALUES (1)", [])?;
                db.execute_batch(wrong)?;
                Ok(())
            });
            Box::new(move |committed| tell.send(committed).expect("heard"))
        });
        write_all(connection, task, &mpsc::channel().1);
        let rows = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).expect("rows");
        (rows, told.try_recv().ok())
    }

    #[test]
    fn what_is_answered_with_an_error_does_not_stand() {
        let (_, folder) = store();
        let [ours, other] = [(); 2].map(|()| Connection::open(folder.join("busy.db")).expect("opens"));
        ours.busy_timeout(std::time::Duration::ZERO).expect("set");
        ours.execute_batch("CREATE TABLE t (x)").expect("a table");
        // Another process writes for longer than we wait.
        other.execute_batch("BEGIN IMMEDIATE").expect("begun");
        assert_eq!(written(&ours, ""), (0, None));
        other.execute_batch("COMMIT").expect("done");
        assert_eq!(written(&ours, ""), (1, Some(true)));
        // As SQLite does by itself when the disk is full.
        assert_eq!(written(&ours, "ROLLBACK"), (1, Some(false)));
        assert_eq!(written(&ours, ""), (2, Some(true)));
        std::fs::remove_dir_all(folder).expect("temp folder");
    }

    #[test]
    fn a_failed_change_leaves_its_neighbours_alone() {
        let (store, folder) = store();
        smol::block_on(async {
            let insert = |name: &'static str, fail: bool| {
                store.write(move |connection| {
                    connection.execute(
                        "INSERT INTO tokens (name, sha256, scopes, created_at) VALUES (?1, ?2, '', 0)",
                        (name, name.as_bytes()),
                    )?;
                    if fail { Err(Error::NotInUnion) } else { Ok(()) }
                })
            };
            let (good, bad) = smol::future::zip(insert("good", false), insert("bad", true)).await;
            assert_eq!((good, bad), (Ok(()), Err(Error::NotInUnion)));
            let names = store.read(|connection| {
                let mut names = connection.prepare("SELECT name FROM tokens")?;
                let names: Result<Vec<String>, _> = names.query_map([], |row| row.get(0))?.collect();
                Ok(names?)
            });
            assert_eq!(names.await, Ok(vec!["good".to_owned()]));
        });
        std::fs::remove_dir_all(folder).expect("temp folder");
    }
}
