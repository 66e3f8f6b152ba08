//! The walls: around the child that opens documents, around the port, around the tokens, and around what people wrote.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Kiosk, Start, a4_pages, corpus, free_port, have, sample, signal, temporary, until, workers};

const SOON: Duration = Duration::from_secs(30);

/// A line of `/proc/PID/status`.
fn status(pid: u32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().to_owned())
}

fn kibibytes(pid: u32, name: &str) -> u64 {
    let line = status(pid, name).unwrap_or_default();
    line.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The soft and the hard limit of this name.
fn limits(pid: u32, name: &str) -> Vec<String> {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).expect("limits");
    let line = limits.lines().find_map(|line| line.strip_prefix(name)).expect(name);
    line.split_whitespace().take(2).map(str::to_owned).collect()
}

/// The first child at this task that is behind its walls, stopped so that it can be looked at.
fn jailed(kiosk: &Kiosk, task: &str) -> Option<u32> {
    let pid =
        workers(kiosk.child.id(), task).into_iter().find(|pid| status(*pid, "Seccomp").as_deref() == Some("2"))?;
    if !signal(pid, "STOP") {
        return None;
    }
    // One that was on its way out does not stop any more.
    loop {
        match status(pid, "State")?.chars().next()? {
            'T' => return Some(pid),
            'Z' | 'X' => return None,
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

fn assert_is_jailed(pid: u32) {
    assert_eq!(status(pid, "NoNewPrivs").as_deref(), Some("1"));
    assert_eq!(status(pid, "Seccomp").as_deref(), Some("2"));
    // What its allocator is told stands alone there.
    let environment = fs::read_to_string(format!("/proc/{pid}/environ")).expect("readable");
    let foreign = environment.split_terminator('\0').find(|word| !word.starts_with("GLIBC_TUNABLES="));
    assert_eq!(foreign, None, "of the kiosk's own");
    assert_eq!(limits(pid, "Max core file size"), ["0", "0"]);
    assert_eq!(limits(pid, "Max file size"), ["0", "0"]);
    assert_eq!(limits(pid, "Max open files"), ["64", "64"]);
    assert_eq!(limits(pid, "Max address space"), [(1_u64 << 30).to_string(), (1_u64 << 30).to_string()]);
    assert!(limits(pid, "Max cpu time").iter().all(|limit| limit != "unlimited"));
    let arguments = fs::read_to_string(format!("/proc/{pid}/cmdline")).expect("readable");
    let ring = arguments.split('\0').find_map(|word| word.strip_prefix("--ring=")).unwrap_or_default();
    let ring: Vec<_> = ring.split('/').map(str::to_owned).collect();
    let descriptor = |fd: &str| fs::read_link(format!("/proc/{pid}/fd/{fd}")).expect("a descriptor");
    for fd in fs::read_dir(format!("/proc/{pid}/fd")).expect("descriptors") {
        let fd = fd.expect("a descriptor").file_name().into_string().expect("a number");
        // One of several has its ends of the ring by which they take turns, and is told their numbers.
        let own = ["0", "1", "2"].contains(&fd.as_str()) || ring.contains(&fd) || descriptor(&fd) == descriptor("0");
        // It may look for a font just now.
        let own = own || descriptor(&fd).starts_with("/usr/share/fonts");
        assert!(own, "descriptor {fd} is {}", descriptor(&fd).display());
    }
    let document = fs::read_to_string(format!("/proc/{pid}/fdinfo/0")).expect("readable");
    let flags = document.lines().find_map(|line| line.strip_prefix("flags:")).expect("flags").trim().to_owned();
    assert!(flags.ends_with('0'), "the document can be written: {flags}");
}

#[test]
fn a_child_that_draws_is_behind_its_walls() {
    let kiosk = Kiosk::start(&Start { environment: &[("SECRET", "of the kiosk")], ..Start::default() });
    let document = kiosk.folder.join("long.pdf");
    fs::write(&document, a4_pages(40)).expect("written");
    let pin = kiosk.submit(&document, &json!({}));
    kiosk.review(&pin);
    kiosk.tap("print");
    let pid = until("a child", SOON, || jailed(&kiosk, "render"));
    assert_is_jailed(pid);
    assert!(signal(pid, "CONT"));
    kiosk.wait_scene("done", SOON);
}

#[test]
fn a_child_that_inspects_is_behind_its_walls() {
    let kiosk = Kiosk::demo();
    let document = a4_pages(20_000);
    let pin = kiosk.order(&json!({"pages": "1"}));
    std::thread::scope(|scope| {
        let upload = scope.spawn(|| kiosk.upload(&pin, &document, "application/pdf"));
        let started = Instant::now();
        let pid = loop {
            if let Some(pid) = jailed(&kiosk, "inspect") {
                break pid;
            }
            assert!(started.elapsed() < SOON && !upload.is_finished(), "it was over before it was seen");
        };
        assert_is_jailed(pid);
        assert!(signal(pid, "CONT"));
        let (status, answer) = upload.join().expect("an answer");
        assert_eq!(status, 200, "{answer}");
    });
}

/// Not a test of its own: what [`the_walls_hold_from_inside`] runs in a process of its own, behind the walls.
#[test]
#[ignore = "run by the_walls_hold_from_inside"]
fn inside() {
    let forever = ottisk::worker::Limits {
        address_space_bytes: 1 << 30,
        cpu_s: 60,
        file_bytes: u64::MAX,
        page_cpu_s: 60,
        document_pages: 1,
    };
    let parent = std::os::unix::process::parent_id();
    ottisk::worker::jail::enter(&forever, &[]).expect("walls");
    let mut said = String::new();
    let mut tell = |what: &str, done: bool| said.push_str(&format!("\n{what} {done}"));
    tell("own-stdout", std::io::stdout().write_all(b"\n").is_ok());
    tell("read-passwd", fs::read("/etc/passwd").is_ok());
    tell("list-root", fs::read_dir("/").is_ok_and(|mut entries| entries.next().is_some()));
    tell("write-tmp", fs::write("/tmp/ottisk-was-here", b"x").is_ok());
    tell("write-font", fs::File::options().append(true).create(true).open("/usr/share/fonts/x").is_ok());
    tell("remove", fs::remove_file(std::env::var("OTTISK_JAIL").expect("a file")).is_ok());
    tell("socket", std::net::UdpSocket::bind("127.0.0.1:0").is_ok());
    tell("unix-socket", std::os::unix::net::UnixDatagram::unbound().is_ok());
    // SAFETY: system calls with plain integers; the child of a fork that must not come to be ends at once.
    unsafe {
        let forked = libc::fork();
        if forked == 0 {
            libc::_exit(0);
        }
        tell("fork", forked > 0);
        let parent = libc::pid_t::try_from(parent).expect("a number");
        tell("kill-parent", libc::kill(parent, 0) == 0);
        tell("tgkill-parent", libc::syscall(libc::SYS_tgkill, parent, parent, 0) == 0);
        tell("tgkill-self", libc::syscall(libc::SYS_tgkill, libc::getpid(), libc::gettid(), 0) == 0);
        tell("trace-parent", libc::ptrace(libc::PTRACE_ATTACH, parent, 0, 0) == 0);
        tell("more-memory", libc::setrlimit(libc::RLIMIT_CORE, &libc::rlimit { rlim_cur: 1, rlim_max: 1 }) == 0);
        let said = format!("{said}\n");
        assert_eq!(libc::write(1, said.as_ptr().cast(), said.len()), said.len().cast_signed());
        // The test program itself cannot go on from here.
        libc::_exit(0);
    }
}

#[test]
fn the_walls_hold_from_inside() {
    let victim = temporary("jail").join("victim");
    fs::write(&victim, "").expect("written");
    let mut run = Command::new(std::env::current_exe().expect("this program"));
    run.args(["--exact", "security::inside", "--ignored", "--nocapture", "--test-threads=1"]);
    let output = run.env("OTTISK_JAIL", &victim).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let told: Vec<_> = said.lines().filter_map(|line| line.rsplit_once(' ')).collect();
    let told: Vec<_> = told.into_iter().filter(|(_, done)| ["true", "false"].contains(done)).collect();
    assert_eq!(told.len(), 14, "{said}{}", String::from_utf8_lossy(&output.stderr));
    for (what, done) in told {
        assert_eq!(done, ["own-stdout", "tgkill-self"].contains(&what).to_string(), "{what}: {said}");
    }
    assert!(victim.exists());
}

/// What `ottisk raster` calls after its child went behind the walls, of a document from the corpus or a sample.
#[test]
fn a_child_asks_the_kernel_for_nothing_it_must_not_have() {
    if !have("strace", "strace") {
        return;
    }
    let folder = temporary("calls");
    let names = ["own_h_launch_js_dev.pdf", "tracemonkey_with_annotations.pdf", "annotation-tx.pdf", "new.pdf"];
    let documents: Vec<PathBuf> = names.iter().filter_map(|name| corpus(name)).chain([sample()]).collect();
    for document in documents {
        let trace = folder.join("trace");
        let output = Command::new("strace")
            .args(["-f", "-e", "trace=network,process,prctl,seccomp,open,openat,creat,unlink,rename", "-o"])
            .arg(&trace)
            .arg(env!("CARGO_BIN_EXE_ottisk"))
            .args(["raster", "-o", "/dev/null", "--data"])
            .arg(&folder)
            .arg(&document)
            .output()
            .expect("strace");
        assert!(output.status.success(), "{}: {}", document.display(), String::from_utf8_lossy(&output.stderr));
        let trace = fs::read_to_string(trace).expect("a trace");
        let walled =
            trace.lines().position(|line| line.contains("seccomp(") && line.contains("SECCOMP_SET_MODE_FILTER"));
        let walled = walled.or_else(|| trace.lines().position(|line| line.contains("PR_SET_SECCOMP"))).expect("walls");
        let child = trace.lines().nth(walled).and_then(|line| line.split(' ').next()).expect("a number").to_owned();
        let after = trace.lines().skip(walled + 1).filter(|line| line.split(' ').next() == Some(&child));
        let mut seen = 0;
        for line in after {
            let call = line.split_whitespace().nth(1).expect("a call");
            if call == "<..." {
                continue; // Its first half was looked at.
            }
            let reads = call.starts_with("openat(") && line.contains("O_RDONLY") && !line.contains("O_CREAT");
            assert!(reads || call.starts_with("exit_group(") || call == "+++", "{}: {line}", document.display());
            seen += 1;
        }
        assert!(seen > 0, "the child's end at least");
    }
}

#[test]
fn bombs_and_loops_end_in_time_and_space() {
    let config = "[worker]\npage_cpu_s = 3\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let mut tried = 0;
    for name in
        ["own_h_stream_bomb_dev.pdf", "own_h_loop_kids_dev.pdf", "own_h_huge_page_dev.pdf", "own_h_many_pages_dev.pdf"]
    {
        let Some(document) = corpus(name) else { continue };
        tried += 1;
        let pin = kiosk.order(&json!({"pages": "1"}));
        let (started, most) = (Instant::now(), std::cell::Cell::new(0));
        let note = || {
            for task in ["inspect", "render"] {
                workers(kiosk.child.id(), task)
                    .iter()
                    .for_each(|pid| most.set(most.get().max(kibibytes(*pid, "VmHWM"))));
            }
        };
        let answer = std::thread::scope(|scope| {
            let upload = scope.spawn(|| kiosk.upload(&pin, &fs::read(&document).expect("readable"), "application/pdf"));
            while !upload.is_finished() {
                note();
                std::thread::sleep(Duration::from_millis(5));
            }
            upload.join().expect("an answer")
        });
        assert!([200, 415, 416].contains(&answer.0), "{name}: {answer:?}");
        assert!(started.elapsed() < Duration::from_secs(15), "{name}: {:?}", started.elapsed());
        if answer.0 == 200 {
            kiosk.review(&pin);
            kiosk.tap("print");
            until("an end", Duration::from_secs(45), || {
                note();
                let scene = kiosk.scene();
                (scene["scene"] == "done" || scene["scene"] == "fault").then_some(())
            });
            kiosk.tap("finish");
        }
        assert!(most.get() < 1 << 20, "{name}: {} KiB", most.get());
        assert_eq!(kiosk.get("/healthz").0, 200, "{name}");
    }
    let own = kibibytes(kiosk.child.id(), "VmHWM");
    assert!(tried == 0 || own < 150 << 10, "the kiosk itself took {own} KiB");
}

fn connect(kiosk: &Kiosk) -> TcpStream {
    let address: SocketAddr = kiosk.url.trim_start_matches("http://").parse().expect("an address");
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(SOON)).expect("set");
    stream
}

/// The status of the answer to what was sent, when one comes before the end.
fn answered(stream: &mut TcpStream) -> Option<u16> {
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

#[test]
fn a_body_far_over_the_limit_is_refused_before_it_is_sent() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({}));
    for (path, content_type) in [
        (format!("/file/{pin}"), "multipart/form-data; boundary=x"),
        ("/".to_owned(), "multipart/form-data; boundary=x"),
        ("/file".to_owned(), "application/json"),
        ("/panel/tap".to_owned(), "application/json"),
    ] {
        let mut stream = connect(&kiosk);
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: 10000000000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("sent");
        assert_eq!(answered(&mut stream), Some(413), "{path}");
    }
}

#[test]
fn what_cannot_be_an_order_is_not_read_for_long() {
    let kiosk = Kiosk::demo();
    let padding = "x".repeat(1 << 20);
    let order = json!({"surname": "Иванов", "number": "1015000", "filename": "a.pdf", "padding": padding});
    assert_eq!(kiosk.json("POST", "/file", &order).0, 413);
    let pin = kiosk.order(&json!({}));
    assert_eq!(kiosk.json("PATCH", &format!("/file/{pin}"), &order).0, 413);
    assert_eq!(kiosk.json("POST", "/panel/tap", &order).0, 413);
    // A list of members is long.
    let users: Vec<Value> = (0..20_000)
        .map(|n| json!({"username": format!("Петров{n}"), "union_number": n.to_string(), "student_number": null}))
        .collect();
    let body = json!({"users": users}).to_string();
    assert!(body.len() > 1 << 20);
    let headers = [("content-type", "application/json"), ("authorization", kiosk.token.as_str())];
    assert_eq!(kiosk.request("POST", "/is_union_member", &headers, body.as_bytes()).0, 200);
}

/// Sends chunks of a form that never comes to a point, until the kiosk has enough; how much it took of memory.
fn endless(kiosk: &Kiosk, path: &str, beginning: &str) -> u64 {
    let before = kibibytes(kiosk.child.id(), "VmRSS");
    let mut stream = connect(kiosk);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{beginning}\r\n",
        beginning.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    stream.set_write_timeout(Some(Duration::from_secs(5))).expect("set");
    let chunk = [b"10000\r\n".as_slice(), &[b'a'; 0x10000], b"\r\n"].concat();
    for _ in 0..1_600 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    kibibytes(kiosk.child.id(), "VmHWM").saturating_sub(before)
}

#[test]
fn a_form_without_end_holds_no_memory() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({}));
    for path in [format!("/file/{pin}"), "/".to_owned()] {
        for beginning in ["", "--x\r\nContent-Disposition: form-data; name=\"", "--x"] {
            let grown = endless(&kiosk, &path, beginning);
            assert!(grown < 20 << 10, "{path} {beginning:?}: {grown} KiB");
        }
    }
    assert_eq!(kiosk.get("/healthz").0, 200);
}

