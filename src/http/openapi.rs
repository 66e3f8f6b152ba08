//! `GET /openapi.json`: OpenAPI 3.1 of everything that `routes` lists, written by hand in `assets/openapi.json` and held
//! to the table by the test below.

use hyper::StatusCode;
use serde_json::json;

use super::{
    Doors,
    answer::{self, Answer},
};

const DOCUMENT: &str = include_str!("../../assets/openapi.json");

/// Stands in the document for what only the settings know.
const SERVERS: &str = "\"servers\": []";

/// The document with this kiosk's servers and version.
pub(super) fn document(doors: &Doors) -> Answer {
    answer::bytes(StatusCode::OK, "application/json", filled(&doors.settings.print_api.root_path))
}

fn filled(root: &str) -> String {
    let root = root.trim_end_matches('/');
    // The first is what clients call.
    let servers = match root {
        "" => json!([{"url": "/"}]),
        root => json!([{"url": root}, {"url": "/"}]),
    };
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    DOCUMENT.replacen(SERVERS, &format!("\"servers\": {servers}"), 1).replacen("\"version\": \"0\"", &version, 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::filled;
    use crate::http::routes::ROUTES;

    fn document() -> Value {
        serde_json::from_str(&filled("/print")).expect("JSON")
    }

    #[test]
    fn every_route_is_documented_and_nothing_else() {
        let document = document();
        let mut documented = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in
                item.as_object().expect("an item").iter().filter(|(name, _)| *name != "parameters")
            {
                documented.insert(format!("{} {path}", method.to_uppercase()));
                let told = |field: &str| operation[field].as_str().is_some_and(|text| !text.is_empty());
                assert!(told("operationId") && told("summary"), "{method} {path}");
                assert!(operation["responses"].as_object().is_some_and(|all| all.len() > 1), "{method} {path}");
            }
        }
        let mut known = BTreeSet::new();
        for row in ROUTES {
            for (method, _) in row.calls {
                let line = format!("{method} {}", row.pattern.replace("{*", "{"));
                // A page's HEAD is its GET.
                if *method != "HEAD" || documented.contains(&line) {
                    known.insert(line);
                }
            }
        }
        assert_eq!(documented, known);
    }

    #[test]
    fn references_lead_somewhere_and_ids_are_unique() {
        fn walk(value: &Value, document: &Value, ids: &mut Vec<String>) {
            if let Some(reference) = value["$ref"].as_str() {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            }
            ids.extend(value["operationId"].as_str().map(str::to_owned));
            match value {
                Value::Object(fields) => fields.values().for_each(|value| walk(value, document, ids)),
                Value::Array(items) => items.iter().for_each(|value| walk(value, document, ids)),
                _ => {}
            }
        }
        let (document, mut ids) = (document(), Vec::new());
        walk(&document, &document, &mut ids);
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(document["servers"], json!([{"url": "/print"}, {"url": "/"}]));
        let bare: Value = serde_json::from_str(&filled("")).expect("JSON");
        assert_eq!(bare["servers"], json!([{"url": "/"}]));
    }
}
