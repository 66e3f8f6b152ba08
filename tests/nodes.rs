//! Preview nodes, a kiosk and Debian's RabbitMQ: nothing is lost and nothing answered twice when a node dies in the middle,
//! and the kiosk does without any of them. What nodes make for paper is in [`paper`].

mod paper;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties,
    options::{BasicGetOptions, BasicPublishOptions, QueueDeclareOptions},
    types::FieldTable,
};
use serde_json::{Value, json};

use crate::{
    preview::{ask, complete, conversions, description, look, pdf, submit, token},
    support::{self, Kiosk, Start, have, temporary, until},
};

const LIMIT: Duration = Duration::from_secs(40);

/// The queue of this version's requests.
const QUEUE: &str = "ottisk.preview.1";

/// A running broker.
struct Broker {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Broker {
    /// `None`, said aloud, where there is none to be had.
    fn start() -> Option<Self> {
        Self::start_in(temporary("rabbitmq"))
    }

    /// With a certificate in `folder`, by TLS too.
    fn start_in(folder: PathBuf) -> Option<Self> {
        have("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server").then_some(())?;
        let port = free_ports();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/rabbitmq.sh");
        let log = fs::File::create(folder.join("script.log")).expect("a log");
        let mut command = Command::new(script);
        command.arg(port.to_string()).arg(&folder).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the broker starts");
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        lines.read_line(&mut line).expect("read");
        let said = || fs::read_to_string(folder.join("script.log")).unwrap_or_default();
        assert_eq!(line.trim(), "READY", "{}", said());
        Some(Self { child, port, folder })
    }

    fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}", self.port)
    }

    fn tls_url(&self) -> String {
        format!("amqps://guest:guest@127.0.0.1:{}", self.port + 3)
    }

    /// Does something over a connection of its own.
    fn with<T>(&self, work: impl AsyncFnOnce(&Channel) -> T) -> T {
        smol::block_on(async {
            let connection = Connection::connect(&self.url(), ConnectionProperties::default()).await.expect("a broker");
            let channel = connection.create_channel().await.expect("a channel");
            let done = work(&channel).await;
            let _ = connection.close(200, "done".into()).await;
            done
        })
    }

    /// Messages and listeners of a queue; none when there is no such queue.
    fn queue(&self, name: &str) -> (u32, u32) {
        self.with(async |channel| {
            let passive = QueueDeclareOptions { passive: true, durable: true, ..QueueDeclareOptions::default() };
            match channel.queue_declare(name.into(), passive, FieldTable::default()).await {
                Ok(queue) => (queue.message_count(), queue.consumer_count()),
                Err(_) => (0, 0),
            }
        })
    }

    fn publish(&self, body: &[u8]) {
        self.with(async |channel| {
            let options = BasicPublishOptions::default();
            let properties = BasicProperties::default().with_delivery_mode(2);
            let sent = channel.basic_publish("".into(), QUEUE.into(), options, body, properties).await;
            sent.expect("published").await.expect("confirmed");
        });
    }

    /// The next message, taken as a node takes it and done.
    fn take(&self) -> Option<Value> {
        self.with(async |channel| {
            let got = channel.basic_get(QUEUE.into(), BasicGetOptions { no_ack: true }).await.expect("asked")?;
            serde_json::from_slice(&got.delivery.data).ok()
        })
    }

    fn stop(&mut self) {
        support::signal(self.child.id(), "TERM");
        let _ = self.child.wait();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            println!("the broker's folder stays: {}", self.folder.display());
        }
    }
}

/// The first of four in a row.
fn free_ports() -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let port = support::free_port();
        if port < u16::MAX - 4 && (port..port + 4).all(free) {
            return port;
        }
    }
}

/// A running `ottisk preview-node`.
struct Node {
    child: Child,
    log: PathBuf,
}

impl Node {
    fn start(broker: &Broker, config: &str) -> Self {
        Self::start_at(&broker.url(), config)
    }

