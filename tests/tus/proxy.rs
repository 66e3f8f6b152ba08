//! A network that breaks: it lets so many bytes of each connection through, so many times, and then behaves.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

pub struct Cutting {
    pub url: String,
    left: Arc<AtomicU32>,
    times: u32,
}

impl Cutting {
    /// Between somebody and `url`; breaks `times` connections after about `bytes` each.
    pub fn start(url: &str, times: u32, bytes: usize) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (to, left) = (url.trim_start_matches("http://").to_owned(), Arc::new(AtomicU32::new(times)));
        let counted = Arc::clone(&left);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&to) else { return };
                let left = Arc::clone(&counted);
                std::thread::spawn(move || pass(client, server, &left, bytes));
            }
        });
        Self { url: format!("http://{address}"), left, times }
    }

    pub fn cuts(&self) -> u32 {
        self.times - self.left.load(Ordering::SeqCst)
    }
}

fn pass(mut client: TcpStream, mut server: TcpStream, left: &AtomicU32, bytes: usize) {
    let (mut answers, mut back) = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    // Never the same number twice, so that no piece ends where it would have ended by itself.
    let most = bytes + 7_919 * left.load(Ordering::SeqCst) as usize;
    let (mut chunk, mut sent) = ([0; 16 << 10], 0);
    while let Ok(read @ 1..) = client.read(&mut chunk) {
        sent += read;
        let cut =
            sent > most && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if cut || server.write_all(&chunk[..read]).is_err() {
            break;
        }
    }
    for side in [client, server] {
        let _ = side.shutdown(Shutdown::Both);
    }
}
