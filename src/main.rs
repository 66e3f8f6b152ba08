//! Arguments → one life of the program; what each does is in `command/`.

use std::process::ExitCode;

use ottisk::{command, worker};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // The child first: it must not start loggers, executors or anything else of the parent's.
    let name = arguments.next().and_then(|name| name.into_string().ok());
    if name.as_deref() == Some("worker") {
        return worker::child::run(arguments);
    }
    command::run(name.as_deref(), arguments)
}