    fn start_at(broker: &str, config: &str) -> Self {
        let folder = temporary("node");
        let (log, settings) = (folder.join("log"), folder.join("test.toml"));
        fs::write(&settings, config).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ottisk"));
        command.args(["preview-node", "--broker", broker, "--config"]).arg(settings);
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).env("TMPDIR", &folder);
        let said = fs::File::create(&log).expect("a log");
        let child = command.stdout(Stdio::null()).stderr(said).spawn().expect("the binary starts");
        let node = Self { child, log };
        until("a node that listens", LIMIT, || node.log().contains("takes conversions").then_some(()));
        node
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn done(&self) -> usize {
        self.log().lines().filter(|line| line.contains(" stored ")).count()
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            println!("a node said: {}", self.log());
        }
    }
}

fn kiosk(broker: &Broker, more: &str) -> Kiosk {
    let config = format!("[preview]\nbroker = \"{}\"\nneighbours = 0\n{more}", broker.url());
    Kiosk::start(&Start { config: Some(&config), ..Start::default() })
}

#[test]
fn a_node_that_dies_takes_nothing_along() {
    let Some(broker) = Broker::start() else { return };
    let kiosk = kiosk(&broker, "node_timeout_s = 120\n");
    let nodes = [Node::start(&broker, ""), Node::start(&broker, "")];
    let slow = support::document(&[(595, 842)], 15_000);
    let quick: Vec<_> = (0..4).map(|seed| pdf(2, 40 + seed)).collect();
    let documents: Vec<_> = [slow].into_iter().chain(quick).collect();
    let pins: Vec<_> = documents.iter().map(|document| submit(&kiosk, document)).collect();
    let mut grants = vec![ask(&kiosk, &pins[0], Some("1"))];
    // Whoever has the slow one dies of it.
    let mut nodes = nodes;
    let busy =
        until("a node at work", LIMIT, || nodes.iter().position(|node| !support::children(node.child.id()).is_empty()));
    nodes[busy].kill();
    grants.extend(pins[1..].iter().map(|pin| ask(&kiosk, pin, Some("1-2"))));
    let told: Vec<Value> = grants.iter().map(|grant| complete(&kiosk, grant)).collect();
    assert_eq!(conversions(&kiosk), 0, "the nodes did it all: {}", kiosk.log());
    let other = &nodes[1 - busy];
    until("the last word", LIMIT, || (other.done() == documents.len()).then_some(()));
    until("an empty queue", LIMIT, || (broker.queue(QUEUE) == (0, 1)).then_some(()));
    assert_eq!(broker.queue(&format!("{QUEUE}.dead")).0, 0);
    // To the byte what the kiosk itself would have made.
    let alone = Kiosk::demo();
    for ((document, grant), told) in documents.iter().zip(&grants).zip(&told) {
        let own = ask(&alone, &submit(&alone, document), told["page_count"].as_u64().filter(|n| *n > 1).map(|_| "1-2"));
        complete(&alone, &own);
        for page in told["pages"].as_array().expect("pages") {
            let file = page["file"].as_str().expect("a name");
            let (theirs, ours) = (look(&kiosk, grant, file), look(&alone, &own, file));
            assert!(theirs.0 == 200 && theirs == ours, "{file}");
        }
    }
}

#[test]
fn a_broker_behind_tls_is_used_when_it_is_itself() {
    let (folder, strange) = (temporary("rabbitmq"), temporary("authority"));
    let make = |folder: &PathBuf| {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        fs::write(folder.join("certificate.pem"), made.cert.pem()).expect("written");
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
        format!("broker_ca_file = \"{}\"\n", folder.join("certificate.pem").display())
    };
    let (ours, others) = (make(&folder), make(&strange));
    let Some(broker) = Broker::start_in(folder) else { return };
    let _node = Node::start_at(&broker.tls_url(), &format!("[preview]\n{ours}"));
    for (authority, here) in [(&ours, 0), (&others, 1), (&String::new(), 1)] {
        let url = broker.tls_url();
        let config = format!("[preview]\nbroker = \"{url}\"\nneighbours = 0\nnode_timeout_s = 60\n{authority}");
        let kiosk = Kiosk::start(&Start { config: Some(&config), ..Start::default() });
        complete(&kiosk, &ask(&kiosk, &submit(&kiosk, &pdf(1, 70)), None));
        assert_eq!(conversions(&kiosk), here, "{authority}: {}", kiosk.log());
        assert!(!kiosk.log().contains("guest"), "a password in a log");
    }
}

