//! What the tests share: the real binary on a free port and a temporary folder, HTTP, the panel's finger, the peers.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// A running `ottisk demo`.
pub struct Kiosk {
    pub child: Child,
    pub url: String,
    pub folder: PathBuf,
    pub pin: String,
    pub token: String,
}

/// How a kiosk is started.
#[derive(Default)]
pub struct Start<'a> {
    /// `file://FOLDER/out` when empty.
    pub printer: Option<String>,
    /// A folder of an earlier life.
    pub folder: Option<PathBuf>,
    pub environment: &'a [(&'a str, &'a str)],
    /// A TOML file's text.
    pub config: Option<&'a str>,
    /// What stands before the binary: `strace …`.
    pub under: &'a [&'a str],
}

pub fn temporary(name: &str) -> PathBuf {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{count}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a port").port()
}

/// A document of the corpus, or `None` said aloud.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(name);
    if !path.exists() {
        println!("SKIPPED: the corpus is not there ({name})");
        return None;
    }
    Some(path)
}

/// The sample that is in the project.
pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/sample.pdf")
}

/// Whether a program is there; a missing one is said aloud, and fails with `OTTISK_PEERS=all`.
pub fn have(program: &str, package: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        let missing = format!("SKIPPED: no {program}; apt-get install {package}");
        assert!(std::env::var("OTTISK_PEERS").as_deref() != Ok("all"), "{missing}");
        println!("{missing}");
    }
    found
}

