//! A kiosk's door as a node sees it: the original out, files and their description in, over HTTP with the request's token.
//! Only where the request says, and never after a redirect: the token is for that kiosk.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use ureq::{Agent, Body, http::Response};

use crate::{access::hex, broker::request::Request, document::description::Description, settings::Settings};

/// Bytes read and hashed at once.
const CHUNK_BYTES: usize = 128 << 10;

/// How a trip ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trip {
    /// It went well.
    There,
    /// The kiosk does not want us any more.
    Refused,
    /// It may go better another time.
    Failed(String),
}

/// The way to one version of one document.
pub(super) struct KioskDoor {
    agent: Agent,
    url: String,
    authorization: String,
    /// Tells our try from another node's, which may bring the same files at the same time.
    by: String,
    source_bytes: u64,
}

impl KioskDoor {
    /// Of this request.
    pub(super) fn of(request: &Request, settings: &Settings) -> Self {
        let limits = &settings.preview;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(limits.broker_timeout_s)))
            .timeout_global(Some(Duration::from_secs(limits.node_trip_s)))
            .user_agent(concat!("Ottisk/", env!("CARGO_PKG_VERSION")))
            .build();
        let mut drawn = [0; 8];
        // Without it two tries are told apart by chance only.
        let _ = getrandom::fill(&mut drawn);
        Self {
            agent: agent.into(),
            url: request.url(),
            authorization: format!("Bearer {}", request.token),
            by: hex(&drawn),
            source_bytes: settings.convert.source_bytes,
        }
    }

    /// The original, into this file; one that is not what the request names is none.
    pub(super) async fn fetch(&self, request: &Request, into: &Path) -> Trip {
        let (agent, url) = (self.agent.clone(), format!("{}/source", self.url));
        let (authorization, most) = (self.authorization.clone(), self.source_bytes);
        let (into, version) = (into.to_owned(), request.version.clone());
        smol::unblock(move || {
            let answer = agent.get(url).header("authorization", authorization).call();
            match trip(&answer) {
                Trip::There => {}
                other => return other,
            }
            let copied = answer.map_err(io::Error::other).and_then(|answer| copy(answer, &into, most));
            match copied {
                Ok(found) if found == version => Trip::There,
                Ok(_) => Trip::Failed("what came is not what was asked for".into()),
                Err(error) => Trip::Failed(error.to_string()),
            }
        })
        .await
    }

    /// A file that was made.
    pub(super) async fn bring(&self, name: &str, file: &Path) -> Trip {
        let (agent, url) = (self.agent.clone(), format!("{}/{name}?try={}", self.url, self.by));
        let (authorization, file) = (self.authorization.clone(), file.to_owned());
        smol::unblock(move || {
            let file = match File::open(file) {
                Ok(file) => file,
                Err(error) => return Trip::Failed(error.to_string()),
            };
            trip(&agent.put(url).header("authorization", authorization).send(&file))
        })
        .await
    }

    /// What the files are.
    pub(super) async fn tell(&self, told: &Description) -> Trip {
        let (agent, url) = (self.agent.clone(), format!("{}?try={}", self.url, self.by));
        let (authorization, told) = (self.authorization.clone(), serde_json::to_vec(told).unwrap_or_default());
        smol::unblock(move || {
            let put = agent.put(url).header("authorization", authorization);
            trip(&put.header("content-type", "application/json").send(told.as_slice()))
        })
        .await
    }
}

fn trip(answer: &Result<Response<Body>, ureq::Error>) -> Trip {
    match answer {
        Ok(answer) => match answer.status().as_u16() {
            200..=299 => Trip::There,
            401 | 403 | 404 => Trip::Refused,
            status => Trip::Failed(format!("the kiosk answered {status}")),
        },
        Err(error) => Trip::Failed(error.to_string()),
    }
}

/// Writes the body down; its SHA-256.
fn copy(answer: Response<Body>, into: &Path, most: u64) -> io::Result<String> {
    let mut reader = answer.into_body().into_reader().take(most.saturating_add(1));
    let (mut file, mut hash, mut bytes) = (File::create(into)?, Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = reader.read(&mut chunk)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        bytes += read as u64;
        if bytes > most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        hash.update(&chunk[..read]);
        file.write_all(&chunk[..read])?;
    }
}
