//! What was made is kept: files first, the description second, and only what nobody else was faster with. By whom it was
//! made, here or elsewhere, makes no difference, but for how far it is believed: a node names no media types and no paths.

use std::{
    io,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use smol::{
    io::AsyncWriteExt as _,
    stream::{Stream, StreamExt as _},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Preview, edition::Edition, format, has_room, number, paper, progress, wants::Version};
use crate::{
    document::{
        description::{Description, Page, State},
        made::{Converted, PRINT_FILE, PageMade},
        refusal::Refusal,
    },
    error::Error,
};

/// Bytes between the network and the disk: one walk to another thread each.
const BUFFER_BYTES: usize = 128 << 10;

/// Names of fonts that a node may tell, and bytes of one.
const FONTS: (usize, usize) = (64, 100);

/// Why a node's result is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// There is no such document any more.
    Gone,
    /// It makes no sense: a file that is not there, a name that is none.
    Nonsense,
    /// As people are told.
    Error(Error),
}

impl From<Error> for NotKept {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<io::Error> for NotKept {
    fn from(error: io::Error) -> Self {
        Self::Error(error.into())
    }
}

/// Bytes that a node may still bring, taken for as long as this lives.
struct Reserved<'a>(&'a Preview, u64);

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.0.incoming.set(self.0.incoming.get().saturating_sub(self.1));
    }
}

impl Preview {
    /// Keeps what was made in `folder`: `pages` were asked, none of a document that is made whole.
    pub(super) async fn keep(
        &self,
        version: &Version,
        folder: &Path,
        converted: &Converted,
        pages: &[u32],
    ) -> Result<(), Error> {
        let _alone = self.keeping.lock().await;
        let Some(description) = self.load(version).await? else { return Ok(()) };
        let whole = pages.is_empty();
        if whole && description.state != State::InProgress {
            return Ok(());
        }
        let wanted: Vec<PageMade> =
            progress::wanted(&description, &converted.pages, whole).into_iter().cloned().collect();
        let is_known =
            |number: &u32| progress::page(&description, *number).is_some_and(|state| state != State::InProgress);
        if !whole && wanted.is_empty() && pages.iter().all(is_known) {
            return Ok(());
        }
        // The database needs room more than pictures do; it is tried again.
        if !has_room(&self.settings, 0) {
            return Err(Error::NoSpace);
        }
        let names = wanted.iter().map(|page| page.file.clone()).collect();
        let bytes = self.cache.take(version, folder, names).await?;
        let converted = Converted { pages: wanted, ..converted.clone() };
        let told = progress::made(description, &converted, bytes, pages, &self.now());
        if !self.save(version, &told).await? {
            // Its document was deleted while it was looked at.
            self.cache.remove(version).await;
        }
        self.settled(version, &told);
        self.trim().await
    }

    /// Writes down that there will be none.
    pub(super) async fn refuse(&self, version: &Version, refusal: Refusal, pages: &[u32]) -> Result<(), Error> {
        let _alone = self.keeping.lock().await;
        let Some(description) = self.load(version).await? else { return Ok(()) };
        if pages.is_empty() && description.state != State::InProgress {
            return Ok(());
        }
        let told = progress::refused(description, refusal, pages, &self.now());
        self.save(version, &told).await?;
        self.settled(version, &told);
        Ok(())
    }

    fn settled(&self, version: &Version, told: &Description) {
        let is_settled = |number: u32| told.state == State::Error || progress::is_settled(told, number);
        self.wants.borrow_mut().settled(version, is_settled);
    }

    /// Whether a node may bring a file of this name: its document is there, and what is printed was asked for.
    async fn is_awaited(&self, edition: &Edition, name: &str) -> Result<bool, Error> {
        Ok(self.brought(edition).await?.is_some() && (name != PRINT_FILE || self.forms.is_asked(edition)))
    }

