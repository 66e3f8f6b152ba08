//! Streams of events: how many there are, who tells them, and how they end when the kiosk does.
//!
//! What is told is not here (`pages/events`). A stream's sender lives on the executor as a task of its own; its seat is
//! taken as long as the answer's body lives, so that a client that is gone holds none.

use std::{
    collections::HashMap,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use event_listener::{Event, EventListener};
use smol::{LocalExecutor, Timer, channel, future::FutureExt as _};

/// Streams that may begin in one moment; the next moment takes more.
const BEGINNING: usize = 64;

/// A sender's whole life.
pub type Telling = Pin<Box<dyn Future<Output = ()>>>;

/// How many streams an address has; all of them together are the sum.
type Seats = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The streams that are open.
pub struct Streams {
    most: usize,
    most_per_address: usize,
    seats: Seats,
    beginning: (channel::Sender<Telling>, channel::Receiver<Telling>),
    over: Event,
}

/// A place among the streams, until it is dropped.
pub struct Seat(Seats, IpAddr);

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match seats.get_mut(&self.1) {
            Some(taken) if *taken > 1 => *taken -= 1,
            _ => drop(seats.remove(&self.1)),
        }
    }
}

impl Streams {
    /// At most so many, and so many for an address.
    pub fn new(most: usize, most_per_address: usize) -> Self {
        let beginning = channel::bounded(BEGINNING);
        Self { most, most_per_address, seats: Seats::default(), beginning, over: Event::new() }
    }

    /// A place for somebody at this address, if there is one left.
    pub fn seat(&self, address: IpAddr) -> Option<Seat> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = seats.values().sum();
        if all >= self.most || seats.get(&address).is_some_and(|own| *own >= self.most_per_address) {
            return None;
        }
        *seats.entry(address).or_default() += 1;
        Some(Seat(Arc::clone(&self.seats), address))
    }

    /// How many there are.
    pub fn open(&self) -> usize {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Lets a sender live; whether there was room for it.
    pub fn begin(&self, telling: Telling) -> bool {
        self.beginning.0.try_send(telling).is_ok()
    }

    /// Lets senders live, for ever.
    pub async fn run(&self, executor: &LocalExecutor<'static>) {
        while let Ok(telling) = self.beginning.1.recv().await {
            executor.spawn(telling).detach();
        }
    }

    /// Rings when all streams end. Take it before looking.
    pub fn over(&self) -> EventListener {
        self.over.listen()
    }

    /// Ends all streams, and waits at most so long until their last bytes are off.
    pub async fn drain(&self, limit: Duration) {
        let gone = async {
            while self.open() > 0 {
                self.over.notify(usize::MAX);
                Timer::after(Duration::from_millis(5)).await;
            }
        };
        let late = async {
            Timer::after(limit).await;
        };
        gone.or(late).await;
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::Streams;

    #[test]
    fn seats_are_few_and_given_back() {
        let streams = Streams::new(3, 2);
        let [one, other] = [1, 2].map(|last| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)));
        let first = streams.seat(one).expect("a seat");
        let second = streams.seat(one).expect("a seat");
        assert!(streams.seat(one).is_none(), "an address has two");
        let third = streams.seat(other).expect("a seat");
        assert!(streams.seat(other).is_none(), "all have three");
        drop(first);
        let again = streams.seat(one).expect("given back");
        assert_eq!(streams.open(), 3);
        drop((second, third, again));
        assert_eq!(streams.open(), 0);
    }
}
