//! One self-contained HTML file: what engines write is escaped here, cleaned by `ammonia` once more, framed by a template
//! with a policy that lets nothing in, and only then gets its pictures, as `data:` URLs.
//!
//! Links lose their targets: a preview leads nowhere.

use std::{borrow::Cow, collections::HashSet, fmt::Write as _};

use ammonia::Builder;
use askama::Template as _;

use super::child::refuse;
use crate::{document::refusal::Refusal, settings::convert::Convert, worker::child::Failure};

/// What may stand in it.
const TAGS: [&str; 35] = [
    "b", "br", "caption", "col", "colgroup", "div", "em", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i",
    "img", "li", "ol", "p", "pre", "s", "section", "span", "strong", "sub", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "u", "ul",
];

/// What may be said of any of them.
const ATTRIBUTES: [&str; 9] = ["alt", "class", "colspan", "height", "lang", "rowspan", "src", "style", "width"];

/// Of `style`.
const STYLES: [&str; 8] = [
    "background-color",
    "color",
    "font-size",
    "list-style-type",
    "margin-left",
    "text-align",
    "text-indent",
    "text-transform",
];

/// Where a picture will stand; the number follows.
const PICTURE: &str = "data:,picture-";

/// Media types of pictures that browsers show, and that are nothing but pictures.
const SHOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp"];

/// The frame around it.
#[derive(askama::Template)]
#[template(path = "document.html", config = ".askama.toml")]
struct Frame<'a> {
    body: &'a str,
}

/// What an engine writes.
#[derive(Debug, Default)]
pub(super) struct Markup {
    text: String,
}

impl Markup {
    /// A start tag.
    pub(super) fn open(&mut self, tag: &str, attributes: &[(&str, &str)]) -> &mut Self {
        let _ = write!(self.text, "<{tag}");
        for (name, value) in attributes {
            if !value.is_empty() {
                let _ = write!(self.text, " {name}=\"{}\"", escaped(value));
            }
        }
        self.text.push('>');
        self
    }

    /// An end tag.
    pub(super) fn close(&mut self, tag: &str) -> &mut Self {
        let _ = write!(self.text, "</{tag}>");
        self
    }

    /// An element that has no end.
    pub(super) fn empty(&mut self, tag: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.open(tag, attributes)
    }

    /// Text.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.text.push_str(&escaped(text));
        self
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }
}

/// Pictures that will stand in the text.
#[derive(Debug, Default)]
pub(super) struct Pictures(Vec<String>);

impl Pictures {
    /// Keeps one, and gives what stands for it; `None` for what browsers do not show.
    pub(super) fn keep(&mut self, media_type: &str, bytes: &[u8]) -> Option<String> {
        let media_type = SHOWN.iter().find(|shown| **shown == media_type)?;
        self.0.push(format!("data:{media_type};base64,{}", base64(bytes)));
        Some(format!("{PICTURE}{}", self.0.len() - 1))
    }
}

fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\u{a0}']) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped.into()
}

/// The whole file.
pub(super) fn page(markup: &Markup, pictures: &[String], limits: &Convert) -> Result<String, Failure> {
    if markup.len() > limits.html_bytes {
        return Err(refuse(Refusal::TooLarge));
    }
    let clean = Builder::new()
        .tags(TAGS.into())
        .generic_attributes(ATTRIBUTES.into())
        .tag_attributes(std::collections::HashMap::new())
        .tag_attribute_values(std::collections::HashMap::new())
        .url_schemes(HashSet::from(["data"]))
        .filter_style_properties(STYLES.into())
        .link_rel(None)
        .clean(&markup.text)
        .to_string();
    let framed = Frame { body: &clean }.render().map_err(|error| Failure::Own(error.to_string()))?;
    let page = with_pictures(&framed, pictures);
    match page.len() as u64 > limits.made_bytes {
        true => Err(refuse(Refusal::TooLarge)),
        false => Ok(page),
    }
}

/// Puts the pictures where they belong. In a document's words there is no `<`, whatever they say.
fn with_pictures(page: &str, pictures: &[String]) -> String {
    let mut whole = String::with_capacity(page.len() + pictures.iter().map(String::len).sum::<usize>());
    let begin = "<img src=\"";
    let mark = format!("{begin}{PICTURE}");
    let mut parts = page.split(&mark);
    whole.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        whole.push_str(begin);
        whole.push_str(number.parse::<usize>().ok().and_then(|number| pictures.get(number)).map_or("", String::as_str));
        whole.push_str(rest);
    }
    whole
}

impl Pictures {
    /// In their order.
    pub(super) fn all(&self) -> &[String] {
        &self.0
    }
}

/// RFC 4648 §4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number = group.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..4 {
            match digit <= group.len() {
                true => text.push(char::from(DIGITS[(number >> (18 - 6 * digit) & 63) as usize])),
                false => text.push('='),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Markup, Pictures, base64, page};
    use crate::settings::convert::Convert;

    #[test]
    fn nothing_of_a_document_becomes_markup_and_nothing_remote_stays() {
        let mut markup = Markup::default();
        markup.open("p", &[("onclick", "x()"), ("style", "color: red; background: url(http://a/)")]);
        markup.text("<script>alert(1)</script>").close("p");
        markup.empty("img", &[("src", "http://a/b.png")]).open("a", &[("href", "javascript:x()")]).text("l").close("a");
        markup.open("script", &[]).text("evil()").close("script").open("iframe", &[("src", "data:x")]);
        let page = page(&markup, &[], &Convert::default()).expect("a page");
        let body = page.split("<body>").nth(1).expect("a body");
        assert!(body.contains("&lt;script&gt;alert(1)"), "{body}");
        for word in ["<script", "onclick", "http:", "javascript", "<iframe", "url(", "href"] {
            assert!(!body.contains(word), "{word}: {body}");
        }
    }

    #[test]
    fn pictures_come_last_and_only_where_they_were_put() {
        let mut pictures = Pictures::default();
        let source = pictures.keep("image/png", b"abc").expect("shown");
        assert_eq!(pictures.keep("image/svg+xml", b"x"), None);
        let mut markup = Markup::default();
        markup.empty("img", &[("src", &source)]).text("<img src=\"data:,picture-0\">");
        let page = page(&markup, pictures.all(), &Convert::default()).expect("a page");
        let words = "&lt;img src=\"data:,picture-0\"&gt;";
        assert!(page.contains(&format!("<img src=\"data:image/png;base64,YWJj\">{words}")), "{page}");
    }

    #[test]
    fn base64_pads() {
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
    }
}
