//! `ottisk drill`, as a technician runs it; and a printer's answers with any byte wrong.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use ottisk::{
    drill::{
        chance::Chance,
        printer::{FaultPrinter, Model},
    },
    printer::{Limits, Printer},
};

use crate::support::ottisk;

/// Sixty kiosks on a machine that is busy with other tests.
const DRILL: Duration = Duration::from_secs(600);

/// What the drill says last: its grade.
fn grade(stdout: &[u8]) -> String {
    String::from_utf8_lossy(stdout).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn sixty_faults_of_a_printer_and_every_sheet_comes_out_once() {
    let ran = ottisk(&["drill"], DRILL);
    let text = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.code, Some(0), "{text}{}", ran.stderr);
    assert!(grade(&ran.stdout).starts_with("grade A: 60 of 60 good, 0 sheets too many"), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains("3 of 3 cases")).count(), 20, "{text}");
}

/// `OTTISK_DISCONNECTS=1000` for the whole of it.
#[test]
fn connections_cut_at_random_bytes_make_no_second_sheet() {
    let count = std::env::var("OTTISK_DISCONNECTS").unwrap_or_else(|_| "100".into());
    let ran = ottisk(&["drill", "--printer-faults", "0", "--disconnects", &count], DRILL);
    let text = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.code, Some(0), "{text}{}", ran.stderr);
    assert!(grade(&ran.stdout).starts_with(&format!("grade A: {count} of {count} good, 0 sheets too many")), "{text}");
}

#[test]
fn chance_is_repeated_by_its_seed_and_nonsense_is_refused() {
    let cases = |seed: &str| {
        let ran = ottisk(&["drill", "--printer-faults", "2", "--seed", seed, "--verbose"], DRILL);
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        let cases = text.lines().filter(|line| line.contains("-data")).filter_map(|line| line.split(':').next());
        cases.map(str::to_owned).collect::<Vec<_>>()
    };
    let first = cases("7");
    assert_eq!(first.len(), 2);
    assert_eq!(first, cases("7"));
    for wrong in [["--abreast", "0"], ["--printer-faults", "some"], ["--nothing", "1"]] {
        assert_eq!(ottisk(&["drill", wrong[0], wrong[1]], DRILL).code, Some(2), "{wrong:?}");
    }
}

/// A printer that says `answers` in turns, whatever it is asked.
fn parrot(answers: Vec<Vec<u8>>, stop: Arc<AtomicBool>) -> (String, thread::JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let uri = format!("ipp://{}/ipp/print", listener.local_addr().expect("bound"));
    listener.set_nonblocking(true).expect("a socket");
    let serving = thread::spawn(move || {
        let mut answers = answers.iter().cycle();
        while !stop.load(Ordering::Relaxed) {
            let Ok((mut stream, _)) = listener.accept() else {
                thread::sleep(Duration::from_millis(1));
                continue;
            };
            let _ = stream.set_nonblocking(false);
            let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
            // A request of ours is short and comes at once.
            let _ = stream.read(&mut [0; 8_192]);
            let _ = stream.write_all(answers.next().expect("a cycle"));
        }
    });
    (uri, serving)
}

/// What a good printer answers to a request, with its HTTP head.
fn good_answer(printer: &FaultPrinter, operation: u8, job: Option<i32>) -> Vec<u8> {
    let mut body = vec![2, 0, 0, operation, 0, 0, 0, 1, 1];
    let mut add = |tag: u8, name: &str, value: &[u8]| {
        body.push(tag);
        for field in [name.as_bytes(), value] {
            body.extend(u16::try_from(field.len()).expect("short").to_be_bytes());
            body.extend(field);
        }
    };
    add(0x47, "attributes-charset", b"utf-8");
    add(0x48, "attributes-natural-language", b"en");
    add(0x45, "printer-uri", printer.uri().as_bytes());
    if let Some(job) = job {
        add(0x21, "job-id", &job.to_be_bytes());
    }
    body.push(3);
    let address = printer.uri().trim_start_matches("ipp://").trim_end_matches("/ipp/print").to_owned();
    let mut stream = TcpStream::connect(&address).expect("a printer");
    let head = format!("POST / HTTP/1.1\r\nContent-Type: application/ipp\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), &body].concat()).expect("written");
    stream.shutdown(std::net::Shutdown::Write).expect("open");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&answer));
    answer
}

/// The same with bytes that are wrong, missing or too many.
fn mutated(good: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=chance.below(4) {
        let at = usize::try_from(chance.below(bytes.len() as u64 + 1)).expect("small").min(bytes.len().max(1) - 1);
        let byte = u8::try_from(chance.below(256)).expect("a byte");
        match chance.below(6) {
            _ if bytes.is_empty() => bytes.push(byte),
            0 => bytes[at] = byte,
            1 => bytes[at] ^= 1 << (byte % 8),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, byte),
            4 => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
            _ => {
                let part = bytes[at..(at + usize::from(byte)).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

#[test]
fn answers_with_wrong_bytes_neither_hang_nor_end_the_kiosk() {
    const ROUNDS: u64 = 700;
    let limits = Limits {
        connect_timeout: Duration::from_secs(2),
        answer_timeout: Duration::from_millis(300),
        send_stall_timeout: Duration::from_millis(300),
        answer_bytes: 100_000,
    };
    let good = FaultPrinter::start(Model::default()).expect("a port");
    let printer_says = good_answer(&good, 0x0b, None);
    let job_says = {
        let job = ottisk::drill::printer::job::Job::new("ottisk-1", 1, false);
        let id = good.machine().create(job, Instant::now());
        good_answer(&good, 0x09, Some(id))
    };
    let mut chance = Chance::new(4, 4);
    let answers: Vec<_> =
        (0..ROUNDS).map(|round| mutated(if round % 2 == 0 { &printer_says } else { &job_says }, &mut chance)).collect();
    let stop = Arc::new(AtomicBool::new(false));
    let (uri, serving) = parrot(answers, Arc::clone(&stop));
    let printer = Printer::open(&uri, limits).expect("an address");
    let (mut heard, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let started = Instant::now();
        let outcome = smol::block_on(async {
            match round % 4 {
                0 => printer.capabilities().await.map(drop),
                2 => printer.status().await.map(drop),
                _ => printer.job(1).await.map(drop),
            }
        });
        assert!(started.elapsed() < Duration::from_secs(3), "{round}: {outcome:?}");
        match outcome {
            Ok(()) => heard += 1,
            Err(_) => refused += 1,
        }
    }
    stop.store(true, Ordering::Relaxed);
    serving.join().expect("it does not panic");
    // Some wrong bytes are in texts that nobody reads; most are not.
    assert!(heard > 20 && refused > 100, "{heard} heard, {refused} refused");
}
