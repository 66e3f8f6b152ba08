//! `ipps://`: TLS 1.2 or later (RFC 8446, RFC 5246) with the printer's key pinned at first use.
//!
//! Printers sign their certificates themselves and name them as they like, so names, dates and signers tell nothing. What
//! counts is the key: the SHA-256 of its `SubjectPublicKeyInfo` (RFC 7469 §2.4), so that a renewed certificate with
//! the same key passes. Whoever shows another key gets no document. Keys are kept in `printer::known`.

use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
};

use futures_rustls::{
    TlsConnector,
    client::TlsStream,
    pki_types::{CertificateDer, ServerName, UnixTime},
    rustls::{
        CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
        client::{
            Resumption,
            danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        },
        crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
        server::ParsedCertificate,
    },
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol::net::TcpStream;

use super::{error::PrinterError, known::Known, safe};

/// The SHA-256 of a printer's `SubjectPublicKeyInfo`, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pin(String);

impl Pin {
    /// Of a key in DER.
    pub fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whom we trust at an address.
#[derive(Debug)]
pub struct Trust {
    printer: String,
    known: Known,
    /// The last configuration with the key it asks for: its sessions can be taken up again, which saves the printer's
    /// processor most of a handshake.
    kept: Mutex<Option<(Pin, Session)>>,
}

#[derive(Clone)]
struct Session {
    connector: TlsConnector,
    check: Arc<Check>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.check.fmt(f)
    }
}

/// TLS sessions of one printer that are remembered.
const SESSIONS: usize = 4;

impl Trust {
    /// The printer of this name, whose key is kept in `known` from the first time on.
    pub fn new(printer: String, known: Known) -> Self {
        Self { printer, known, kept: Mutex::new(None) }
    }

    /// The key that is kept.
    pub async fn pin(&self) -> Result<Option<Pin>, PrinterError> {
        self.known.pin(&self.printer).await.map_err(PrinterError::Known)
    }

    /// TLS over `stream` with whoever has the right key.
    pub async fn secure(&self, stream: TcpStream, host: &str) -> Result<TlsStream<TcpStream>, PrinterError> {
        let peer = stream.peer_addr().map_err(PrinterError::Unreachable)?.ip();
        // Not to be checked, but told (SNI), so what is no name may be a number.
        let name = ServerName::try_from(host.to_owned()).unwrap_or_else(|_| ServerName::IpAddress(peer.into()));
        let expected = self.pin().await?;
        let session = self.session(expected.as_ref())?;
        let changed = |pinned: Pin, seen: Pin| PrinterError::CertificateChanged {
            printer: self.printer.clone(),
            pinned: pinned.to_string(),
            seen: seen.to_string(),
        };
        let secured = session.connector.connect(name, stream).await;
        let seen = session.check.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let secured = secured.map_err(|error| match (&expected, &seen) {
            (Some(pinned), Some(seen)) if is_refusal(&error) => changed(pinned.clone(), seen.clone()),
            _ => PrinterError::Tls(safe(&error.to_string())),
        })?;
        if let (None, Some(seen)) = (expected, seen) {
            let kept = self.known.keep_pin(&self.printer, seen.clone()).await.map_err(PrinterError::Known)?;
            if kept != seen {
                return Err(changed(kept, seen));
            }
        }
        Ok(secured)
    }

    /// A configuration that asks for this key; without one, a fresh one that takes any and tells it.
    fn session(&self, expected: Option<&Pin>) -> Result<Session, PrinterError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let usable = kept.as_ref().filter(|(pin, _)| Some(pin) == expected).map(|(_, session)| session.clone());
        let session = usable.map_or_else(|| session(expected), Ok)?;
        *kept = expected.map(|pin| (pin.clone(), session.clone()));
        Ok(session)
    }
}

fn session(expected: Option<&Pin>) -> Result<Session, PrinterError> {
    let provider = Arc::new(ring::default_provider());
    let check = Check {
        expected: expected.cloned(),
        seen: Mutex::new(None),
        algorithms: provider.signature_verification_algorithms,
    };
    let check = Arc::new(check);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| PrinterError::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&check) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Ok(Session { connector: TlsConnector::from(Arc::new(config)), check })
}