#[test]
fn a_body_that_stalls_is_cut_off() {
    let config = "[http]\nbody_stall_timeout_s = 1\nhead_timeout_s = 2\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    let pin = kiosk.order(&json!({}));
    let part = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF";
    let half = |path: &str, content_type: &str, body: &str| {
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: 1000\r\n\r\n{body}")
    };
    for request in [
        half(&format!("/file/{pin}"), "multipart/form-data; boundary=x", part),
        half("/", "multipart/form-data; boundary=x", part),
        half("/file", "application/json", "{"),
        // Nor a head that does not end.
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ".to_owned(),
    ] {
        let mut stream = connect(&kiosk);
        let started = Instant::now();
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the end of the connection, not our patience");
        assert!(started.elapsed() < Duration::from_secs(8), "{:?} {request}", started.elapsed());
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{request}: {}", String::from_utf8_lossy(&answer));
    }
    until("nothing of it stays", SOON, || {
        let mut names = fs::read_dir(kiosk.folder.join("documents")).expect("documents");
        names.all(|name| !name.expect("a name").file_name().to_string_lossy().starts_with('.')).then_some(())
    });
}

#[test]
fn who_reads_nothing_is_cut_off() {
    let config = "[http]\nbody_stall_timeout_s = 1\n";
    let kiosk = Kiosk::start(&Start { config: Some(config), ..Start::default() });
    // Longer than what two sockets hold.
    let mut document = a4_pages(1);
    let tail = document.split_off(document.len() - 200);
    document.extend(std::iter::repeat_n(b"% padding that nobody reads\n", 700_000).flatten());
    document.extend(tail);
    let path = kiosk.folder.join("large.pdf");
    fs::write(&path, document).expect("written");
    let pin = kiosk.submit(&path, &json!({}));
    let (_, answer) = kiosk.json("GET", &format!("/file/{pin}"), &json!({}));
    let mut stream = connect(&kiosk);
    let name = answer["filename"].as_str().expect("a name");
    stream.write_all(format!("GET /static/{name} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).expect("sent");
    let ours = stream.local_addr().expect("an address").port();
    let held = || {
        let table = fs::read_to_string("/proc/net/tcp").expect("connections");
        let port: u16 = kiosk.url.rsplit(':').next().expect("a port").parse().expect("a number");
        let ends = [format!("0100007F:{port:04X}"), format!("0100007F:{ours:04X}")];
        table.lines().any(|line| line.contains(&format!("{} {} 01", ends[0], ends[1])))
    };
    assert!(held(), "not connected");
    until("the kiosk lets go", Duration::from_secs(20), || (!held()).then_some(()));
}

#[test]
fn slow_clients_do_not_stop_the_others() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({}));
    let mut slow = Vec::new();
    for index in 0..200 {
        let mut stream = connect(&kiosk);
        let request = match index % 2 {
            0 => "GET /healthz HTTP/1.1\r\nHost: x".to_owned(),
            _ => format!(
                "POST /file/{pin} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7"
            ),
        };
        stream.write_all(request.as_bytes()).expect("sent");
        slow.push(stream);
    }
    let started = Instant::now();
    for _ in 0..20 {
        assert_eq!(kiosk.get("/healthz").0, 200);
    }
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    let document = kiosk.folder.join("one.pdf");
    fs::write(&document, a4_pages(1)).expect("written");
    let pin = kiosk.submit(&document, &json!({}));
    assert_eq!(kiosk.release(&pin, SOON)["scene"], "done");
    drop(slow);
}

