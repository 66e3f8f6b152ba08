//! The way to a printer: an address and, where it is `ipps`, whom we trust there; and a TCP connection to it.

use std::{io, net::SocketAddr, time::Duration};

use smol::{
    Timer,
    future::or,
    net::{TcpStream, resolve},
};

use super::{error::PrinterError, known::Known, tls::Trust, uri::Address};

/// The way to a printer.
#[derive(Debug)]
pub struct Route {
    /// Where it is.
    pub address: Address,
    /// Whom we trust there; `None` without TLS.
    pub trust: Option<Trust>,
}

impl Route {
    /// To an address; `printer` is the name under which its key is kept.
    pub fn new(address: Address, printer: &str, known: &Known) -> Self {
        let trust = address.secure.then(|| Trust::new(printer.to_owned(), known.clone()));
        Self { address, trust }
    }

    /// A connection without TLS.
    pub async fn connect(&self, timeout: Duration) -> Result<TcpStream, PrinterError> {
        let late = async {
            Timer::after(timeout).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        let stream = or(connect(&self.address), late).await.map_err(PrinterError::Unreachable)?;
        // Without it the end of a document waits for the printer's delayed acknowledgement.
        stream.set_nodelay(true).map_err(PrinterError::Unreachable)?;
        Ok(stream)
    }
}

async fn connect(address: &Address) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = resolve((address.host.as_str(), address.port)).await?;
    let stream = TcpStream::connect(addresses.as_slice()).await?;
    // ipp-usb's ports lie in the range of which the kernel takes our own end: on loopback we may have met ourselves.
    if stream.local_addr()? == stream.peer_addr()? {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(stream)
}