/// Waits until `look` gives something.
pub fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Kiosk {
    pub fn demo() -> Self {
        Self::start(&Start::default())
    }

    pub fn start(start: &Start<'_>) -> Self {
        let folder = start.folder.clone().unwrap_or_else(|| temporary("kiosk"));
        let address = format!("127.0.0.1:{}", free_port());
        let program = env!("CARGO_BIN_EXE_ottisk");
        let mut words = start.under.to_vec();
        words.push(program);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).args(["demo", "--listen", &address, "--data"]).arg(&folder);
        if let Some(printer) = &start.printer {
            command.args(["--printer", printer]);
        }
        if let Some(config) = start.config {
            let path = folder.join("test.toml");
            fs::write(&path, config).expect("written");
            command.arg("--config").arg(path);
        }
        let log = fs::File::options().create(true).append(true).open(folder.join("log")).expect("a log");
        command.envs(start.environment.iter().copied()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the binary starts");
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        while !said.contains("admin token") {
            let read = lines.read_line(&mut said).expect("read");
            assert!(read > 0, "no kiosk: {said}{}", fs::read_to_string(folder.join("log")).unwrap_or_default());
        }
        let after =
            |words: &str| said.lines().find_map(|line| line.strip_prefix(words)).unwrap_or_default().trim().to_owned();
        let (pin, token) = (after("sample PIN"), after("admin token"));
        Self { child, url: format!("http://{address}"), folder, pin, token }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Status and body. `headers` are `name: value`.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Vec<u8>) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .build()
            .into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).expect("a request");
        let mut answer = agent.run(request).expect("an answer");
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        answer.body_mut().as_reader().read_to_end(&mut bytes).expect("a body");
        (status, bytes)
    }

    pub fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.request("GET", path, &[], &[])
    }

    pub fn json(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let (status, bytes) =
            self.request(method, path, &[("content-type", "application/json")], body.to_string().as_bytes());
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Orders for the sample member; the PIN.
    pub fn order(&self, options: &Value) -> String {
        let order = json!({"surname": "Иванов", "number": "1015000", "filename": "тест.pdf", "options": options});
        let (status, answer) = self.json("POST", "/file", &order);
        assert_eq!(status, 200, "{answer}");
        answer["pin"].as_str().expect("a pin").to_owned()
    }

    pub fn upload(&self, pin: &str, document: &[u8], media_type: &str) -> (u16, Value) {
        let boundary = "a-boundary-nobody-writes";
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\nContent-Type: {media_type}\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(document);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let (status, bytes) = self.request("POST", &format!("/file/{pin}"), &[("content-type", &content_type)], &body);
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// An order with its document.
    pub fn submit(&self, document: &Path, options: &Value) -> String {
        let pin = self.order(options);
        let (status, answer) = self.upload(&pin, &fs::read(document).expect("readable"), "application/pdf");
        assert_eq!(status, 200, "{answer}");
        pin
    }

    pub fn scene(&self) -> Value {
        serde_json::from_slice(&self.get("/panel/scene").1).expect("a scene")
    }

    pub fn tap(&self, id: &str) -> Value {
        let (status, scene) = self.json("POST", "/panel/tap", &json!({"id": id}));
        assert_eq!(status, 200, "{scene}");
        scene
    }

    pub fn wait_scene(&self, name: &str, limit: Duration) -> Value {
        until(&format!("scene {name}"), limit, || Some(self.scene()).filter(|scene| scene["scene"] == name))
    }

    /// The PIN typed on the panel, up to the review.
    pub fn review(&self, pin: &str) -> Value {
        self.tap("enter-code");
        for key in pin.chars() {
            self.tap(&format!("key-{key}"));
        }
        self.wait_scene("review", Duration::from_secs(5))
    }

    /// The PIN typed and released; the scene it ends in, `done` or `fault`.
    pub fn release(&self, pin: &str, limit: Duration) -> Value {
        self.review(pin);
        self.tap("print");
        until("an end", limit, || {
            Some(self.scene()).filter(|scene| scene["scene"] == "done" || scene["scene"] == "fault")
        })
    }

    /// The PIN typed on the panel, up to the review or to the question how far it came.
    pub fn enter(&self, pin: &str) -> Value {
        self.tap("enter-code");
        for key in pin.chars() {
            self.tap(&format!("key-{key}"));
        }
        until("a review or a question", Duration::from_secs(5), || {
            Some(self.scene()).filter(|scene| scene["scene"] == "review" || scene["scene"] == "fault")
        })
    }

    /// What a person does who wants what is missing, when `out` whole sheets lie in the tray.
    pub fn answer(&self, out: u32) {
        let value = |scene: &Value, id: &str| {
            let elements = scene["elements"].as_array().expect("elements").iter();
            elements.into_iter().find(|element| element["id"] == id).map(|element| element["value"].clone())
        };
        let scene = self.scene();
        let chosen = |scene: &Value| value(scene, "sheets-out").and_then(|out| out.as_str()?.parse::<u32>().ok());
        match (chosen(&scene), value(&scene, "came-out-yes").is_some()) {
            (None, _) => drop(self.tap("print")),
            (Some(least), true) => drop(self.tap(if out > least { "came-out-yes" } else { "came-out-no" })),
            (Some(_), false) if value(&scene, "sheets-plus").is_some() => {
                while let Some(chosen) = chosen(&self.scene()).filter(|chosen| *chosen != out) {
                    self.tap(if chosen < out { "sheets-plus" } else { "sheets-minus" });
                }
                self.tap("missing");
            }
            (Some(known), false) => {
                assert_eq!(known, out, "the kiosk is sure and wrong: {scene}");
                self.tap("missing");
            }
        }
    }

    /// The PIN typed and what is missing released; the scene it ends in, `done` or `fault`.
    pub fn release_rest(&self, pin: &str, out: u32, limit: Duration) -> Value {
        self.enter(pin);
        self.answer(out);
        until("an end", limit, || {
            Some(self.scene()).filter(|scene| scene["scene"] == "done" || scene["scene"] == "fault")
        })
    }

    /// What the file printer wrote of its job.
    pub fn printed(&self, job: u32) -> Value {
        let record = self.folder.join(format!("out/job-{job:04}.json"));
        serde_json::from_slice(&fs::read(record).expect("a record")).expect("JSON")
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            println!("the kiosk's folder stays: {}", self.folder.display());
        }
    }
}