#[test]
fn without_nodes_or_a_broker_the_kiosk_does_it() {
    let Some(mut broker) = Broker::start() else { return };
    let kiosk = kiosk(&broker, "node_timeout_s = 2\nbroker_timeout_s = 2\n");
    let see = |seed| complete(&kiosk, &ask(&kiosk, &submit(&kiosk, &pdf(1, seed)), None));
    see(50);
    assert_eq!((conversions(&kiosk), broker.queue(QUEUE)), (1, (0, 0)), "nobody listens, nothing waits");
    // One that hangs: the kiosk has it after two seconds, and what comes too late changes nothing.
    let mut node = Node::start(&broker, "");
    support::signal(node.child.id(), "STOP");
    see(51);
    assert_eq!(conversions(&kiosk), 2);
    support::signal(node.child.id(), "CONT");
    until("the late one", LIMIT, || (node.done() == 1).then_some(()));
    see(52);
    until("the next", LIMIT, || (node.done() == 2).then_some(()));
    assert_eq!(conversions(&kiosk), 2);
    broker.stop();
    see(53);
    assert_eq!(conversions(&kiosk), 3);
    node.kill();
    // And a start without them.
    let alone = Kiosk::start(&Start {
        config: Some("[preview]\nbroker = \"amqp://127.0.0.1:1\"\nbroker_timeout_s = 1\n"),
        ..Start::default()
    });
    complete(&alone, &ask(&alone, &submit(&alone, &pdf(1, 54)), None));
}

#[test]
fn nobody_waits_for_ever_after_a_node_that_hangs() {
    let Some(broker) = Broker::start() else { return };
    let kiosk = kiosk(&broker, "node_timeout_s = 1\nanswer_s = 1\n");
    let node = Node::start(&broker, "");
    support::signal(node.child.id(), "STOP");
    let grant = ask(&kiosk, &submit(&kiosk, &support::document(&[(595, 842)], 400_000)), Some("1"));
    let told =
        until("an end", LIMIT, || Some(description(&kiosk, &grant)).filter(|told| told["state"] != "in-progress"));
    assert_eq!(told["error"]["code"], "timed-out", "{told}");
    support::signal(node.child.id(), "CONT");
}

#[test]
fn what_fails_three_times_is_put_aside() {
    let Some(broker) = Broker::start() else { return };
    let node = Node::start(&broker, "[preview]\nnode_pause_ms = 50\n");
    let nowhere = json!({
        "kiosk": format!("http://127.0.0.1:{}", support::free_port()),
        "document": 1,
        "version": "0".repeat(64),
        "kind": "pdf",
        "ask": {"pages": {"pages": "1", "width": 100}},
        "token": "nobody's",
    });
    broker.publish(nowhere.to_string().as_bytes());
    let dead = format!("{QUEUE}.dead");
    until("put aside", LIMIT, || (broker.queue(&dead).0 == 1).then_some(()));
    assert_eq!(node.log().matches("not done").count(), 3, "{}", node.log());
    // What is no request at all is not tried, and takes nobody's life.
    broker.publish(b"{\"kiosk\": \"file:///etc/passwd\"}");
    until("put aside", LIMIT, || (broker.queue(&dead).0 == 2).then_some(()));
    assert_eq!(broker.queue(QUEUE), (0, 1));
    assert!(!node.log().contains("nobody's"), "a token in a log");
}

