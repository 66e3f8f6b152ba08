//! One request and its answer: IPP over HTTP/1.1 (RFC 8010 §4), one connection each, on the caller's own task.
//!
//! The answer is watched for while the document is sent: a printer may refuse before it has read everything.

use std::{future, pin::pin, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming, client::conn::http1, header};
use smol::{
    Timer,
    future::or,
    io::{AsyncRead, AsyncWrite},
};
use smol_hyper::rt::FuturesIo;

use super::{
    Document, Limits,
    body::{Counted, Outgoing, Progress},
    connect::Route,
    error::PrinterError,
    message::{MEDIA_TYPE, Message},
    safe,
    uri::Address,
};

/// Sends `message` and maybe a document; the printer's answer, whatever its status.
pub async fn exchange(
    route: &Route,
    limits: &Limits,
    message: &Message,
    document: Option<Document>,
) -> Result<Message, PrinterError> {
    let stream = route.connect(limits.connect_timeout).await?;
    let Some(trust) = &route.trust else { return over(stream, &route.address, limits, message, document).await };
    // The printer's side of a handshake is the work of a small processor, but there must be an end.
    let late = async {
        Timer::after(limits.connect_timeout).await;
        Err(PrinterError::Unreachable(std::io::ErrorKind::TimedOut.into()))
    };
    let stream = or(trust.secure(stream, &route.address.host), late).await?;
    over(stream, &route.address, limits, message, document).await
}

async fn over<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    address: &Address,
    limits: &Limits,
    message: &Message,
    document: Option<Document>,
) -> Result<Message, PrinterError> {
    let progress = Arc::new(Progress::default());
    let sends = document.is_some();
    let body = Outgoing::new(message.to_bytes(), document, Arc::clone(&progress));
    let talk = talk(address, limits, Counted::new(stream, Arc::clone(&progress)), body, &progress);
    let patience = async {
        match sends {
            true => stand_still(&progress, limits.send_stall_timeout).await,
            false => drop(Timer::after(limits.answer_timeout).await),
        }
        Err(PrinterError::ConnectionLost)
    };
    let outcome = or(talk, patience).await;
    match progress.take_failure() {
        Some(error) => Err(PrinterError::Renderer(error)),
        None => outcome,
    }
}

/// Returns when nothing has moved for `timeout` while it was not our own side that was waited for.
async fn stand_still(progress: &Progress, timeout: Duration) {
    const LOOKS: u32 = 4;
    let (mut still, mut before) = (0, progress.moved());
    while still < LOOKS {
        Timer::after(timeout / LOOKS).await;
        let moved = progress.moved();
        still = if moved == before && !progress.waits_for_document() { still + 1 } else { 0 };
        before = moved;
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    address: &Address,
    limits: &Limits,
    stream: Counted<S>,
    body: Outgoing,
    progress: &Progress,
) -> Result<Message, PrinterError> {
    let (mut sender, connection) = http1::handshake(FuturesIo::new(stream)).await.map_err(lost)?;
    let mut connection = pin!(connection);
    let mut closed = false;
    let request = Request::post(&address.path)
        .header(header::HOST, &address.authority)
        .header(header::CONTENT_TYPE, MEDIA_TYPE)
        .header(header::USER_AGENT, concat!("Ottisk/", env!("CARGO_PKG_VERSION")))
        .body(body)
        .map_err(|_| PrinterError::NotIpp)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(lost)?;
        let late = async {
            Timer::after(limits.answer_timeout).await;
            Err(PrinterError::ConnectionLost)
        };
        or(read(response, limits.answer_bytes), late).await
    };
    let drive = async {
        // How it ended is told by the request's own end.
        let _ = connection.as_mut().await;
        closed = true;
        future::pending().await
    };
    let answer = or(answer, drive).await?;
    // A printer that is content before it has everything still gets the rest.
    if answer.code < 0x0100 && !progress.ended() {
        drop(sender);
        if !closed {
            connection.await.map_err(lost)?;
        }
        if !progress.ended() {
            return Err(PrinterError::ConnectionLost);
        }
    }
    Ok(answer)
}

