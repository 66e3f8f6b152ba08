//! One question and its answer: HTTP/1.1 (RFC 9112), over TLS (RFC 8446) by rustls where the address says `https`.

use std::{path::Path, pin::pin};

use futures_rustls::{TlsConnector, pki_types::ServerName};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{
    Request, Uri,
    body::Bytes,
    client::conn::http1,
    header::{ACCEPT, AUTHORIZATION, CONNECTION, HOST, HeaderValue, USER_AGENT},
};
use smol::{
    future::or,
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use smol_hyper::rt::FuturesIo;

use super::{AuthError, session::Session};
use crate::tls;

/// What print-api asks for; its order as well.
const QUESTION: &str = "/me?info=indirect_groups&info=session_scopes&info=user_scopes";

/// Where the server is.
pub(super) struct Server {
    host: String,
    port: u16,
    authority: String,
    target: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Server {
    /// The server at `url`.
    pub(super) fn at(url: &str, ca_file: Option<&Path>) -> Result<Self, AuthError> {
        let refuse = |why: &str| AuthError::Address(format!("{why}: {url}"));
        let uri: Uri = url.trim_end_matches('/').parse().map_err(|_| refuse("not an address"))?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(refuse("neither http:// nor https://")),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or_else(|| refuse("names no server"))?;
        // A port that is no port is left out by the parser.
        if uri.query().is_some() || (authority.as_str() != authority.host() && authority.port_u16().is_none()) {
            return Err(refuse("must be a server and a path"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let tls = match is_tls {
            true => {
                let name = ServerName::try_from(host.clone()).map_err(|_| refuse("no name for a certificate"))?;
                let connector = tls::connector(ca_file).map_err(|error| AuthError::Address(error.to_string()))?;
                Some((connector, name))
            }
            false => None,
        };
        Ok(Self {
            port: authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            authority: authority.to_string(),
            target: format!("{}{QUESTION}", uri.path().trim_end_matches('/')),
            host,
            tls,
        })
    }

    /// Whose token it is: `None` when the server says that it is nobody's.
    pub(super) async fn ask(&self, token: &str, limit: usize) -> Result<Option<Session>, AuthError> {
        // What cannot stand in a header is nobody's token.
        let Ok(mut token) = HeaderValue::from_str(token) else { return Ok(None) };
        token.set_sensitive(true);
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => self.talk(stream, token, limit).await,
            Some((tls, name)) => self.talk(tls.connect(name.clone(), stream).await?, token, limit).await,
        }
    }

    async fn talk<S>(&self, stream: S, token: HeaderValue, limit: usize) -> Result<Option<Session>, AuthError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let failed = |error: hyper::Error| AuthError::Answer(error.to_string());
        let (mut sender, connection) = http1::handshake(FuturesIo::new(stream)).await.map_err(failed)?;
        let connection = pin!(connection);
        let request = Request::get(&self.target)
            .header(HOST, &self.authority)
            .header(AUTHORIZATION, token)
            .header(ACCEPT, "application/json")
            .header(CONNECTION, "close")
            .header(USER_AGENT, concat!("Ottisk/", env!("CARGO_PKG_VERSION")))
            .body(Empty::<Bytes>::new())
            .map_err(|error| AuthError::Answer(error.to_string()))?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(failed)?;
            let status = response.status();
            if !status.is_success() {
                let failed = status.is_server_error().then(|| AuthError::Answer(status.to_string()));
                return failed.map_or(Ok(None), Err);
            }
            let body = Limited::new(response.into_body(), limit).collect().await;
            let body = body.map_err(|error| AuthError::Answer(error.to_string()))?.to_bytes();
            Session::read(&body).map(Some).ok_or_else(|| AuthError::Answer("no JSON object".into()))
        };
        let drive = async {
            // How it ended is told by the request's own end.
            let _ = connection.await;
            std::future::pending().await
        };
        or(answer, drive).await
    }
}

#[cfg(test)]
mod tests {
    use super::Server;

    #[test]
    fn the_path_is_kept_and_the_port_is_the_schemes() {
        let told = |url: &str| {
            let server = Server::at(url, None).expect(url);
            (server.host, server.port, server.target.split('?').next().map(str::to_owned), server.tls.is_some())
        };
        assert_eq!(told("https://auth.example/"), ("auth.example".into(), 443, Some("/me".into()), true));
        assert_eq!(told("http://[::1]:81/a/b//"), ("::1".into(), 81, Some("/a/b/me".into()), false));
        assert_eq!(told("http://auth"), ("auth".into(), 80, Some("/me".into()), false));
    }
}
