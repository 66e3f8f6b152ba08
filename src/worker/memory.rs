//! How many children the board has memory for. Not their walls: those are in [`jail`](super::jail).

/// So many children that need `child_bytes` each fit into half of what is free: the other half is the system's, whose
/// page cache holds what they read. One always does.
pub fn fitting(available_bytes: u64, child_bytes: u64) -> u32 {
    let children = available_bytes / 2 / child_bytes.max(1);
    u32::try_from(children).unwrap_or(u32::MAX).max(1)
}

/// `MemAvailable` of `/proc/meminfo` (proc(5)), bytes; `None` where the kernel does not tell.
pub fn available_bytes() -> Option<u64> {
    read(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// `MemTotal`, as above.
pub fn total_bytes() -> Option<u64> {
    read(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:")
}

fn read(meminfo: &str, name: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1 << 10)
}

#[cfg(test)]
mod tests {
    use super::{available_bytes, fitting, total_bytes};

    #[test]
    fn a_small_board_draws_with_fewer() {
        let child = 96 << 20;
        assert_eq!([0, 1 << 20, 300 << 20, 800 << 20, 8 << 30].map(|free| fitting(free, child)), [1, 1, 1, 4, 42]);
        assert_eq!(fitting(u64::MAX, 0), u32::MAX);
    }

    #[test]
    fn the_kernel_is_understood() {
        let read = |text| super::read(text, "MemAvailable:");
        assert_eq!(read("MemTotal:  2 kB\nMemAvailable:   1024 kB\nBuffers: 1 kB\n"), Some(1 << 20));
        assert_eq!([read(""), read("MemAvailable: many kB"), read("MemAvailable: 7")], [None; 3]);
        assert!(total_bytes() > available_bytes());
        assert!(available_bytes().is_some_and(|bytes| bytes > 1 << 20));
    }
}