fn lost(error: hyper::Error) -> PrinterError {
    if error.is_parse() { PrinterError::NotIpp } else { PrinterError::ConnectionLost }
}

async fn read(response: Response<Incoming>, limit: usize) -> Result<Message, PrinterError> {
    match response.status() {
        StatusCode::OK => {}
        StatusCode::SERVICE_UNAVAILABLE => return Err(PrinterError::Busy),
        StatusCode::UPGRADE_REQUIRED => return Err(PrinterError::WantsTls),
        status if status.is_redirection() => {
            let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).map(safe);
            return Err(PrinterError::Redirected { to });
        }
        status => return Err(PrinterError::Http(status.as_u16())),
    }
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    // Of any case (RFC 9110 §8.3.1), maybe with parameters.
    let is_ipp = |told: &str| told.split(';').next().is_some_and(|told| told.trim().eq_ignore_ascii_case(MEDIA_TYPE));
    if !media_type.is_some_and(is_ipp) {
        return Err(PrinterError::NotIpp);
    }
    let bytes = Limited::new(response.into_body(), limit).collect().await.map_err(|error| {
        match error.is::<http_body_util::LengthLimitError>() {
            true => PrinterError::NotIpp,
            false => PrinterError::ConnectionLost,
        }
    })?;
    Message::from_bytes(&bytes.to_bytes()).map_err(|_| PrinterError::NotIpp)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Read as _, Write as _},
        net::{TcpListener, TcpStream},
        pin::Pin,
        task::{Context, Poll},
        thread::{self, JoinHandle},
        time::{Duration, Instant},
    };

    use super::{Address, Document, Limits, Message, PrinterError, Route, exchange};
    use crate::printer::{
        known::Known,
        message::{Attribute, Group, Value, group},
    };

    const LIMITS: Limits = Limits {
        connect_timeout: Duration::from_secs(2),
        answer_timeout: Duration::from_millis(400),
        send_stall_timeout: Duration::from_millis(400),
        answer_bytes: 10_000,
    };

    /// A printer that does `serve` with its one connection; what that returns, the test gets.
    fn printer<T: Send + 'static>(serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> (Address, JoinHandle<T>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let address = Address::parse(&format!("ipp://127.0.0.1:{port}/ipp/print")).expect("an address");
        (address, thread::spawn(move || serve(listener.accept().expect("a client").0)))
    }

    fn answer(code: u16) -> Vec<u8> {
        let body = Message { code, groups: Vec::new() }.to_bytes();
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.into_bytes(), body].concat()
    }

    /// Reads until the first `count` bytes or the end.
    fn read(stream: &mut TcpStream, count: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = stream.take(count).read_to_end(&mut bytes);
        bytes
    }

    fn request() -> Message {
        let attributes = vec![Attribute::new("job-id", Value::Integer(7))];
        Message { code: 6, groups: vec![Group { tag: group::OPERATION, attributes }] }
    }

    fn ask(address: &Address, document: Option<Document>) -> Result<u16, PrinterError> {
        let route = Route::new(address.clone(), "test", &Known::default());
        smol::block_on(exchange(&route, &LIMITS, &request(), document)).map(|answer| answer.code)
    }

    /// What a printer that answers `reply` is taken for.
    fn taken_for(reply: &'static [u8]) -> Result<u16, PrinterError> {
        let (address, server) = printer(move |mut stream| {
            read(&mut stream, 100);
            stream.write_all(reply).expect("read");
            // What is left unread would reset the connection.
            let _ = stream.shutdown(std::net::Shutdown::Write);
            read(&mut stream, u64::MAX);
        });
        let outcome = ask(&address, None);
        server.join().expect("served");
        outcome
    }

    /// `parts` documents' worth of bytes; between them `pause`, at the end maybe an error.
    struct Pages {
        parts: usize,
        pause: Duration,
        timer: Option<smol::Timer>,
        breaks: bool,
    }

    const PART: usize = 100_000;

    impl Pages {
        fn document(parts: usize, pause: u64, breaks: bool) -> Document {
            Box::pin(Self { parts, pause: Duration::from_millis(pause), timer: None, breaks })
        }
    }

    impl smol::io::AsyncRead for Pages {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
            if self.parts == 0 {
                return Poll::Ready(if self.breaks { Err(io::Error::other("killed")) } else { Ok(0) });
            }
            let pause = self.pause;
            let timer = self.timer.get_or_insert_with(|| smol::Timer::after(pause));
            std::task::ready!(Future::poll(Pin::new(timer), cx));
            self.timer = None;
            self.parts -= 1;
            let count = buffer.len().min(PART);
            buffer[..count].fill(b'x');
            Poll::Ready(Ok(count))
        }
    }

    #[test]
    fn answers_that_are_not_a_printers() {
        use PrinterError::{Busy, ConnectionLost, Http, NotIpp, WantsTls};
        assert!(matches!(taken_for(b"SSH-2.0-OpenSSH\r\n\r\n"), Err(NotIpp)));
        assert!(matches!(taken_for(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), Err(Http(404))));
        assert!(matches!(taken_for(b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"), Err(Busy)));
        assert!(matches!(
            taken_for(b"HTTP/1.1 426 Upgrade\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
            Err(WantsTls)
        ));
        assert!(matches!(
            taken_for(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"),
            Err(NotIpp)
        ));
        assert!(matches!(
            taken_for(b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: 5\r\n\r\n\x02\0\0\0\0"),
            Err(NotIpp)
        ));
        assert!(matches!(
            taken_for(b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: 50\r\n\r\n\x02\0"),
            Err(ConnectionLost)
        ));
        assert!(matches!(taken_for(b""), Err(ConnectionLost)));
        let endless: &[u8] = Vec::leak([answer(0), vec![0; 20_000]].concat());
        assert!(matches!(taken_for(endless), Ok(0)));
    }

    #[test]
    fn a_printer_that_sends_us_elsewhere_is_not_followed_but_told() {
        let moved = b"HTTP/1.1 301 Moved\r\nLocation: https://p.local/\xff\r\nContent-Length: 0\r\n\r\n";
        assert!(matches!(taken_for(moved), Err(PrinterError::Redirected { to: None })));
        let moved = b"HTTP/1.1 308 Moved\r\nLocation: https://p.local:631/ipp\r\nContent-Length: 0\r\n\r\n";
        let told = taken_for(moved).expect_err("elsewhere").to_string();
        assert!(told.contains("to https://p.local:631/ipp"), "{told}");
    }

    #[test]
    fn odd_but_right_answers_are_understood() {
        let whole = |head: &str, body: &[u8]| -> &'static [u8] { Vec::leak([head.as_bytes(), body].concat()) };
        let body = Message { code: 7, groups: Vec::new() }.to_bytes();
        let chunked = "Transfer-Encoding: chunked\r\n\r\n";
        let mut in_bytes = Vec::new();
        for byte in &body {
            in_bytes.extend([b"001;x=\"y\"\r\n".as_slice(), &[*byte], b"\r\n"].concat());
        }
        in_bytes.extend(b"0\r\nTrailer: x\r\n\r\n");
        // Byte by byte with extensions and a trailer; another case and a parameter; to the end of the connection; after
        // an interim answer.
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n";
        assert!(matches!(taken_for(whole(&format!("{head}{chunked}"), &in_bytes)), Ok(7)));
        let named = "HTTP/1.1 200 \r\ncontent-type: Application/IPP; charset=utf-8\r\n\r\n";
        assert!(matches!(taken_for(whole(named, &body)), Ok(7)));
        assert!(matches!(taken_for(whole("HTTP/1.0 200 OK\nContent-Type: application/ipp\n\n", &body)), Ok(7)));
        let interim = format!("HTTP/1.1 100 Continue\r\n\r\n{head}Connection: close\r\n\r\n");
        assert!(matches!(taken_for(whole(&interim, &body)), Ok(7)));
        // An end before the last chunk is none.
        assert!(taken_for(whole(&format!("{head}{chunked}"), &in_bytes[..in_bytes.len() - 20])).is_err());
    }

    #[test]
    fn an_answer_without_end_is_not_kept() {
        let (address, server) = printer(|mut stream| {
            read(&mut stream, 100);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n\r\n");
            while stream.write_all(&[0; 4096]).is_ok() {}
        });
        assert!(matches!(ask(&address, None), Err(PrinterError::NotIpp)));
        server.join().expect("served");
    }

    #[test]
    fn a_closed_port_and_a_silent_printer_are_told_soon() {
        let started = Instant::now();
        let closed = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a port");
        let address = Address::parse(&format!("ipp://{closed}/ipp/print")).expect("an address");
        assert!(matches!(ask(&address, None), Err(PrinterError::Unreachable(_))));
        let (address, server) = printer(|mut stream| read(&mut stream, u64::MAX));
        assert!(matches!(ask(&address, None), Err(PrinterError::ConnectionLost)));
        server.join().expect("served");
        assert!(started.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn a_document_is_sent_in_chunks_and_its_maker_may_be_slow() {
        let (address, server) = printer(|mut stream| {
            let mut all = Vec::new();
            while !all.ends_with(b"\r\n0\r\n\r\n") {
                all.extend(read(&mut stream, 1));
            }
            stream.write_all(&answer(1)).expect("read");
            all
        });
        assert!(matches!(ask(&address, Some(Pages::document(2, 900, false))), Ok(1)));
        let all = server.join().expect("served");
        assert_eq!(all.iter().filter(|byte| **byte == b'x').count() / PART.min(65_536), 2);
        let head = String::from_utf8_lossy(&all[..200]).to_lowercase();
        assert!(head.starts_with("post /ipp/print http/1.1\r\nhost: 127.0.0.1:"), "{head}");
        assert!(
            head.contains("transfer-encoding: chunked") && head.contains("content-type: application/ipp"),
            "{head}"
        );
    }

    #[test]
    fn a_document_that_breaks_off_never_looks_whole() {
        let (address, server) = printer(|mut stream| read(&mut stream, u64::MAX));
        let outcome = ask(&address, Some(Pages::document(3, 0, true)));
        assert!(matches!(&outcome, Err(PrinterError::Renderer(error)) if error.to_string() == "killed"), "{outcome:?}");
        let all = server.join().expect("served");
        assert!(!all.ends_with(b"0\r\n\r\n") && !all.windows(7).any(|bytes| bytes == b"\r\n0\r\n\r\n"));
    }

    #[test]
    fn a_printer_that_refuses_early_is_heard() {
        let (address, server) = printer(|mut stream| {
            read(&mut stream, 1_000);
            stream.write_all(&answer(0x040a)).expect("read");
            thread::sleep(Duration::from_millis(300));
        });
        assert!(matches!(ask(&address, Some(Pages::document(1_000, 0, false))), Ok(0x040a)));
        server.join().expect("served");
    }

    #[test]
    fn a_printer_that_is_content_early_gets_the_rest() {
        let (address, server) = printer(|mut stream| {
            read(&mut stream, 1_000);
            stream.write_all(&answer(0)).expect("read");
            read(&mut stream, u64::MAX)
        });
        assert!(matches!(ask(&address, Some(Pages::document(50, 5, false))), Ok(0)));
        assert!(server.join().expect("served").ends_with(b"0\r\n\r\n"));
    }

    #[test]
    fn a_printer_that_leaves_or_falls_asleep_loses_the_document() {
        let (address, server) = printer(|mut stream| drop(read(&mut stream, 300_000)));
        assert!(matches!(ask(&address, Some(Pages::document(1_000, 1, false))), Err(PrinterError::ConnectionLost)));
        server.join().expect("served");
        let (address, server) = printer(|stream| {
            thread::sleep(Duration::from_millis(1_500));
            drop(stream);
        });
        let started = Instant::now();
        assert!(matches!(ask(&address, Some(Pages::document(1_000, 0, false))), Err(PrinterError::ConnectionLost)));
        assert!(started.elapsed() < Duration::from_millis(1_400));
        server.join().expect("served");
    }
}
