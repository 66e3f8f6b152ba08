//! What the preview service tells of a document: the JSON of `GET /preview/{document}/{version}` and of `ottisk preview`.
//!
//! Times are given, as RFC 3339 text; files are told by name and lie beside.

use serde::{Deserialize, Serialize};

use super::{
    kind::{Kind, Shown},
    made::{Converted, Format, PageMade},
    refusal::Refusal,
};

/// How far a preview, or a page of it, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Not there yet.
    InProgress,
    /// There.
    Complete,
    /// There will be none.
    Error,
}

/// The whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Which document.
    pub document: String,
    /// The SHA-256 of its bytes, hex.
    pub version: String,
    /// How far it is.
    pub state: State,
    /// What a screen gets.
    pub format: Format,
    /// The media type of that.
    pub media_type: String,
    /// Bytes of the files that are there.
    pub bytes: u64,
    /// Pages, slides, sheets; `null` when not known.
    pub page_count: Option<u32>,
    /// The pages that were asked for.
    pub pages: Vec<Page>,
    /// Why there is none.
    pub error: Option<Told>,
    /// Something is left out or laid out more simply than its author's program does.
    #[serde(default)]
    pub simplified: bool,
    /// Fonts that the document names and this machine has not.
    #[serde(default)]
    pub fonts_substituted: Vec<String>,
    /// When it was begun.
    pub created_at: String,
    /// When it changed.
    pub updated_at: String,
}

/// One page of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Counted from 1.
    pub number: u32,
    /// How far it is.
    pub state: State,
    /// The file's name, when it is there.
    pub file: Option<String>,
    /// Of the file.
    pub media_type: Option<String>,
    /// Pixels across.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
}

/// A refusal in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// [`Refusal::code`].
    pub code: Refusal,
    /// In English.
    pub message: String,
    /// In Russian.
    pub ru: String,
}

impl From<Refusal> for Told {
    fn from(code: Refusal) -> Self {
        let text = code.text();
        Self { code, message: text.en.into(), ru: text.ru.into() }
    }
}

impl From<&PageMade> for Page {
    fn from(made: &PageMade) -> Self {
        Self {
            number: made.number,
            state: State::Complete,
            file: Some(made.file.clone()),
            media_type: Some(made.media_type.clone()),
            width: made.width,
            height: made.height,
        }
    }
}

impl Description {
    /// One that is begun: what is expected of a document of this kind, and nothing there yet.
    pub fn begun(document: &str, version: &str, kind: Kind, now: &str) -> Self {
        let format = match (kind.shown(), kind) {
            (Shown::Html, _) => Format::Html,
            (_, Kind::Jpeg) => Format::Jpeg,
            (_, Kind::Gif) => Format::Gif,
            _ => Format::Png,
        };
        Self {
            document: document.into(),
            version: version.into(),
            state: State::InProgress,
            format,
            media_type: format.media_type().into(),
            bytes: 0,
            page_count: None,
            pages: Vec::new(),
            error: None,
            simplified: false,
            fonts_substituted: Vec::new(),
            created_at: now.into(),
            updated_at: now.into(),
        }
    }

    /// Takes in what was made, `bytes` in all: new pages beside those that were there, in their order.
    pub fn made(mut self, converted: &Converted, bytes: u64, now: &str) -> Self {
        self.state = State::Complete;
        self.format = converted.format;
        self.media_type = converted.format.media_type().into();
        self.bytes = self.bytes.saturating_add(bytes);
        self.page_count = converted.page_count.or(self.page_count);
        for page in converted.pages.iter().map(Page::from) {
            self.pages.retain(|other| other.number != page.number);
            self.pages.push(page);
        }
        self.pages.sort_by_key(|page| page.number);
        self.error = None;
        self.simplified |= converted.simplified;
        self.fonts_substituted.extend(converted.fonts_substituted.iter().cloned());
        self.fonts_substituted.sort();
        self.fonts_substituted.dedup();
        self.updated_at = now.into();
        self
    }

    /// There will be none.
    pub fn refused(mut self, refusal: Refusal, now: &str) -> Self {
        self.state = State::Error;
        self.error = Some(refusal.into());
        self.updated_at = now.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Description, Page, State};
    use crate::document::{
        kind::Kind,
        made::{Converted, Format, PageMade},
        refusal::Refusal,
    };

    fn made(number: u32) -> PageMade {
        PageMade {
            number,
            file: Format::Png.file(number),
            media_type: Format::Png.media_type().into(),
            width: Some(800),
            height: Some(600),
        }
    }

    #[test]
    fn pages_come_by_and_by() {
        let converted = |numbers: &[u32]| Converted {
            format: Format::Png,
            page_count: Some(12),
            pages: numbers.iter().map(|number| made(*number)).collect(),
            simplified: false,
            fonts_substituted: vec!["Arial".into()],
        };
        let description = Description::begun("7", "ab", Kind::Pptx, "t0");
        assert_eq!(description.state, State::InProgress);
        let description = description.made(&converted(&[3]), 10, "t1").made(&converted(&[1, 3]), 20, "t2");
        assert_eq!(description.pages, [1, 3].map(|number| Page::from(&made(number))));
        assert_eq!((description.page_count, description.bytes), (Some(12), 30));
        assert_eq!(description.fonts_substituted, ["Arial"]);
        assert_eq!((description.created_at.as_str(), description.updated_at.as_str()), ("t0", "t2"));
    }

    #[test]
    fn the_json_is_the_contracts() {
        let description = Description::begun("7", "ab", Kind::Docx, "t0").refused(Refusal::TooLarge, "t1");
        let json = serde_json::to_value(&description).expect("JSON");
        assert_eq!(json["state"], "error");
        assert_eq!(json["format"], "html");
        assert_eq!(json["error"]["code"], "too-large");
        assert!(
            json["page_count"].is_null() && json["error"]["ru"].is_string() && json["error"]["message"].is_string()
        );
        let back: Description = serde_json::from_value(json).expect("a description");
        assert_eq!(back, description);
    }
}
