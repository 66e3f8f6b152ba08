//! TLS (RFC 8446, RFC 5246) to servers whose certificates an authority signed: one of Mozilla's, or one that a file names.
//! Printers sign for themselves; theirs is `printer::tls`.

use std::{path::Path, sync::Arc};

use futures_rustls::{
    TlsConnector,
    pki_types::{CertificateDer, pem::PemObject as _},
    rustls::{ClientConfig, RootCertStore, crypto::ring},
};

/// What cannot be trusted by: a file that is not there or holds no certificates.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

/// Connects to servers that Mozilla's authorities vouch for, or one of those in `ca_file` (PEM, RFC 7468).
pub fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, TlsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = ca_file {
        let unreadable = |why: String| TlsError(format!("{}: {why}", file.display()));
        let certificates = CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))?;
        let mozilla = roots.len();
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
        }
        if roots.len() == mozilla {
            return Err(unreadable("no certificate in it".into()));
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
