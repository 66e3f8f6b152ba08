//! What a terminal is told, in print-api's words. Pure.

use serde_json::{Value, json};

use crate::job::ticket::Ticket;

/// A document to fetch and print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name in `/static`.
    pub name: String,
    /// What is asked.
    pub ticket: Ticket,
}

/// What there is to tell besides a new code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing.
    Code,
    /// Print these.
    Files(Vec<File>),
    /// Update yourself.
    Update,
    /// Start anew.
    Reboot,
}

/// One message: always with the code to show from now on.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// The code.
    pub code: String,
    /// And what else.
    pub news: News,
}

impl Frame {
    /// The message; `prefix` stands before the code in the QR's text.
    pub fn json(&self, prefix: &str) -> String {
        let mut told = json!({"qr_token": format!("{prefix}{}", self.code)});
        match &self.news {
            News::Code => {}
            News::Files(files) => told["files"] = files.iter().map(file).collect(),
            News::Update => told["manual_update"] = true.into(),
            News::Reboot => told["reboot"] = true.into(),
        }
        told.to_string()
    }
}

fn file(file: &File) -> Value {
    json!({
        "filename": file.name,
        "options": {
            "pages": file.ticket.pages.to_string(),
            "copies": file.ticket.copies.get(),
            "two_sided": file.ticket.two_sided,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{File, Frame, News, Value, json};
    use crate::job::ticket::Ticket;

    #[test]
    fn messages_are_those_of_print_api() {
        let told = |news| -> Value {
            let frame = Frame { code: "AB12CD".into(), news };
            serde_json::from_str(&frame.json("https://a.b/#")).expect("JSON")
        };
        let code = "https://a.b/#AB12CD";
        assert_eq!(told(News::Code), json!({"qr_token": code}));
        assert_eq!(told(News::Update), json!({"qr_token": code, "manual_update": true}));
        assert_eq!(told(News::Reboot), json!({"qr_token": code, "reboot": true}));
        let file = File { name: "a.pdf".into(), ticket: Ticket::default() };
        let options = json!({"pages": "", "copies": 1, "two_sided": false});
        let files = json!([{"filename": "a.pdf", "options": options}]);
        assert_eq!(told(News::Files(vec![file])), json!({"qr_token": code, "files": files}));
    }
}