    /// Takes a file that a node made, of so many bytes as are `announced`. `by` is the node's own word for its try: two tries
    /// never mix.
    pub async fn receive(
        &self,
        edition: &Edition,
        by: &str,
        name: &str,
        announced: Option<u64>,
        mut chunks: impl Stream<Item = io::Result<Bytes>> + Unpin,
    ) -> Result<(), NotKept> {
        if !(name == PRINT_FILE || format(name).is_some()) || !is_plain(by) {
            return Err(NotKept::Nonsense);
        }
        if !self.is_awaited(edition, name).await? {
            return Err(NotKept::Gone);
        }
        let max = self.most_bytes(name).min(announced.unwrap_or(u64::MAX));
        // What was brought and not told of is nobody's yet, and counts all the same.
        let _reserved = self.reserve(max, self.cache.work_bytes("-node-").await?)?;
        let folder = self.work_by(edition, by).await?;
        let part = folder.join(format!("{name}.part"));
        let create = part.clone();
        let file = smol::unblock(move || std::fs::File::create(create)).await?;
        let mut file = smol::Unblock::with_capacity(BUFFER_BYTES, file);
        let mut bytes = 0;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| match error.kind() {
                io::ErrorKind::TimedOut => NotKept::Error(Error::TooSlow),
                _ => NotKept::Nonsense,
            })?;
            bytes += chunk.len() as u64;
            if bytes > max {
                return Err(Error::TooLarge { max }.into());
            }
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        let (part, whole) = (part, folder.join(name));
        Ok(smol::unblock(move || std::fs::rename(part, whole)).await?)
    }

    fn reserve(&self, bytes: u64, brought: u64) -> Result<Reserved<'_>, Error> {
        let incoming = self.incoming.get().saturating_add(bytes);
        if incoming.saturating_add(brought) > self.settings.preview.cache_bytes.saturating_add(bytes) {
            return Err(Error::TooManyUploads);
        }
        if !has_room(&self.settings, incoming) {
            return Err(Error::NoSpace);
        }
        self.incoming.set(incoming);
        Ok(Reserved(self, bytes))
    }

    pub(super) async fn work_by(&self, edition: &Edition, by: &str) -> io::Result<PathBuf> {
        let by = format!("node-{by}");
        let folder = self.cache.work(&edition.version, &by).await?;
        self.open.borrow_mut().insert((edition.version, by), std::time::Instant::now());
        Ok(folder)
    }

    pub(super) async fn end_work_by(&self, edition: &Edition, by: &str) {
        let by = format!("node-{by}");
        self.cache.end_work(&edition.version, &by).await;
        self.open.borrow_mut().remove(&(edition.version, by));
    }

    /// Takes what a node says of its try. The same said again changes nothing.
    pub async fn conclude(&self, edition: &Edition, by: &str, told: &Description) -> Result<(), NotKept> {
        self.brought(edition).await?.ok_or(NotKept::Gone)?;
        if !is_plain(by) || told.version != edition.version() {
            return Err(NotKept::Nonsense);
        }
        if paper::is_form(told) {
            return self.conclude_form(edition, by, told).await;
        }
        let pages: Vec<u32> = told.pages.iter().map(|page| page.number).collect();
        match (told.state, &told.error) {
            (State::Complete, _) => {
                let converted = converted(told).ok_or(NotKept::Nonsense)?;
                let folder = self.work_by(edition, by).await?;
                let by_pages = self.load(&edition.version).await?.is_some_and(|known| !known.pages.is_empty());
                let asked = if by_pages { pages.as_slice() } else { &[] };
                let there = converted.pages.iter().all(|page| folder.join(&page.file).is_file());
                // A second time the files are at their place already.
                if there {
                    self.keep(&edition.version, &folder, &converted, asked).await?;
                }
                self.end_work_by(edition, by).await;
                let known = self.load(&edition.version).await?;
                let settled = known.is_some_and(|known| {
                    let is_settled =
                        |page: &u32| progress::page(&known, *page).is_some_and(|at| at != State::InProgress);
                    known.state == State::Error || pages.iter().all(is_settled)
                });
                if there || settled { Ok(()) } else { Err(NotKept::Nonsense) }
            }
            (State::Error, Some(error)) => Ok(self.refuse(&edition.version, error.code, &pages).await?),
            _ => Err(NotKept::Nonsense),
        }
    }
}

/// Characters of a name of ours for a try.
fn is_plain(by: &str) -> bool {
    (1..=32).contains(&by.len()) && by.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// What a node made, as far as it can be believed: formats are what the files are called.
fn converted(told: &Description) -> Option<Converted> {
    let page = |page: &Page| {
        let file = page.file.clone()?;
        let format = format(&file).filter(|_| number(&file) == Some(page.number))?;
        let media_type = format.media_type().into();
        Some((format, PageMade { number: page.number, file, media_type, width: page.width, height: page.height }))
    };
    let pages: Vec<_> = told.pages.iter().map(page).collect::<Option<_>>()?;
    let format = pages.first().map(|(format, _)| *format)?;
    let fonts = told.fonts_substituted.iter().take(FONTS.0).filter(|name| name.len() <= FONTS.1);
    Some(Converted {
        format,
        page_count: told.page_count,
        pages: pages.into_iter().map(|(_, page)| page).collect(),
        simplified: told.simplified,
        fonts_substituted: fonts.cloned().collect(),
    })
}

/// RFC 3339, of milliseconds since 1970.
pub fn write_time(milliseconds: i64) -> String {
    let time =
        OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1_000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_default()
}

/// Milliseconds since 1970, of RFC 3339.
pub(super) fn parse_time(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(|time| time.unix_timestamp().saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::{Description, Page, State, converted, is_plain, parse_time, write_time};
    use crate::document::{kind::Kind, made::Format};

    #[test]
    fn times_are_written_as_they_are_read() {
        assert_eq!(write_time(1_795_000_000_123), "2026-11-18T11:06:40Z");
        assert_eq!(parse_time("2026-11-18T11:06:40Z"), Some(1_795_000_000_000));
        assert_eq!(parse_time("yesterday"), None);
    }

    #[test]
    fn a_node_names_no_media_type_and_no_path() {
        let with = |number, file: &str| {
            let (file, media_type) = (Some(file.to_owned()), Some("text/html".to_owned()));
            let page = Page { number, state: State::Complete, file, media_type, width: Some(1), height: Some(1) };
            converted(&Description { pages: vec![page], ..Description::begun("7", "ab", Kind::Pdf, "t") })
        };
        let taken = with(3, "3.png").expect("a page");
        assert_eq!((taken.format, taken.pages[0].media_type.as_str()), (Format::Png, "image/png"));
        for (number, file) in [(2, "3.png"), (1, "../1.png"), (1, "1.svg"), (0, "0.png"), (1, "description.json")] {
            assert!(with(number, file).is_none(), "{file}");
        }
        assert!(is_plain("0a") && ["", "A", "..", "a/b", &"a".repeat(33)].iter().all(|by| !is_plain(by)));
    }
}
