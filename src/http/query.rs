//! Query strings.

/// The pairs of a query (`application/x-www-form-urlencoded`, WHATWG URL §5.1).
#[derive(Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what stands behind the question mark.
    pub fn parse(query: Option<&str>) -> Self {
        Self(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// The last value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn cyrillic_and_plus_are_read() {
        let query = Query::parse(Some("surname=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2+&number=1%2&v"));
        assert_eq!(query.get("surname"), Some("Иванов "));
        assert_eq!(query.get("number"), Some("1%2"));
        assert_eq!(query.get("v"), Some(""));
    }
}
