//! The paper in our own printer: one row, once somebody said anything. What changes it is decided in
//! [`crate::job::paper`].

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    error::Error,
    job::paper::{News, Paper},
};

/// What is known.
pub fn get(db: &Connection) -> Result<Paper, Error> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Option<u32>>(0)?, row.get::<_, bool>(1)?));
    let found = db.prepare_cached("SELECT sheets, ran_out FROM paper")?.query_row([], row).optional()?;
    Ok(match found {
        Some((_, true)) => Paper::Empty,
        Some((Some(sheets), false)) => Paper::Counted(sheets),
        Some((None, false)) | None => Paper::Unknown,
    })
}

/// Writes down what the news make of it; what is known then. A tray holds `tray` sheets, `now` is the wall clock.
pub fn change(db: &Connection, news: News, tray: u32, now: i64) -> Result<Paper, Error> {
    let before = get(db)?;
    let paper = before.after(news, tray);
    if paper != before {
        let sheets = paper.left().filter(|_| paper != Paper::Empty);
        db.prepare_cached("INSERT OR REPLACE INTO paper VALUES (1, ?1, ?2, ?3)")?.execute(params![
            sheets,
            paper == Paper::Empty,
            now
        ])?;
    }
    Ok(paper)
}

#[cfg(test)]
mod tests {
    use super::{News, Paper, change, get};
    use crate::{
        job::{paper::Said, state::JobId},
        store::{Store, facts},
    };

    #[test]
    fn sheets_are_counted_down_with_the_fact_that_they_came_out() {
        let folder = std::env::temp_dir().join(format!("ottisk-paper-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("temp folder");
        let store = Store::open(&folder.join("test.db")).expect("opens");
        let counted = store.write(|db| {
            let print = |sheets| facts::insert(db, JobId(1), sheets, sheets, "x", 0).and_then(|()| get(db));
            assert_eq!((get(db)?, print(5)?), (Paper::Unknown, Paper::Unknown));
            assert_eq!(change(db, News::Said(Said::Full), 250, 0)?, Paper::Counted(250));
            assert_eq!(print(50)?, Paper::Counted(200));
            assert_eq!(change(db, News::RanOut, 250, 0)?, Paper::Empty);
            assert_eq!(get(db)?, Paper::Empty);
            change(db, News::Said(Said::Exactly(3)), 250, 0)?;
            assert_eq!(print(4)?, Paper::Unknown);
            Ok(())
        });
        assert_eq!(smol::block_on(counted), Ok(()));
        // A fact that is taken back leaves the paper as it was.
        let taken_back = store.write(|db| {
            change(db, News::Said(Said::Exactly(10)), 250, 0)?;
            facts::insert(db, JobId(1), 5, 5, "x", 0)?;
            Err::<(), _>(crate::error::Error::NotInUnion)
        });
        assert!(smol::block_on(taken_back).is_err());
        assert_eq!(smol::block_on(store.read(get)), Ok(Paper::Unknown));
        std::fs::remove_dir_all(folder).expect("temp folder");
    }
}