/// Takes the key that is expected, or any when none is. That the other side has the key, not only the certificate, is
/// checked as everywhere.
#[derive(Debug)]
struct Check {
    expected: Option<Pin>,
    seen: Mutex<Option<Pin>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Check {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let pin = Pin::of(&ParsedCertificate::try_from(end_entity)?.subject_public_key_info());
        let right = self.expected.as_ref().is_none_or(|expected| *expected == pin);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(pin);
        match right {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Whether it was our own check that said no.
fn is_refusal(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    matches!(inner, Some(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)))
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, sync::Arc};

    use futures_rustls::{
        TlsAcceptor,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
        rustls::{ServerConfig, SupportedProtocolVersion, crypto::ring, version},
    };
    use rcgen::{CertificateParams, KeyPair};
    use smol::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpStream},
    };

    use super::{Known, PrinterError, Trust};

    const ALL: [&SupportedProtocolVersion; 2] = [&version::TLS12, &version::TLS13];

    fn key() -> KeyPair {
        KeyPair::generate().expect("a key")
    }

    /// A printer's certificate, self-signed, with a name that is not its own.
    fn printer(key: &KeyPair, versions: &[&'static SupportedProtocolVersion]) -> TlsAcceptor {
        let params = CertificateParams::new(vec!["someone.else.example".to_owned()]).expect("a name");
        let certificate = params.self_signed(key).expect("signed").der().clone();
        let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], secret)
            .expect("a certificate");
        TlsAcceptor::from(Arc::new(config))
    }

    /// One connection to the printer; both sides must have heard the other.
    async fn talk(trust: &Trust, printer: &TlsAcceptor) -> Result<(), PrinterError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let ours = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("connected");
        let (theirs, _) = listener.accept().await.expect("a client");
        let serving = async {
            let Ok(mut stream) = printer.accept(theirs).await else { return };
            let mut byte = [0];
            if stream.read_exact(&mut byte).await.is_ok() {
                let _ = stream.write_all(&byte).await;
                let _ = stream.close().await;
            }
        };
        let asking = async {
            let mut stream = trust.secure(ours, "printer_7.local").await?;
            stream.write_all(b"x").await.expect("written");
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await.expect("read");
            assert_eq!(all, b"x");
            Ok(())
        };
        smol::future::zip(serving, asking).await.1
    }

    #[test]
    fn the_first_key_is_kept_and_no_other_is_taken() {
        let (first, second) = (key(), key());
        smol::block_on(async {
            let known = Known::default();
            let trust = Trust::new("u".into(), known.clone());
            talk(&trust, &printer(&first, &ALL)).await.expect("the first key");
            let pin = trust.pin().await.expect("read").expect("kept").to_string();
            // A renewed certificate of the same key, an older TLS, a session that is taken up again.
            let renewed = printer(&first, &[&version::TLS12]);
            for _ in 0..3 {
                talk(&trust, &renewed).await.expect("the same key");
            }
            let refused = talk(&trust, &printer(&second, &ALL)).await;
            let Err(PrinterError::CertificateChanged { printer: name, pinned, seen }) = refused else {
                panic!("{refused:?}")
            };
            assert!(name == "u" && pinned == pin && seen != pin && seen.len() == 64);
            // Another printer's key is its own affair; and what is forgotten is learned anew.
            talk(&Trust::new("v".into(), known.clone()), &printer(&second, &ALL)).await.expect("another printer");
            assert!(known.forget("u").expect("done"));
            talk(&trust, &printer(&second, &ALL)).await.expect("accepted");
            assert!(talk(&trust, &printer(&first, &ALL)).await.is_err());
        });
    }

    #[test]
    fn who_speaks_no_tls_is_told_and_nothing_is_kept() {
        smol::block_on(async {
            let trust = Trust::new("u".into(), Known::default());
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            let ours = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("connected");
            let (mut theirs, _) = listener.accept().await.expect("a client");
            theirs.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.expect("written");
            let told = trust.secure(ours, "p").await;
            assert!(matches!(told, Err(PrinterError::Tls(_))), "{told:?}");
            assert_eq!(trust.pin().await.expect("read"), None);
        });
    }
}
