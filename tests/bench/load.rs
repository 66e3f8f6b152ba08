//! Load for a print-api, ours or another's, over keep-alive connections: `load HOST:PORT SCENARIO CONNECTIONS REQUESTS
//! [DOCUMENT]`. Built alone by `rustc -O`: an interpreter would be slower than what it measures.
//!
//! Scenarios: `member` looks one up; `order` orders; `receive` orders, uploads the document, asks what a terminal asks
//! and downloads it; `burst` opens all connections and asks on all of them at once.

use std::{
    fmt::Write as _,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(120);
const MEMBER: &str = "/is_union_member?surname=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2&number=1015000&v=1";
const ORDER: &str = r#"{"surname":"Иванов","number":"1015000","filename":"отчёт.pdf","source":"load"}"#;
const PART: &str = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n";

struct Client {
    address: String,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { address: address.to_owned(), stream, buffer: Vec::new() })
    }

    /// The body of an answer with this status.
    fn call(&mut self, method: &str, path: &str, kind: &str, body: &[&[u8]], expected: &str) -> io::Result<&[u8]> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        if !kind.is_empty() {
            let length: usize = body.iter().map(|part| part.len()).sum();
            let _ = write!(head, "Content-Type: {kind}\r\nContent-Length: {length}\r\n");
        }
        head.push_str("\r\n");
        self.stream.write_all(head.as_bytes())?;
        for part in body {
            self.stream.write_all(part)?;
        }
        self.read(expected)
    }

    fn read(&mut self, expected: &str) -> io::Result<&[u8]> {
        let bad = |why: &str| io::Error::other(why.to_owned());
        self.buffer.clear();
        let mut chunk = [0; 64 << 10];
        let head = loop {
            let read = self.stream.read(&mut chunk)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&chunk[..read]);
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_lowercase();
        if text.get(9..12) != Some(expected) {
            return Err(bad(text.lines().next().unwrap_or_default()));
        }
        let length =
            text.split("content-length:").nth(1).and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok());
        let whole = head + length.ok_or_else(|| bad("no content-length"))?;
        let have = self.buffer.len();
        self.buffer.resize(whole, 0);
        self.stream.read_exact(&mut self.buffer[have.min(whole)..])?;
        Ok(&self.buffer[head..])
    }

    fn member(&mut self) -> io::Result<()> {
        let body = self.call("GET", MEMBER, "", &[], "202")?;
        if body == b"true" { Ok(()) } else { Err(io::Error::other("not a member")) }
    }

    fn order(&mut self) -> io::Result<String> {
        text(self.call("POST", "/file", "application/json", &[ORDER.as_bytes()], "200")?, "pin")
    }

    fn receive(&mut self, document: &[u8]) -> io::Result<()> {
        let path = format!("/file/{}", self.order()?);
        let form = [PART.as_bytes(), document, b"\r\n--edge--\r\n"];
        self.call("POST", &path, "multipart/form-data; boundary=edge", &form, "200")?;
        let name = text(self.call("GET", &path, "", &[], "200")?, "filename")?;
        let received = self.call("GET", &format!("/static/{name}"), "", &[], "200")?;
        if received == document { Ok(()) } else { Err(io::Error::other("another document")) }
    }
}

/// The value of a text field of a flat JSON object.
fn text(json: &[u8], field: &str) -> io::Result<String> {
    let json = String::from_utf8_lossy(json);
    let after = json.split(&format!("\"{field}\"")).nth(1).and_then(|rest| rest.split('"').nth(1));
    after.map(str::to_owned).ok_or_else(|| io::Error::other(format!("no {field}: {json}")))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, scenario, connections, requests, rest @ ..] = arguments.as_slice() else {
        panic!("load HOST:PORT member|order|receive|burst CONNECTIONS REQUESTS [DOCUMENT]");
    };
    let count = |text: &String| text.parse::<usize>().expect("a number");
    let (connections, requests) = (count(connections), count(requests));
    let document = rest.first().map(|path| std::fs::read(path).expect("a document")).unwrap_or_default();
    let (next, together) = (AtomicUsize::new(0), Barrier::new(connections));
    let one = || -> Vec<Result<Duration, String>> {
        let client = Client::connect(address);
        together.wait();
        let mut client = match client {
            Ok(client) => client,
            Err(error) => return vec![Err(error.to_string())],
        };
        let mut times = Vec::new();
        while next.fetch_add(1, Ordering::Relaxed) < requests {
            let began = Instant::now();
            let done = match scenario.as_str() {
                "member" | "burst" => client.member(),
                "order" => client.order().map(drop),
                "receive" => client.receive(&document),
                other => panic!("no scenario {other}"),
            };
            times.push(done.map(|()| began.elapsed()).map_err(|error| error.to_string()));
            // One each: nobody may ask for another who was slower.
            if scenario == "burst" || times.last().is_some_and(Result::is_err) {
                break;
            }
        }
        times
    };
    let began = Instant::now();
    let results: Vec<Result<Duration, String>> = thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, one).expect("a thread");
        let clients: Vec<_> = (0..connections).map(start).collect();
        clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    let (mut times, mut failed, mut why) = (Vec::new(), 0, String::new());
    for result in results {
        match result {
            Ok(time) => times.push(time),
            Err(error) => (failed, why) = (failed + 1, error),
        }
    }
    times.sort();
    let at = |share: f64| match times.len() {
        0 => 0.0,
        all => times[((all - 1) as f64 * share) as usize].as_secs_f64() * 1e3,
    };
    let (p50, p99, answered) = (at(0.5), at(0.99), times.len());
    let why = why.replace(['"', '\\'], "'");
    println!(
        r#"{{"answered":{answered},"failed":{failed},"why":"{why}","seconds":{seconds:.4},"p50_ms":{p50:.3},"p99_ms":{p99:.3}}}"#
    );
}