#[test]
fn a_write_token_is_for_one_version_and_the_first_result_stays() {
    let Some(broker) = Broker::start() else { return };
    let kiosk = kiosk(&broker, "node_timeout_s = 60\n");
    // A listener that takes nothing, so that the kiosk believes in nodes: we are the node.
    let url = broker.url();
    let waiting = smol::block_on(Connection::connect(&url, ConnectionProperties::default())).expect("a broker");
    let document = pdf(3, 60);
    // The first request declares the queue, and is done by the kiosk.
    complete(&kiosk, &ask(&kiosk, &submit(&kiosk, &pdf(1, 61)), None));
    let (_channel, mut listener) = smol::block_on(async {
        let channel = waiting.create_channel().await.expect("a channel");
        channel.basic_qos(1, Default::default()).await.expect("one at a time");
        let consumer = channel.basic_consume(QUEUE.into(), "".into(), Default::default(), FieldTable::default()).await;
        (channel, consumer.expect("listens"))
    });
    // It holds this one for ever, and the next is ours.
    ask(&kiosk, &submit(&kiosk, &pdf(1, 62)), None);
    assert!(smol::block_on(smol::stream::StreamExt::next(&mut listener)).is_some_and(|held| held.is_ok()));
    let pin = submit(&kiosk, &document);
    let grant = ask(&kiosk, &pin, Some("1,3"));
    let request = until("a request", LIMIT, || broker.take());
    let url = grant["description_url"].as_str().expect("a path");
    assert_eq!((&request["version"], &request["kiosk"]), (&grant["version"], &json!(kiosk.url)));
    assert_eq!(request["ask"]["pages"]["pages"], "1,3");
    let text = request.to_string();
    assert!(!text.contains(&pin) && !text.contains("тест") && !text.contains("Иванов"), "{text}");
    let write = format!("Bearer {}", request["token"].as_str().expect("a token"));
    let with = |method: &str, path: &str, body: &[u8]| kiosk.request(method, path, &[("authorization", &write)], body);
    // Nothing but what it is for.
    assert_eq!(with("GET", url, b"").0, 403, "it does not read");
    let others = ask(&kiosk, &submit(&kiosk, &pdf(1, 63)), None);
    let elsewhere = others["description_url"].as_str().expect("a path");
    assert_eq!(with("PUT", &format!("{elsewhere}/1.png"), b"x").0, 403);
    assert_eq!(with("GET", &format!("{elsewhere}/source"), b"").0, 403);
    assert!(with("GET", &format!("{url}/source"), b"") == (200, document));
    for name in ["0.png", "1.svg", "print-1.png", "x"] {
        assert_eq!(with("PUT", &format!("{url}/{name}"), b"x").0, 400, "{name}");
    }
    assert_eq!(with("PUT", &format!("{url}/print.pdf"), b"x").0, 404, "what is printed was not asked");
    assert_eq!(with("PUT", &format!("{url}/..%2f1.png"), b"x").0, 404);
    assert_eq!(with("PUT", &format!("{url}/1.png?try=../up"), b"x").0, 400);
    let page = |number: u32| json!({"number": number, "state": "complete", "file": format!("{number}.png"), "media_type": "text/html", "width": 10, "height": 10});
    let mut told = json!({
        "document": "", "version": grant["version"], "state": "complete", "format": "png", "media_type": "image/png", "bytes": 0,
        "page_count": 3, "pages": [page(1), page(3)], "error": null, "created_at": "", "updated_at": "",
    });
    let conclude = |told: &Value, by: &str| with("PUT", &format!("{url}?try={by}"), told.to_string().as_bytes()).0;
    assert_eq!(conclude(&told, "a"), 400, "no file was brought");
    let bring = |number: u32, by: &str, body: &[u8]| with("PUT", &format!("{url}/{number}.png?try={by}"), body).0;
    assert_eq!([bring(1, "a", b"first one"), bring(3, "a", b"first three"), bring(1, "b", b"second one")], [204; 3]);
    assert_eq!(description(&kiosk, &grant)["state"], "in-progress", "nothing counts before it is told");
    assert_eq!([conclude(&told, "a"), conclude(&told, "a")], [204, 204]);
    let now = complete(&kiosk, &grant);
    assert_eq!((&now["page_count"], &now["pages"][0]["media_type"]), (&json!(3), &json!("image/png")));
    // Another's answer to the same comes too late.
    assert_eq!((bring(3, "b", b"second three"), conclude(&told, "b")), (204, 204));
    assert_eq!([look(&kiosk, &grant, "1.png").1, look(&kiosk, &grant, "3.png").1], [&b"first one"[..], b"first three"]);
    assert_eq!(description(&kiosk, &grant), now);
    told["version"] = json!("0".repeat(64));
    assert_eq!((conclude(&told, "a"), conclude(&json!({}), "a")), (400, 400));
    // A document that is gone needs nothing.
    assert_eq!(kiosk.request("DELETE", &format!("/file/{pin}"), &[], &[]).0, 204);
    assert_eq!(
        [bring(1, "a", b"x"), conclude(&json!({}), "a"), with("GET", &format!("{url}/source"), b"").0],
        [404, 400, 404]
    );
    assert!(kiosk.request("GET", url, &[("authorization", &token(&grant))], &[]).1 == b"null");
}
