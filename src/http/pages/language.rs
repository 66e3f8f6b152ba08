//! Which language a visitor reads: asked by `?lang=`, remembered in a cookie, told by the browser. Pure.

use crate::text::Language;

/// Name of the query's key and of the cookie.
pub const NAME: &str = "lang";

/// The first of these that says anything. A browser that wants neither language gets English, one that says nothing
/// what the panel speaks.
pub fn choose(query: Option<&str>, cookies: Option<&str>, accept: Option<&str>, panel: Language) -> Language {
    let asked = query.and_then(Language::from_tag);
    let remembered = || cookies.and_then(|cookies| Language::from_tag(cookie(cookies)?));
    asked.or_else(remembered).unwrap_or_else(|| accepted(accept.unwrap_or_default(), panel))
}

fn cookie(cookies: &str) -> Option<&str> {
    cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == NAME).map(|(_, v)| v)
}

/// `Accept-Language` (RFC 9110 §12.5.4): the heaviest of ours, the first of equals.
fn accepted(header: &str, panel: Language) -> Language {
    let mut best: Option<(f32, Language)> = None;
    let mut foreign = false;
    for item in header.split(',') {
        let (range, parameters) = item.split_once(';').unwrap_or((item, ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse().ok()).unwrap_or(0.0);
        let tag = range.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        match Language::from_tag(&tag) {
            Some(language) if weight > best.map_or(0.0, |(heaviest, _)| heaviest) => best = Some((weight, language)),
            Some(_) => {}
            None => foreign |= !tag.is_empty() && tag != "*",
        }
    }
    match best {
        Some((_, language)) => language,
        None if foreign => Language::En,
        None => panel,
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, choose};

    #[test]
    fn the_switch_beats_the_cookie_beats_the_browser_beats_the_panel() {
        let (ru, en) = (Language::Ru, Language::En);
        assert_eq!(choose(Some("en"), Some("lang=ru"), Some("ru"), ru), en);
        assert_eq!(choose(Some("xx"), Some("a=b; lang=en"), Some("ru"), ru), en);
        assert_eq!(choose(None, Some("lang=<script>"), Some("ru-RU,ru;q=0.9,en;q=0.8"), en), ru);
        assert_eq!(choose(None, None, Some("de, en-GB;q=0.7, ru;q=0.3"), ru), en);
        assert_eq!(choose(None, None, Some("ru;q=0, EN;q=0.1"), ru), en);
        assert_eq!(choose(None, None, Some("fr"), ru), en);
        assert_eq!(choose(None, None, Some("*"), ru), ru);
        assert_eq!(choose(None, None, None, en), en);
        assert_eq!(choose(None, None, Some("ru;q=NaN,;;q=,"), en), en);
    }
}
