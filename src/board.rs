//! The machine we run on, as far as a technician asks: its network, its versions, its restart. Read from the kernel each
//! time; nothing here is secret, and nothing is remembered.

pub mod network;

use std::{fs, path::Path, process::Command};

/// The machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// What it is, `Raspberry Pi 4 Model B Rev 1.4`; empty when it does not say.
    pub model: String,
    /// The kernel's name and release, `Linux 6.1.0`.
    pub kernel: String,
    /// What it is called in the network.
    pub name: String,
    /// Seconds since it was switched on.
    pub up_s: u64,
    /// Degrees Celsius inside, when it measures them.
    pub celsius: Option<u8>,
}

impl Board {
    /// What the kernel tells now.
    pub fn look() -> Self {
        let system = rustix::system::uname();
        let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
        let line = |path: &str| fs::read_to_string(path).ok();
        let model = line("/proc/device-tree/model").or_else(|| line("/sys/class/dmi/id/product_name"));
        Self {
            model: model.map(|model| one_line(&model)).unwrap_or_default(),
            kernel: format!("{} {}", text(system.sysname()), text(system.release())),
            name: text(system.nodename()),
            up_s: line("/proc/uptime").and_then(|line| up(&line)).unwrap_or(0),
            celsius: line("/sys/class/thermal/thermal_zone0/temp").and_then(|line| celsius(&line)),
        }
    }
}

/// The device tree ends its texts with a zero.
fn one_line(text: &str) -> String {
    text.chars().filter(|symbol| !symbol.is_control()).take(80).collect::<String>().trim().to_owned()
}

/// `/proc/uptime`: seconds, and those spent idle.
fn up(line: &str) -> Option<u64> {
    line.split(['.', ' ']).next()?.parse().ok()
}

/// Thousandths of a degree.
fn celsius(line: &str) -> Option<u8> {
    let thousandths: i64 = line.trim().parse().ok()?;
    u8::try_from(thousandths / 1_000).ok().filter(|degrees| (1..=125).contains(degrees))
}

/// Bytes of the files in a folder, and how many there are; folders in it are gone through.
pub fn taken(folder: &Path) -> (u64, u64) {
    let (mut bytes, mut files) = (0, 0);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(data) if data.is_dir() => {
                let (more_bytes, more_files) = taken(&entry.path());
                (bytes, files) = (bytes + more_bytes, files + more_files);
            }
            Ok(data) if data.is_file() => (bytes, files) = (bytes + data.len(), files + 1),
            _ => {}
        }
    }
    (bytes, files)
}

/// Restarts the machine by the operator's command; returns when the command has. We do not ask the kernel ourselves: it
/// would not stop what else runs, nor let the disks be put in order.
pub fn restart(command: &[String]) -> std::io::Result<()> {
    let Some((program, arguments)) = command.split_first() else { return Err(std::io::ErrorKind::InvalidInput.into()) };
    let status = Command::new(program).args(arguments).status()?;
    if status.success() { Ok(()) } else { Err(std::io::Error::other(format!("{program}: {status}"))) }
}

#[cfg(test)]
mod tests {
    use super::{Board, celsius, one_line, restart, taken, up};

    #[test]
    fn the_kernels_lines_are_read() {
        assert_eq!(up("3541.23 7012.90\n"), Some(3_541));
        assert_eq!(
            (celsius("48312\n"), celsius("-1"), celsius("hot"), celsius("999999")),
            (Some(48), None, None, None)
        );
        assert_eq!(one_line("Raspberry Pi 4 Model B Rev 1.4\0"), "Raspberry Pi 4 Model B Rev 1.4");
    }

    #[test]
    fn this_machine_tells() {
        let board = Board::look();
        assert!(board.kernel.starts_with("Linux ") && board.up_s > 0, "{board:?}");
    }

    #[test]
    fn files_are_counted_and_a_command_that_fails_is_told() {
        let folder = std::env::temp_dir().join(format!("ottisk-taken-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("in/it")).expect("folders");
        std::fs::write(folder.join("a"), [0; 10]).expect("written");
        std::fs::write(folder.join("in/it/b"), [0; 32]).expect("written");
        assert_eq!(taken(&folder), (42, 2));
        assert_eq!(taken(&folder.join("none")), (0, 0));
        std::fs::remove_dir_all(&folder).expect("removed");
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(restart(&words("true")).is_ok());
        assert!(restart(&words("false")).is_err() && restart(&words("no-such-program-here")).is_err());
        assert!(restart(&[]).is_err());
    }
}
