//! print-api's environment names. Lists are JSON, as pydantic reads them.

use serde::de::DeserializeOwned;

use super::{Settings, SettingsError};

/// Overrides `settings` by what `lookup` knows.
pub(super) fn apply(settings: &mut Settings, lookup: impl Fn(&str) -> Option<String>) -> Result<(), SettingsError> {
    let api = &mut settings.print_api;
    list(&lookup, "CONTENT_TYPES", &mut api.content_types)?;
    number(&lookup, "MAX_SIZE", &mut api.max_size_bytes)?;
    number(&lookup, "MAX_PAGE_COUNT", &mut api.max_page_count)?;
    number(&lookup, "STORAGE_TIME", &mut api.storage_time_hours)?;
    boolean(&lookup, "ALLOW_STUDENT_NUMBER", &mut api.allow_student_number)?;
    string(&lookup, "PIN_SYMBOLS", &mut api.pin_symbols);
    number(&lookup, "PIN_LENGTH", &mut api.pin_length)?;
    string(&lookup, "QR_TOKEN_PREFIX", &mut api.qr_token_prefix);
    string(&lookup, "QR_TOKEN_SYMBOLS", &mut api.qr_token_symbols);
    number(&lookup, "QR_TOKEN_LENGTH", &mut api.qr_token_length)?;
    number(&lookup, "QR_TOKEN_TTL", &mut api.qr_token_ttl_s)?;
    number(&lookup, "QR_TOKEN_DELAY", &mut api.qr_token_delay_s)?;
    list(&lookup, "CORS_ALLOW_ORIGINS", &mut api.cors_allow_origins)?;
    boolean(&lookup, "CORS_ALLOW_CREDENTIALS", &mut api.cors_allow_credentials)?;
    list(&lookup, "CORS_ALLOW_METHODS", &mut api.cors_allow_methods)?;
    list(&lookup, "CORS_ALLOW_HEADERS", &mut api.cors_allow_headers)?;
    string(&lookup, "AUTH_URL", &mut api.auth_url);
    string(&lookup, "ROOT_PATH", &mut api.root_path);
    for name in ["STATIC_FOLDER", "STATIC_PATH"] {
        if let Some(folder) = lookup(name) {
            settings.store.documents = Some(folder.into());
        }
    }
    if let Some(dsn) = lookup("DB_DSN") {
        settings.store.database = Some(database(&dsn)?.into());
    }
    if lookup("REDIS_DSN").is_some() {
        tracing::warn!("REDIS_DSN is ignored: codes live in the kiosk itself");
    }
    Ok(())
}

fn database(dsn: &str) -> Result<&str, SettingsError> {
    if let Some(path) = dsn.strip_prefix("sqlite:///").filter(|path| !path.is_empty()) {
        return Ok(path);
    }
    Err(SettingsError(if dsn.starts_with("postgres") {
        "DB_DSN: PostgreSQL is not used: the kiosk must go on when every server is gone, so its data lie in a SQLite \
         file beside it; give sqlite:///PATH or leave DB_DSN unset"
            .into()
    } else {
        "DB_DSN: must be sqlite:///PATH".into()
    }))
}

fn string(lookup: impl Fn(&str) -> Option<String>, name: &str, slot: &mut String) {
    if let Some(value) = lookup(name) {
        *slot = value;
    }
}

fn number<T: std::str::FromStr>(
    lookup: impl Fn(&str) -> Option<String>,
    name: &str,
    slot: &mut T,
) -> Result<(), SettingsError> {
    if let Some(value) = lookup(name) {
        *slot = value.trim().parse().map_err(|_| SettingsError(format!("{name}: `{value}` is not a whole number")))?;
    }
    Ok(())
}

fn boolean(lookup: impl Fn(&str) -> Option<String>, name: &str, slot: &mut bool) -> Result<(), SettingsError> {
    if let Some(value) = lookup(name) {
        *slot = match value.trim().to_lowercase().as_str() {
            "1" | "true" | "t" | "yes" | "y" | "on" => true,
            "0" | "false" | "f" | "no" | "n" | "off" => false,
            _ => return Err(SettingsError(format!("{name}: `{value}` is not true or false"))),
        };
    }
    Ok(())
}

fn list<T: DeserializeOwned>(
    lookup: impl Fn(&str) -> Option<String>,
    name: &str,
    slot: &mut Vec<T>,
) -> Result<(), SettingsError> {
    if let Some(value) = lookup(name) {
        *slot = serde_json::from_str(&value).map_err(|e| SettingsError(format!("{name}: not a JSON list: {e}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Settings, apply};

    #[test]
    fn print_api_names_override() {
        let mut settings = Settings::default();
        let environment = |name: &str| match name {
            "MAX_SIZE" => Some("1000".into()),
            "CONTENT_TYPES" => Some("[\"application/pdf\", \"image/png\"]".into()),
            "ALLOW_STUDENT_NUMBER" => Some("True".into()),
            "DB_DSN" => Some("sqlite:////tmp/x.db".into()),
            _ => None,
        };
        apply(&mut settings, environment).expect("good values");
        assert_eq!(settings.print_api.max_size_bytes, 1000);
        assert_eq!(settings.print_api.content_types.len(), 2);
        assert!(settings.print_api.allow_student_number);
        assert_eq!(settings.database(), std::path::Path::new("/tmp/x.db"));
    }

    #[test]
    fn postgres_is_refused_with_the_reason() {
        let dsn = |name: &str| (name == "DB_DSN").then(|| "postgresql://postgres@localhost/postgres".to_owned());
        let error = apply(&mut Settings::default(), dsn).expect_err("refused").0;
        assert!(error.contains("SQLite"), "{error}");
    }
}