#[test]
fn heads_that_are_too_large_are_refused() {
    let kiosk = Kiosk::demo();
    for head in [
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(40_000)),
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: a\r\n".repeat(100)),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(40_000)),
    ] {
        let mut stream = connect(&kiosk);
        // It may stop listening before the end.
        let _ = stream.write_all(head.as_bytes());
        let status = answered(&mut stream);
        assert!(matches!(status, Some(400 | 414 | 431)), "{status:?} {}", &head[..40]);
    }
    assert_eq!(kiosk.get("/healthz").0, 200);
}

#[test]
fn no_path_leads_out_of_its_folder() {
    let kiosk = Kiosk::demo();
    fs::write(kiosk.folder.join("documents/2026-01-01-x.pdf"), "nobody's").expect("written");
    for prefix in ["/static/", "/print/static/", "/web/", "/panel/", "/j/", "/file/"] {
        for path in [
            "..%2flog",
            "..%2Fottisk.db",
            "../log",
            "..%5clog",
            "%2e%2e%2flog",
            "..%2f..%2f..%2f..%2fetc%2fpasswd",
            "%2fetc%2fpasswd",
            "/etc/passwd",
            "..",
            ".",
            "%00",
            "2026-01-01-x.pdf",
            "..%252flog",
            "%ff",
        ] {
            // By hand: clients tidy paths up.
            let mut stream = connect(&kiosk);
            let request = format!("GET {prefix}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).expect("sent");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).expect("an answer");
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.starts_with("HTTP/1.1 404"), "{prefix}{path}: {answer}");
            assert!(!answer.contains("nobody's") && !answer.contains("root:"), "{prefix}{path}");
        }
    }
}

