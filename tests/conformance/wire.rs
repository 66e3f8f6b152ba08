//! HTTP/1.1 as it stands on the wire (RFC 9112): each header is what the test writes, each answer is read whole.

use std::{
    fmt,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::support::Kiosk;

/// The head of a part as browsers write it.
pub const PART: &str =
    "Content-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\nContent-Type: application/pdf";

/// One request, being put together.
pub struct Wire {
    address: String,
    headers: String,
}

/// What came back.
#[derive(PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Wire {
    pub fn to(kiosk: &Kiosk) -> Self {
        Self { address: kiosk.url.trim_start_matches("http://").to_owned(), headers: String::new() }
    }

    /// With one header more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// The token as print-winapp sends it: bare.
    pub fn authorized(self, token: &str) -> Self {
        self.with("Authorization", token)
    }

    pub fn get(self, path: &str) -> Answer {
        self.send("GET", path, &[])
    }

    pub fn json(self, method: &str, path: &str, body: &Value) -> Answer {
        self.with("Content-Type", "application/json").send(method, path, body.to_string().as_bytes())
    }

    /// A form of one part with this head.
    pub fn part(self, path: &str, head: &str, content: &[u8]) -> Answer {
        let mut body = format!("--a-boundary\r\n{head}\r\n\r\n").into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--a-boundary--\r\n");
        self.with("Content-Type", "multipart/form-data; boundary=a-boundary").send("POST", path, &body)
    }

    pub fn send(self, method: &str, path: &str, body: &[u8]) -> Answer {
        match (method, body) {
            ("GET" | "HEAD" | "OPTIONS" | "DELETE", []) => self.announce(method, path, None, body),
            _ => self.announce(method, path, Some(body.len()), body),
        }
    }

    /// A body that is, or is not, as long as is said.
    pub fn announce(self, method: &str, path: &str, length: Option<usize>, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let length = length.map_or(String::new(), |length| format!("Content-Length: {length}\r\n"));
        let Self { address, headers } = self;
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}{length}\r\n");
        stream.write_all(head.as_bytes()).expect("a head is sent");
        // Whoever refuses early may not read it all.
        let _ = stream.write_all(body);
        read(stream, method)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.body))
    }
}

impl Answer {
    /// The header of this name, given once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} stands twice: {:?}", self.headers);
        value
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn read(stream: TcpStream, method: &str) -> Answer {
    let mut stream = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a line of a head");
        line.trim_end().to_owned()
    };
    let first = line();
    let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status line: {first:?}"));
    let mut headers = Vec::new();
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(':') else {
            assert!(line.is_empty(), "not a header: {line:?}");
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    stream.read_to_end(&mut answer.body).expect("a body");
    let announced = answer.header("content-length").map(|length| length.parse::<usize>().expect("a length"));
    if method == "HEAD" || status == 204 || status == 304 {
        assert!(answer.body.is_empty(), "a body that must not be: {answer:?}");
    } else if answer.header("transfer-encoding").is_none() {
        assert_eq!(announced, Some(answer.body.len()), "cut short");
    }
    answer
}
