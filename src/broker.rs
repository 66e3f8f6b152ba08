//! The message broker between kiosks and preview nodes: RabbitMQ, spoken to in AMQP 0-9-1 by `lapin` on smol. What a
//! request says is in [`request`], how its bytes get there in [`wire`]; who asks and who answers is not known here.
//!
//! One durable queue for each version of the engines, so that nobody takes what they would answer otherwise, and beside
//! it one for what was tried too often. Messages are persistent and confirmed by the broker; whoever takes one has it
//! until they acknowledge it, and has one at a time.

pub mod request;
mod wire;

use std::{path::Path, time::Duration};

use futures_rustls::pki_types::ServerName;
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties, Consumer,
    message::Delivery,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, BasicRejectOptions,
        ConfirmSelectOptions, QueueDeclareOptions,
    },
    types::{AMQPValue, FieldTable, LongString},
    uri::{AMQPScheme, AMQPUri},
};
use smol::{Timer, future::or, lock::Mutex, stream::StreamExt as _};

use self::{
    request::{Request, Urgency},
    wire::Wire,
};
use crate::{
    settings::preview::Preview,
    tls::{self, TlsError},
};

/// Requests that wait; what comes beyond is refused to whoever brings it (`x-overflow`). The same for all who declare the
/// queue, or the broker refuses the second of them: hence no setting.
const WAITING: i32 = 10_000;

/// Requests put aside that are kept, the latest.
const PUT_ASIDE: i32 = 1_000;

/// The highest priority of the queue (`x-max-priority`); RabbitMQ advises few.
const PRIORITIES: i32 = 4;

/// The header with the tries so far.
const TRIES: &str = "x-ottisk-tries";

/// Seconds between signs of life: a node whose board lost its power is known to be gone after two of them.
const HEARTBEAT_S: u16 = 10;

/// Persistent (AMQP 0-9-1 `delivery-mode`).
const PERSISTENT: u8 = 2;

