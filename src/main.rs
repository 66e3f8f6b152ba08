//! Arguments → one life of the program; what each does is in `command/`.

use std::process::ExitCode;

use ottisk::{command, worker};

fn main() -> ExitCode {
    die_whole();
    let mut arguments = std::env::args_os().skip(1);
    // The child first: it must not start loggers, executors or anything else of the parent's.
    let name = arguments.next().and_then(|name| name.into_string().ok());
    if name.as_deref() == Some("worker") {
        return worker::child::run(arguments);
    }
    command::run(name.as_deref(), arguments)
}

/// A panic anywhere ends the process, and whoever watches it starts it anew: half a kiosk would promise what it cannot do.
/// Not by `panic = "abort"`: tests want the other kind, and every dependency would be built twice.
fn die_whole() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        std::process::abort();
    }));
}
