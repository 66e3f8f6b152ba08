//! The auth server whose tokens are good here too (`AUTH_URL`): one question over HTTP, and its answer remembered for a
//! while. What a token allows is decided in the gate.
//!
//! Nobody waits long for it: a server that does not answer makes nobody known, and is left alone for a moment.

mod cache;
mod exchange;
pub mod session;

use std::{
    cell::{Cell, RefCell},
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};

use smol::{Timer, future::or, lock::Semaphore};

use self::{cache::Cache, exchange::Server, session::Session};
use crate::access::hash;

/// How it is asked.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For one answer, and for a turn to ask.
    pub timeout: Duration,
    /// An answer is believed.
    pub cache: Duration,
    /// A refusal is believed, and a server that does not answer is left alone.
    pub refused_cache: Duration,
    /// Of an answer.
    pub answer_bytes: usize,
    /// Tokens that are remembered.
    pub tokens: usize,
    /// Questions at one time.
    pub questions: usize,
    /// More certificates (PEM) that may sign the server's.
    pub ca_file: Option<PathBuf>,
}

/// The server.
pub struct AuthServer {
    server: Server,
    limits: Limits,
    turns: Semaphore,
    cache: RefCell<Cache<Said>>,
    silent_until: Cell<Option<Instant>>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The address is none, or the certificates cannot be read.
    #[error("{0}")]
    Address(String),
    /// Nothing came in time.
    #[error("no answer in time")]
    Late,
    /// The connection failed.
    #[error("{0}")]
    Connection(#[from] std::io::Error),
    /// What came is not HTTP, or too long.
    #[error("not an answer: {0}")]
    Answer(String),
}

/// What the server said of a token.
#[derive(Clone, Debug)]
pub enum Said {
    /// Somebody's.
    Session(Rc<Session>),
    /// Nobody's.
    Nobodys,
    /// It did not say: it is gone, slow or out of order.
    Nothing,
}

impl AuthServer {
    /// The server at `url`, which ends with a slash or not.
    pub fn open(url: &str, limits: Limits) -> Result<Self, AuthError> {
        let server = Server::at(url, limits.ca_file.as_deref())?;
        let (turns, cache) = (Semaphore::new(limits.questions), RefCell::new(Cache::of(limits.tokens)));
        Ok(Self { server, limits, turns, cache, silent_until: Cell::new(None) })
    }

    /// Whose token it is.
    pub async fn session(&self, token: &str) -> Said {
        let key = hash(token);
        if let Some(told) = self.told(&key) {
            return told;
        }
        // A long queue says nothing of the server.
        let Ok(_turn) = self.in_time(async { Ok(self.turns.acquire().await) }).await else { return Said::Nothing };
        if let Some(told) = self.told(&key) {
            return told;
        }
        let answer = self.in_time(self.server.ask(token, self.limits.answer_bytes)).await;
        let answer = answer.inspect_err(|error| tracing::warn!(%error, "auth server"));
        let now = Instant::now();
        let said = match answer {
            Ok(session) => session.map_or(Said::Nobodys, |session| Said::Session(Rc::new(session))),
            // It is there: what is wrong with this token's answer must not keep the others out.
            Err(AuthError::Answer(_)) => Said::Nothing,
            Err(_) => {
                self.silent_until.set(Some(now + self.limits.refused_cache));
                return Said::Nothing;
            }
        };
        let lives = if matches!(said, Said::Session(_)) { self.limits.cache } else { self.limits.refused_cache };
        self.cache.borrow_mut().put(key, said.clone(), now, now + lives);
        said
    }

    async fn in_time<T>(&self, future: impl Future<Output = Result<T, AuthError>>) -> Result<T, AuthError> {
        let late = async {
            Timer::after(self.limits.timeout).await;
            Err(AuthError::Late)
        };
        or(future, late).await
    }

    /// What can be said without asking.
    fn told(&self, key: &[u8; 32]) -> Option<Said> {
        let now = Instant::now();
        let silent = || self.silent_until.get().is_some_and(|until| now < until).then_some(Said::Nothing);
        self.cache.borrow().get(key, now).cloned().or_else(silent)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        sync::mpsc,
        time::{Duration, Instant},
    };

    use super::{AuthServer, Limits, Said, Session};

    async fn session(auth: &AuthServer, token: &str) -> Option<std::rc::Rc<Session>> {
        match auth.session(token).await {
            Said::Session(session) => Some(session),
            Said::Nobodys | Said::Nothing => None,
        }
    }

