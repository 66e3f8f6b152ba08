//! A connection's side: a remote terminal takes its seat, asks what there is to do, and leaves.

use std::rc::Rc;

use smol::lock::SemaphoreGuardArc;

use super::{
    Connection, Terminals,
    news::Frame,
    random,
    register::{Session, Task, Terminal},
};
use crate::error::Error;

/// A terminal's seat: free again when this is dropped.
pub struct Seated {
    terminals: Rc<Terminals>,
    /// The stay.
    pub session: Session,
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.terminals.register.borrow_mut().leave(self.session);
        self.terminals.ring();
    }
}

impl Terminals {
    /// Lets a connection live by itself; `false` when too many begin just now.
    pub fn attend(&self, connection: Connection) -> bool {
        self.connections.0.try_send(connection).is_ok()
    }

    /// A place for a connection that will only be refused, if there is one: strangers may not hold many.
    pub fn refusal(&self) -> Option<SemaphoreGuardArc> {
        self.refusals.try_acquire_arc()
    }

    /// A remote terminal comes. `None` when its token is in use by a connection that lives; one that does not answer
    /// has lost its seat.
    pub async fn join(self: &Rc<Self>, token: [u8; 32]) -> Result<Option<Seated>, Error> {
        let terminal = Terminal::Token(token);
        let before = self.session(terminal);
        if let Some(before) = before
            && self.is_there(before).await
        {
            return Ok(None);
        }
        // Another one may have been quicker.
        if self.session(terminal).is_some_and(|now| Some(now) != before) {
            return Ok(None);
        }
        let session = self.register.borrow_mut().join(terminal, self.now(), &mut random)?;
        self.ring();
        Ok(Some(Seated { terminals: Rc::clone(self), session }))
    }

    /// A message as it is sent.
    pub fn spell(&self, frame: &Frame) -> String {
        frame.json(&self.settings.print_api.qr_token_prefix)
    }

    /// What the connection of this stay has to do next.
    pub fn next(&self, session: Session) -> Task {
        self.register.borrow_mut().next(session)
    }

    /// Has the terminal be asked whether it is there.
    pub fn ask(&self, session: Session) -> Option<u64> {
        let asked = self.register.borrow_mut().ask(session);
        self.ring();
        asked
    }

    /// The message of this number went out.
    pub fn sent(&self, session: Session, number: u64) {
        self.register.borrow_mut().sent(session, number);
        self.ring();
    }

    /// The pong of this number came.
    pub fn answered(&self, session: Session, number: u64) {
        self.register.borrow_mut().answer(session, number);
        self.ring();
    }
}