/// `ottisk serve`, for which the demo's freedoms are not.
struct Appliance {
    child: Child,
    kiosk: Option<Kiosk>,
}

impl Appliance {
    fn start() -> (Self, PathBuf) {
        let folder = temporary("serve");
        let (config, address) = (folder.join("ottisk.toml"), format!("127.0.0.1:{}", free_port()));
        let text = format!(
            "[http]\nlisten = \"{address}\"\n[store]\nfolder = \"{0}/data\"\n[printer]\nuri = \"file://{0}/out\"\n",
            folder.display()
        );
        fs::write(&config, text).expect("written");
        let log = fs::File::create(folder.join("log")).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ottisk"));
        let child = command.args(["serve", "--config"]).arg(&config).stderr(log).spawn().expect("starts");
        let own = Command::new("true").spawn().expect("a child");
        let (pin, token) = (String::new(), String::new());
        let kiosk = Kiosk { child: own, url: format!("http://{address}"), folder: folder.clone(), pin, token };
        until("it answers", SOON, || kiosk.ask("GET", "/healthz", "", &[]).filter(|(status, _)| *status == 200));
        (Self { child, kiosk: Some(kiosk) }, folder)
    }

    fn kiosk(&self) -> &Kiosk {
        self.kiosk.as_ref().expect("there")
    }
}