    fn limits() -> Limits {
        Limits {
            timeout: Duration::from_millis(300),
            cache: Duration::from_secs(60),
            refused_cache: Duration::from_millis(200),
            answer_bytes: 4_096,
            tokens: 10,
            questions: 2,
            ca_file: None,
        }
    }

    /// A server that answers each connection with this, and tells what it was asked.
    fn server(answer: &'static [u8]) -> (String, mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (mut head, mut buffer) = (String::new(), [0; 1_024]);
                while !head.contains("\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(read @ 1..) => head.push_str(&String::from_utf8_lossy(&buffer[..read])),
                        _ => break,
                    }
                }
                let _ = stream.write_all(answer);
                if tell.send(head).is_err() {
                    return;
                }
                if answer.is_empty() {
                    silent.push(stream);
                }
            }
        });
        (url, told)
    }

    #[test]
    fn an_answer_is_remembered() {
        let (url, told) = server(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n\
              {\"id\":7,\"email\":\"a@b\",\"session_scopes\":[{\"id\":1,\"name\":\"Print.File.Send\"}]}",
        );
        // With a slash at its end and a path, as the real one is written.
        let auth = AuthServer::open(&format!("{url}/auth/"), limits()).expect("opens");
        smol::block_on(async {
            for _ in 0..3 {
                let session = session(&auth, "secret").await.expect("known");
                assert_eq!((session.id.to_string(), session.email.as_str()), ("7".into(), "a@b"));
                assert_eq!(session.scopes, ["Print.File.Send"]);
            }
        });
        let head = told.recv().expect("asked");
        let line = "GET /auth/me?info=indirect_groups&info=session_scopes&info=user_scopes HTTP/1.1\r\n";
        assert!(head.starts_with(line) && head.contains("authorization: secret\r\n"), "{head}");
        assert!(told.try_recv().is_err(), "asked again");
    }

    #[test]
    fn refusals_are_forgotten_sooner() {
        let (url, told) = server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}");
        let auth = AuthServer::open(&url, limits()).expect("opens");
        smol::block_on(async {
            assert!(session(&auth, "a").await.is_none() && session(&auth, "a").await.is_none());
            assert!(told.recv().is_ok() && told.try_recv().is_err());
            std::thread::sleep(limits().refused_cache);
            assert!(session(&auth, "a").await.is_none());
            assert!(told.recv().is_ok());
        });
    }

    #[test]
    fn a_server_that_says_nothing_holds_nobody_up() {
        let (url, told) = server(b"");
        let limits = || Limits { refused_cache: Duration::from_secs(60), ..limits() };
        let auth = AuthServer::open(&url, limits()).expect("opens");
        let started = Instant::now();
        smol::block_on(async {
            assert!(session(&auth, "a").await.is_none());
            // It is left alone for a moment, whoever asks.
            for n in 0..100 {
                assert!(session(&auth, &n.to_string()).await.is_none());
            }
        });
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        drop((auth, told));
        for answer in [
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".as_slice(),
            b"garbage\r\n\r\n",
            b"HTTP/1.1 500 X\r\n\r\n",
        ] {
            let (url, told) = server(answer);
            let auth = AuthServer::open(&url, limits()).expect("opens");
            smol::block_on(async {
                assert!(session(&auth, "a").await.is_none() && session(&auth, "b").await.is_none());
            });
            assert_eq!(told.try_iter().count(), 2, "the second was not asked");
        }
        let long = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"id\":\"".as_slice(), &[b'x'; 10_000], b"\"}"];
        let (url, _told) = server(Box::leak(long.concat().into_boxed_slice()));
        let auth = AuthServer::open(&url, limits()).expect("opens");
        assert!(matches!(smol::block_on(auth.session("a")), Said::Nothing));
        let nobody = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
        let auth = AuthServer::open(&format!("http://{nobody}"), limits()).expect("opens");
        assert!(matches!(smol::block_on(auth.session("a")), Said::Nothing));
    }

    #[test]
    fn what_is_no_address_is_refused_at_the_start() {
        for url in ["", "auth", "ftp://x/", "http://", "http://a:b@c/", "http://x/?a=b", "http://x:99999/"] {
            assert!(AuthServer::open(url, limits()).is_err(), "{url}");
        }
    }
}