/// The living children of a process, by number and command line (words parted by spaces).
pub fn children(parent: u32) -> Vec<(u32, String)> {
    let found = fs::read_dir("/proc").expect("/proc").filter_map(|entry| {
        let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // After the name, which may hold anything, in brackets: state and parent.
        let (state, rest) = stat.rsplit_once(") ")?.1.split_once(' ')?;
        let is_ours = rest.split(' ').next()? == parent.to_string() && !"ZX".contains(state);
        let words = fs::read(format!("/proc/{pid}/cmdline")).ok().filter(|_| is_ours)?;
        Some((pid, String::from_utf8_lossy(&words).replace('\0', " ")))
    });
    found.collect()
}

/// The children of a kiosk that do `task`.
pub fn workers(kiosk: u32, task: &str) -> Vec<u32> {
    let name = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let children = children(kiosk).into_iter().map(|(pid, _)| pid);
    children.filter(|pid| name(pid).trim_end() == format!("ottisk-{task}")).collect()
}

/// Sends a signal; whether the process was there.
pub fn signal(pid: u32, name: &str) -> bool {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

impl Kiosk {
    /// As [`Kiosk::request`], from a kiosk that may be gone.
    pub fn ask(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Option<(u16, Value)> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent: ureq::Agent = config.allow_non_standard_methods(true).build().into();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let mut answer =
            agent.run(request.header("content-type", content_type).body(body.to_vec()).expect("a request")).ok()?;
        let mut bytes = Vec::new();
        answer.body_mut().as_reader().read_to_end(&mut bytes).ok()?;
        Some((answer.status().as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }
}

impl Kiosk {
    /// Status, headers and body of a form with a file, as a browser sends it.
    pub fn form(&self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> (u16, Option<String>, String) {
        let boundary = "a-boundary-nobody-writes";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        let (title, content) = file;
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{title}\"\r\nContent-Type: application/pdf\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend_from_slice(content);
        body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let request = agent
            .post(format!("{}{path}", self.url))
            .content_type(format!("multipart/form-data; boundary={boundary}"))
            .send(body.as_slice());
        let mut answer = request.expect("an answer");
        let location = answer.headers().get("location").and_then(|at| at.to_str().ok()).map(str::to_owned);
        let mut text = String::new();
        answer.body_mut().as_reader().read_to_string(&mut text).expect("text");
        (answer.status().as_u16(), location, text)
    }

    /// Everything that is kept: each row of each table, and the names of the documents.
    pub fn kept(&self) -> Vec<String> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = rusqlite::Connection::open_with_flags(self.folder.join("ottisk.db"), flags).expect("a database");
        let column = |sql: &str| -> Vec<String> {
            let mut found = db.prepare(sql).expect("SQL");
            let rows = found.query_map([], |row| row.get(0)).expect("rows");
            rows.map(|row| row.expect("text")).collect()
        };
        let mut kept = self.documents();
        for table in column(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT IN ('guesses', 'keys', 'lived', 'marks', 'preflight')",
        ) {
            let names = column(&format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')"));
            let row = names.join(" || ' ' || ");
            kept.extend(column(&format!("SELECT '{table} ' || {row} FROM {table} ORDER BY 1")));
        }
        kept
    }

    /// Names in the documents' folder, whole or on their way in.
    pub fn documents(&self) -> Vec<String> {
        names(&self.folder.join("documents"))
    }
}

/// The element of this id in a scene.
pub fn element<'a>(scene: &'a Value, id: &str) -> &'a Value {
    let elements = scene["elements"].as_array().expect("elements");
    elements.iter().find(|element| element["id"] == id).unwrap_or_else(|| panic!("no {id} in {scene}"))
}

/// Names in a folder, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<_> = entries.map(|e| e.expect("entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// How a command of the binary ended.
#[derive(Debug)]
pub struct Ran {
    /// `None`: by a signal.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

/// Runs `ottisk` with these arguments; whoever takes longer than `limit` is ended and fails.
pub fn ottisk(arguments: &[&str], limit: Duration) -> Ran {
    let folder = temporary("command");
    let (out, log) = (folder.join("stdout"), folder.join("stderr"));
    let create = |path: &Path| fs::File::create(path).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_ottisk"))
        .args(arguments)
        // libpdfium is unpacked once for all tests, and not into the home of whoever runs them.
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null())
        .stdout(create(&out))
        .stderr(create(&log))
        .spawn()
        .expect("the binary starts");
    let started = Instant::now();
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None if started.elapsed() > limit => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{arguments:?}: not within {limit:?}: {}", fs::read_to_string(&log).unwrap_or_default());
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let stderr = String::from_utf8_lossy(&fs::read(&log).expect("read")).into_owned();
    assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    let ran = Ran { code: status.code(), stdout: fs::read(&out).expect("read"), stderr };
    let _ = fs::remove_dir_all(&folder);
    ran
}

/// A PDF of our own making: a page of each size in points, with its number, marks that tell which side is up, and
/// `strokes` thin lines to keep a renderer busy.
pub fn document(sizes: &[(u32, u32)], strokes: u32) -> Vec<u8> {
    let kids: String = (0..sizes.len()).map(|page| format!("{} 0 R ", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Count {}/Kids[{kids}]>>", sizes.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    for (page, (width, height)) in sizes.iter().enumerate() {
        let number = page + 1;
        let mut marks = format!(
            "1 0 0 rg 20 20 60 30 re f 0 0.6 0 rg 100 20 30 60 re f 0 0 1 rg 20 100 20 20 re f 0 g \
             BT /F 48 Tf 60 {} Td (Page {number}) Tj ET 10 10 {} {} re S 20 20 m {width} {height} l S 0.1 w ",
            height - 80,
            width - 20,
            height - 20
        );
        let mut state = number as u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for _ in 0..strokes {
            let [x1, x2] = [0; 2].map(|_| random(*width));
            let [y1, y2] = [0; 2].map(|_| random(*height));
            marks.push_str(&format!("{x1} {y1} m {x2} {y2} l S "));
        }
        let contents = 5 + 2 * page;
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Resources<</Font<</F 3 0 R>>>>/Contents {contents} 0 R>>"
        ));
        objects.push(format!("<</Length {}>>stream\n{marks}\nendstream", marks.len()));
    }
    let (mut pdf, mut table) = ("%PDF-1.4\n".to_owned(), String::new());
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let (size, start) = (objects.len() + 1, pdf.len());
    pdf.push_str(&format!(
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    ));
    pdf.into_bytes()
}

/// `count` plain A4 pages.
pub fn a4_pages(count: usize) -> Vec<u8> {
    document(&vec![(595, 842); count], 0)
}

/// A PNG's width, height and pixels.
pub fn picture(path: &Path) -> (u32, u32, Vec<u8>) {
    let file = BufReader::new(fs::File::open(path).expect("a picture"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
    let info = reader.next_frame(&mut pixels).expect("whole");
    pixels.truncate(info.buffer_size());
    (info.width, info.height, pixels)
}

impl Kiosk {
    /// Goes on as `ottisk serve`, which brings no sample and no member of its own.
    pub fn serve(&mut self, more: &[&str], environment: &[(&str, &str)]) {
        self.kill();
        let (address, data) = (format!("127.0.0.1:{}", free_port()), self.folder.display().to_string());
        let log = fs::File::options().create(true).append(true).open(self.folder.join("log")).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ottisk"));
        command.args(["serve", "--listen", &address, "--data", &data, "--printer", &format!("file://{data}/out")]);
        self.child = command.args(more).envs(environment.iter().copied()).stderr(log).spawn().expect("starts");
        self.url = format!("http://{address}");
        let answers = || self.ask("GET", "/healthz", "", &[]).filter(|(status, _)| *status == 200);
        until("it answers", Duration::from_secs(10), answers);
    }
}