/// Why the broker is of no use now.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The address is none.
    #[error("not an address of a broker: it must be amqp://user:password@host:port/vhost, or amqps:// for TLS")]
    Address,
    /// There is nothing to trust it by.
    #[error("the broker's authority: {0}")]
    Tls(#[from] TlsError),
    /// It does not answer, or says no.
    #[error("the broker: {0}")]
    Amqp(#[from] lapin::Error),
    /// It does not answer in time.
    #[error("the broker does not answer")]
    TimedOut,
    /// It has no room for another request.
    #[error("the broker takes no more requests")]
    Full,
    /// No node listens.
    #[error("no node is there")]
    Nobody,
}

/// A broker, connected to when it is needed, and anew when it was gone.
pub struct Broker {
    uri: AMQPUri,
    wire: Wire,
    queue: String,
    timeout: Duration,
    line: Mutex<Option<Line>>,
}

/// A connection and what goes over it.
struct Line {
    connection: Connection,
    channel: Channel,
}

/// A request in somebody's hands, until it is answered for.
pub struct Held {
    /// What is asked.
    pub request: Request,
    /// How often it was tried before, this time not counted.
    pub tries: u32,
    delivery: Delivery,
    urgency: Urgency,
}

/// The stream of requests for one node.
pub struct Requests {
    line: Line,
    consumer: Consumer,
}

impl Broker {
    /// The broker that the settings name, if they do.
    pub fn of(settings: &Preview, engine: u32) -> Result<Option<Self>, BrokerError> {
        let timeout = Duration::from_secs(settings.broker_timeout_s);
        let at = |address: &String| Self::at(address, settings.broker_ca_file.as_deref(), engine, timeout);
        settings.broker.as_ref().map(at).transpose()
    }

    /// The broker at `address`, for requests to engines of this version; by TLS its certificate is Mozilla's authorities' or
    /// one's of `ca_file`. Nobody is asked yet.
    fn at(address: &str, ca_file: Option<&Path>, engine: u32, timeout: Duration) -> Result<Self, BrokerError> {
        // `amqp://host/` names a virtual host without a name, which nobody means.
        let plain = address.strip_suffix('/').filter(|rest| rest.matches('/').count() == 2).unwrap_or(address);
        let mut uri: AMQPUri = plain.parse().map_err(|_| BrokerError::Address)?;
        if !plain.contains("://") {
            return Err(BrokerError::Address);
        }
        let wire = match uri.scheme {
            AMQPScheme::AMQP => Wire::plain(),
            AMQPScheme::AMQPS => {
                let name = uri.authority.host.trim_matches(['[', ']']).to_owned();
                let name = ServerName::try_from(name).map_err(|_| BrokerError::Address)?;
                Wire::tls(tls::connector(ca_file)?, name)
            }
        };
        // The wire does it.
        uri.scheme = AMQPScheme::AMQP;
        uri.query.heartbeat = uri.query.heartbeat.or(Some(HEARTBEAT_S));
        Ok(Self { uri, wire, queue: format!("ottisk.preview.{engine}"), timeout, line: Mutex::new(None) })
    }

    /// The queue's name.
    pub fn queue(&self) -> &str {
        &self.queue
    }

    /// Hands a request over; when this returns, it is the broker's, on its disk. Refused when no node is there.
    pub async fn publish(&self, request: &Request, urgency: Urgency) -> Result<(), BrokerError> {
        let publishing = async {
            // A broker that does not answer holds nobody longer than the first of them.
            let mut line = self.line.lock().await;
            let open = match line.take().filter(|line| line.connection.status().connected()) {
                Some(open) => open,
                None => self.connect().await?,
            };
            let nodes = self.declare(&open.channel).await?;
            if nodes == 0 {
                *line = Some(open);
                return Err(BrokerError::Nobody);
            }
            put(&open.channel, &self.queue, request, urgency, 0).await?;
            *line = Some(open);
            Ok(())
        };
        // A line that failed is dropped, and the next request has another.
        self.timed(publishing).await
    }

    /// How many nodes listen.
    pub async fn nodes(&self) -> Result<u32, BrokerError> {
        self.timed(async {
            let line = self.connect().await?;
            self.declare(&line.channel).await
        })
        .await
    }

    /// Listens as a node does.
    pub async fn listen(&self) -> Result<Requests, BrokerError> {
        let listening = async {
            let line = self.connect().await?;
            self.declare(&line.channel).await?;
            line.channel.basic_qos(1, BasicQosOptions::default()).await?;
            let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
            let consumer =
                line.channel.basic_consume(self.queue.as_str().into(), "".into(), options, arguments).await?;
            Ok(Requests { line, consumer })
        };
        self.timed(listening).await
    }

    async fn timed<T>(&self, work: impl Future<Output = Result<T, BrokerError>>) -> Result<T, BrokerError> {
        let late = async {
            Timer::after(self.timeout).await;
            Err(BrokerError::TimedOut)
        };
        or(work, late).await
    }

    async fn connect(&self) -> Result<Line, BrokerError> {
        let (uri, runtime) = (self.uri.clone(), self.wire.runtime());
        let connection = Connection::connect_uri_with_runtime(uri, ConnectionProperties::default(), runtime).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Line { connection, channel })
    }

    /// Both queues as they have to be; how many nodes listen.
    async fn declare(&self, channel: &Channel) -> Result<u32, BrokerError> {
        let aside = format!("{}.dead", self.queue);
        let text = |text: &str| AMQPValue::LongString(LongString::from(text));
        let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        let mut arguments = FieldTable::default();
        arguments.insert("x-max-length".into(), PUT_ASIDE.into());
        channel.queue_declare(aside.as_str().into(), durable, arguments).await?;
        let mut arguments = FieldTable::default();
        arguments.insert("x-max-priority".into(), PRIORITIES.into());
        arguments.insert("x-max-length".into(), WAITING.into());
        arguments.insert("x-overflow".into(), text("reject-publish"));
        arguments.insert("x-dead-letter-exchange".into(), text(""));
        arguments.insert("x-dead-letter-routing-key".into(), text(&aside));
        Ok(channel.queue_declare(self.queue.as_str().into(), durable, arguments).await?.consumer_count())
    }
}