impl Drop for Appliance {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn new_token(data: &Path, scope: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ottisk"));
    let output = command.args(["token", "new", "--scope", scope, "--data"]).arg(data).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

#[test]
fn an_appliance_is_touched_only_with_a_token_that_allows_it() {
    let (appliance, folder) = Appliance::start();
    let tap = |path: &str, token: Option<&str>| {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(token.map(|token| ("authorization", token)));
        appliance.kiosk().request("POST", path, &headers, br#"{"id":"enter-code","text":"x"}"#).0
    };
    let (touch, other) =
        (new_token(&folder.join("data"), "panel.touch"), new_token(&folder.join("data"), "print.file.send"));
    for path in ["/panel/tap", "/panel/scan"] {
        assert_eq!(tap(path, None), 401);
        assert_eq!(tap(path, Some("Bearer nobodys")), 401);
        assert_eq!(tap(path, Some(&other)), 403);
        assert_eq!(tap(path, Some(&format!("Bearer {touch}"))), 200);
    }
    assert_eq!(tap("/print/panel/tap", None), 401);
    for file in walk(&folder) {
        // What is written anew while it is looked at is gone under its old name.
        let Ok(bytes) = fs::read(&file) else { continue };
        for token in [&touch, &other] {
            assert!(!holds(&bytes, token), "{} holds a token", file.display());
        }
    }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn the_log_tells_nothing_of_people() {
    let kiosk = Kiosk::start(&Start { environment: &[("OTTISK_LOG", "trace")], ..Start::default() });
    let order =
        json!({"surname": "Иванов", "number": "1015000", "filename": "завещание.pdf", "options": {"pages": "1"}});
    let (_, answer) = kiosk.json("POST", "/file", &order);
    let pin = answer["pin"].as_str().expect("a pin").to_owned();
    let wrong = [("content-type", "application/json"), ("authorization", "Bearer nobodys-token")];
    kiosk.request("POST", "/is_union_member", &wrong, b"{}");
    let right = [("content-type", "application/json"), ("authorization", kiosk.token.as_str())];
    let users = json!({"users": [{"username": "Сидорова", "union_number": "77", "student_number": "88"}]});
    assert_eq!(kiosk.request("POST", "/is_union_member", &right, users.to_string().as_bytes()).0, 200);
    kiosk.get(&format!("/is_union_member?surname={}&number=77", "%D0%A1%D0%B8%D0%B4%D0%BE%D1%80%D0%BE%D0%B2%D0%B0"));
    kiosk.upload(&pin, b"not a document", "application/pdf");
    kiosk.upload(&pin, b"x", "text/plain");
    let (status, _) = kiosk.upload(&pin, &fs::read(sample()).expect("readable"), "application/pdf");
    assert_eq!(status, 200);
    let (_, found) = kiosk.json("GET", &format!("/file/{pin}"), &json!({}));
    let name = found["filename"].as_str().expect("a name").to_owned();
    kiosk.get(&format!("/static/{name}"));
    kiosk.get(&format!("/j/{pin}"));
    kiosk.json("PATCH", &format!("/file/{pin}"), &json!({"options": {"copies": 2}}));
    kiosk.json("PATCH", &format!("/file/{pin}"), &json!({"options": {"pages": "999"}}));
    kiosk.json("PATCH", "/file/ZZZZZZ", &json!({"options": {"copies": 2}}));
    kiosk.json("POST", "/panel/scan", &json!({"text": "http://x/j/YYYYYY"}));
    kiosk.wait_scene("code", SOON);
    kiosk.tap("back");
    assert_eq!(kiosk.release(&pin, SOON)["scene"], "done");
    assert_eq!(kiosk.json("DELETE", &format!("/file/{pin}"), &json!({})).0, 204);
    let log = kiosk.log();
    assert!(log.contains("completed job=") && log.contains("document refused"), "{log}");
    for (what, secret) in [
        ("PIN", pin.as_str()),
        ("other PIN", "ZZZZZZ"),
        ("scanned PIN", "YYYYYY"),
        ("title", "завещание"),
        ("surname", "Иванов"),
        ("member", "Сидорова"),
        ("number", "1015000"),
        ("token", &kiosk.token),
        ("wrong token", "nobodys-token"),
        ("capability", &name[11..40]),
        ("PDF's text", "not a document"),
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{what}: {line:?}");
    }
}

/// What an answer must never hold, of the machine and of the kiosk's inside.
fn assert_says_nothing(what: &str, kiosk: &Kiosk, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let folder = kiosk.folder.display().to_string();
    for inside in [
        folder.as_str(),
        "/src/",
        "SELECT",
        "INSERT",
        "sqlite",
        "SQLITE",
        "panicked",
        ".rs:",
        "os error",
        "pdfium",
        "Pdfium",
    ] {
        assert!(!text.contains(inside), "{what} holds {inside:?}: {text}");
    }
}

#[test]
fn refusals_tell_nothing_of_the_inside() {
    let kiosk = Kiosk::demo();
    let pin = kiosk.order(&json!({}));
    let json_type = [("content-type", "application/json")];
    let file = format!("/file/{pin}");
    for (method, path, body) in [
        ("POST", "/file", "{"),
        ("POST", "/file", "[]"),
        ("POST", "/file", ""),
        ("POST", "/file", "{\"filename\":\"';--.pdf\"}"),
        ("POST", file.as_str(), "x"),
        ("PATCH", &file, "{\"options\":{\"pages\":\"0\"}}"),
        ("PATCH", &file, "\u{0}"),
        ("GET", &file, ""),
        ("GET", "/file/'%20OR%201=1--", ""),
        ("GET", "/file/%00", ""),
        ("GET", "/static/%27", ""),
        ("DELETE", "/file/NOBODY", ""),
        ("GET", "/is_union_member?surname='&number='", ""),
        ("GET", "/nothing", ""),
        ("POST", "/is_union_member", "{}"),
        ("POST", "/panel/tap", "{}"),
        ("PUT", "/file", ""),
        ("POST", "/j/NOBODY", "x"),
        ("POST", "/", "x"),
        ("GET", "/static/..%2f..", ""),
    ] {
        let (status, bytes) = kiosk.request(method, path, &json_type, body.as_bytes());
        assert!((400..500).contains(&status) || path.contains("surname"), "{method} {path}: {status}");
        assert_says_nothing(&format!("{method} {path}"), &kiosk, &bytes);
    }
    let (status, answer) = kiosk.upload(&pin, b"%PDF-1.4 broken %%EOF", "application/pdf");
    assert_eq!(status, 415);
    assert_says_nothing("a broken document", &kiosk, answer.to_string().as_bytes());

    // And when the machine itself fails.
    let pin = kiosk.submit(&sample(), &json!({}));
    fs::rename(kiosk.folder.join("documents"), kiosk.folder.join("gone")).expect("renamed");
    let (status, answer) = kiosk.upload(&kiosk.order(&json!({})), &a4_pages(1), "application/pdf");
    assert_eq!(status, 500, "{answer}");
    assert_says_nothing("no folder", &kiosk, answer.to_string().as_bytes());
    let (_, found) = kiosk.json("GET", &format!("/file/{pin}"), &json!({}));
    let (status, bytes) = kiosk.get(&format!("/static/{}", found["filename"].as_str().expect("a name")));
    assert!(status >= 400, "{status}");
    assert_says_nothing("no file", &kiosk, &bytes);
    assert_eq!(kiosk.release(&pin, SOON)["scene"], "fault");
    assert_says_nothing("the panel", &kiosk, kiosk.scene().to_string().as_bytes());
}
