//! Who goes on with an upload: one at a time, and the one who came last. A phone that lost its network comes back before
//! the kiosk has noticed, and must not wait for its own former connection.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    sync::Arc,
};

use event_listener::Event;
use smol::lock::{Mutex, MutexGuardArc};

use crate::store::uploads::UploadId;

/// All uploads that somebody goes on with now.
#[derive(Default)]
pub struct Holds(RefCell<HashMap<UploadId, Rc<Slot>>>);

#[derive(Default)]
struct Slot {
    lock: Arc<Mutex<()>>,
    wanted: Event,
    waiting: Cell<u32>,
}

/// The right to go on with an upload, until this is dropped.
pub struct Hold {
    holds: Rc<Holds>,
    id: UploadId,
    slot: Rc<Slot>,
    _guard: MutexGuardArc<()>,
}

impl Holds {
    /// Asks whoever holds the upload to let it go, and waits for that.
    pub async fn hold(self: &Rc<Self>, id: &UploadId) -> Hold {
        let slot = Rc::clone(self.0.borrow_mut().entry(id.clone()).or_default());
        slot.waiting.set(slot.waiting.get() + 1);
        slot.wanted.notify(usize::MAX);
        let guard = slot.lock.lock_arc().await;
        slot.waiting.set(slot.waiting.get().saturating_sub(1));
        Hold { holds: Rc::clone(self), id: id.clone(), slot, _guard: guard }
    }
}

impl Hold {
    /// Ends when somebody else wants to go on.
    pub async fn wanted(&self) {
        loop {
            let wanted = self.slot.wanted.listen();
            if self.slot.waiting.get() > 0 {
                return;
            }
            wanted.await;
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // Ours and the table's: nobody else waits.
        if Rc::strong_count(&self.slot) == 2 {
            self.holds.0.borrow_mut().remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use smol::{LocalExecutor, Timer};

    use super::{Holds, UploadId};

    #[test]
    fn who_comes_last_goes_on_and_nothing_stays() {
        let (holds, told) = (Rc::new(Holds::default()), Rc::new(RefCell::new(String::new())));
        let id = UploadId::parse(&"ab".repeat(16)).expect("a number");
        let executor = LocalExecutor::new();
        let tasks: Vec<_> = (0..3)
            .map(|name| {
                let (holds, told, id) = (Rc::clone(&holds), Rc::clone(&told), id.clone());
                executor.spawn(async move {
                    Timer::after(std::time::Duration::from_millis(20 * name)).await;
                    let hold = holds.hold(&id).await;
                    told.borrow_mut().push_str(&format!("+{name}"));
                    if name < 2 {
                        hold.wanted().await;
                    }
                    told.borrow_mut().push_str(&format!("-{name}"));
                })
            })
            .collect();
        smol::block_on(executor.run(async {
            for task in tasks {
                task.await;
            }
        }));
        assert_eq!(*told.borrow(), "+0-0+1-1+2-2");
        assert!(holds.0.borrow().is_empty());
    }
}
