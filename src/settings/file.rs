//! The settings file: TOML, unknown keys refused with their line and the nearest known key.

use std::path::Path;

use super::{Settings, SettingsError};

/// Reads `path`.
pub(super) fn read(path: &Path) -> Result<Settings, SettingsError> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|e| SettingsError(format!("{name}: {e}")))?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let message = error.message();
        let hint = nearest(message).map(|key| format!("; did you mean `{key}`?")).unwrap_or_default();
        SettingsError(format!("{name}:{line}: {message}{hint}"))
    })
}

/// The known key nearest to the unknown one, both taken from serde's sentence: the first quoted word is the
/// unknown key, the others are the known ones.
fn nearest(message: &str) -> Option<&str> {
    let mut quoted = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    quoted.max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
        let path = std::env::temp_dir().join(format!("ottisk-settings-{}.toml", std::process::id()));
        std::fs::write(&path, "[http]\nlisten = \"127.0.0.1:1\"\n[printer]\nurl = \"ipp://x\"\n").expect("temp file");
        let error = read(&path).expect_err("unknown key").0;
        std::fs::remove_file(&path).expect("temp file");
        assert!(error.contains(":4: unknown field `url`") && error.ends_with("did you mean `uri`?"), "{error}");
    }
}
