//! A client of tus that may also be wrong: every header and every byte is the caller's.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::support::Kiosk;

pub const PIECE: &str = "application/offset+octet-stream";

/// Where it sends to.
pub struct Tus {
    pub url: String,
}

/// What it hears.
pub struct Heard {
    pub status: u16,
    head: String,
    body: Vec<u8>,
}

impl Heard {
    /// Empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let line =
            self.head.lines().find(|line| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name)));
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// `Upload-Metadata` of the sample member.
pub fn metadata(name: &str, more: &[(&str, &str)]) -> String {
    who(name, "Иванов", "1015000", more)
}

pub fn who(name: &str, surname: &str, number: &str, more: &[(&str, &str)]) -> String {
    let pairs = [("filename", name), ("surname", surname), ("number", number)];
    let pairs = pairs.iter().chain(more).map(|(key, value)| format!("{key} {}", STANDARD.encode(value.as_bytes())));
    pairs.collect::<Vec<_>>().join(",")
}

impl Tus {
    pub fn of(kiosk: &Kiosk) -> Self {
        Self { url: kiosk.url.clone() }
    }

    fn head(&self, method: &str, path: &str, headers: &[(&str, &str)], length: Option<usize>) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head.push_str(&format!("Host: {}\r\n", self.url.trim_start_matches("http://")));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(
            &length.map_or("Transfer-Encoding: chunked\r\n\r\n".into(), |length| {
                format!("Content-Length: {length}\r\n\r\n")
            }),
        );
        head
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect(self.url.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        Ok(stream)
    }

    fn exchange(&self, head: &str, body: &[u8]) -> Option<Heard> {
        let mut stream = self.connect().ok()?;
        stream.write_all(head.as_bytes()).ok()?;
        // One that is refused may find the door closed before it has said all.
        let _ = stream.write_all(body);
        hear(stream)
    }

    /// Exactly these headers.
    pub fn bare(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Heard {
        self.exchange(&self.head(method, path, headers, Some(body.len())), body).expect("an answer")
    }

    /// With the version of the protocol; `None` when the network broke.
    pub fn try_call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Heard> {
        let headers = [&[("Tus-Resumable", "1.0.0")], headers].concat();
        self.exchange(&self.head(method, path, &headers, Some(body.len())), body)
    }

    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Heard {
        self.try_call(method, path, headers, body).expect("an answer")
    }

    pub fn announce(&self, bytes: usize, metadata: &str) -> Heard {
        let bytes = bytes.to_string();
        self.call("POST", "/upload", &[("Upload-Length", &bytes), ("Upload-Metadata", metadata)], b"")
    }

    pub fn piece(&self, path: &str, at: usize, bytes: &[u8]) -> Heard {
        self.call("PATCH", path, &[("Upload-Offset", &at.to_string()), ("Content-Type", PIECE)], bytes)
    }

    fn piece_head(&self, path: &str, at: usize, length: Option<usize>) -> String {
        let at = at.to_string();
        let headers = [("Tus-Resumable", "1.0.0"), ("Upload-Offset", at.as_str()), ("Content-Type", PIECE)];
        self.head("PATCH", path, &headers, length)
    }

    /// A piece of which nothing is sent but what it would be.
    pub fn promise(&self, path: &str, at: usize, bytes: usize) -> Heard {
        self.exchange(&self.piece_head(path, at, Some(bytes)), b"").expect("an answer")
    }

    /// A piece of which nobody says how long it is.
    pub fn chunked(&self, path: &str, at: usize, bytes: &[u8]) -> Heard {
        let body = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n0\r\n\r\n"].concat();
        self.exchange(&self.piece_head(path, at, None), &body).expect("an answer")
    }

    /// A piece that goes as far as `bytes` and then stands still.
    pub fn begin(&self, path: &str, at: usize, whole: usize, bytes: &[u8]) -> TcpStream {
        let mut stream = self.connect().expect("a connection");
        stream.write_all(self.piece_head(path, at, Some(whole)).as_bytes()).expect("sent");
        stream.write_all(bytes).expect("sent");
        stream
    }

    /// A whole file; the last answer, and where it is.
    pub fn upload(&self, bytes: &[u8], metadata: &str) -> (Heard, String) {
        let created = self.announce(bytes.len(), metadata);
        assert_eq!(created.status, 201, "{}", created.text());
        let path = created.header("location").to_owned();
        (self.piece(&path, 0, bytes), path)
    }
}

fn hear(mut stream: TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 << 10];
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        bytes.extend_from_slice(&chunk[..read]);
    }
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Heard { status, head, body: bytes[end + 4..].to_vec() })
}