impl Requests {
    /// The next request; `None` when the broker is gone. What is none is put aside unread.
    pub async fn next(&mut self) -> Result<Option<Held>, BrokerError> {
        while let Some(delivery) = self.consumer.next().await {
            let delivery = delivery?;
            let headers = delivery.properties.headers().as_ref();
            let tries = headers.and_then(|headers| headers.inner().get(TRIES)).and_then(AMQPValue::as_long_int);
            let tries = tries.and_then(|tries| u32::try_from(tries).ok()).unwrap_or(0);
            let urgency = Urgency::of(delivery.properties.priority().unwrap_or(0));
            match Request::read(&delivery.data) {
                // One that came before and was not answered for took somebody's life, as far as we know.
                Some(request) => {
                    let tries = tries + u32::from(delivery.redelivered);
                    return Ok(Some(Held { request, tries, delivery, urgency }));
                }
                None => aside(&delivery).await?,
            }
        }
        Ok(None)
    }

    /// It is done, or nobody needs it any more.
    pub async fn done(&self, held: Held) -> Result<(), BrokerError> {
        held.delivery.ack(BasicAckOptions::default()).await?;
        Ok(())
    }

    /// Another try, by whoever takes it. Both are in the broker for a moment: twice is harmless, never is not.
    pub async fn again(&self, held: Held) -> Result<(), BrokerError> {
        let queue = held.delivery.routing_key.to_string();
        put(&self.line.channel, &queue, &held.request, held.urgency, held.tries + 1).await?;
        self.done(held).await
    }

    /// Puts it aside, where an operator finds it.
    pub async fn put_aside(&self, held: Held) -> Result<(), BrokerError> {
        aside(&held.delivery).await
    }
}

async fn aside(delivery: &Delivery) -> Result<(), BrokerError> {
    delivery.reject(BasicRejectOptions { requeue: false }).await?;
    Ok(())
}

async fn put(
    channel: &Channel,
    queue: &str,
    request: &Request,
    urgency: Urgency,
    tries: u32,
) -> Result<(), BrokerError> {
    let mut headers = FieldTable::default();
    headers.insert(TRIES.into(), AMQPValue::LongInt(i32::try_from(tries).unwrap_or(i32::MAX)));
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT)
        .with_priority(urgency.priority())
        .with_headers(headers);
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let confirm = channel.basic_publish("".into(), queue.into(), options, &request.write(), properties).await?;
    let confirmed = confirm.await?;
    if confirmed.is_ack() && confirmed.take_message().is_none() { Ok(()) } else { Err(BrokerError::Full) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Broker;

    #[test]
    fn an_address_is_of_a_broker() {
        let at = |address: &str| Broker::at(address, None, 3, Duration::ZERO);
        let place = |address: &str| {
            at(address).ok().map(|broker| (broker.uri.vhost, broker.uri.authority.port, format!("{:?}", broker.wire)))
        };
        let plain = |vhost: &str| Some((vhost.to_owned(), 5672, "plain".to_owned()));
        assert_eq!(place("amqp://guest:guest@127.0.0.1:5672"), plain("/"));
        assert_eq!(place("amqp://guest:guest@127.0.0.1:5672/"), plain("/"));
        assert_eq!(place("amqp://broker/print"), plain("print"));
        assert_eq!(place("amqps://user:secret@broker/print"), Some(("print".into(), 5671, "tls".into())));
        for address in ["", "http://broker", "broker", "amqp:broker", "amqps:broker", "amqps://a b"] {
            assert_eq!(place(address), None, "{address}");
        }
        let broker = at("amqp://broker").expect("an address");
        assert_eq!((broker.queue(), broker.uri.query.heartbeat), ("ottisk.preview.3", Some(10)));
        let nowhere = Broker::at("amqps://broker", Some("/no/such/file".as_ref()), 3, Duration::ZERO);
        assert!(nowhere.is_err_and(|error| error.to_string().contains("/no/such/file")));
    }
}
