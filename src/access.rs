//! API tokens and what they allow: scopes, comparison, the forms of the `Authorization` header. Pure.

use sha2::{Digest as _, Sha256};

/// Bytes of randomness in a token.
pub const TOKEN_BYTES: usize = 24;

/// What a token may do.
pub mod scope {
    /// Add members.
    pub const USER_CREATE: &str = "print.user.create";
    /// Change members.
    pub const USER_UPDATE: &str = "print.user.update";
    /// Clear members' numbers.
    pub const USER_DELETE: &str = "print.user.delete";
    /// Order without surname and number.
    pub const FILE_SEND: &str = "print.file.send";
    /// Update and reboot terminals.
    pub const TERMINAL_SERVICE: &str = "print.terminal.service";
    /// Be a terminal.
    pub const QR_TASK_GET: &str = "print.qr_task.get";
    /// Touch the mirrored panel.
    pub const PANEL_TOUCH: &str = "panel.touch";

    /// Everything, for a device's own administrator.
    pub const ALL: [&str; 7] =
        [USER_CREATE, USER_UPDATE, USER_DELETE, FILE_SEND, TERMINAL_SERVICE, QR_TASK_GET, PANEL_TOUCH];
}

/// A token as it is kept: hashed. Tokens have 192 random bits, so a plain hash needs no salt and no stretching.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The token of an `Authorization` header: `TOKEN`, `token TOKEN` and `Bearer TOKEN` mean the same.
pub fn bare(header: &str) -> &str {
    let header = header.trim();
    match header.split_once(char::is_whitespace) {
        Some((word, token)) if word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("token") => {
            token.trim()
        }
        _ => header,
    }
}

/// Hexadecimal digits of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Scopes are compared in lower case.
pub fn holds(granted: &[String], needed: &[&str]) -> bool {
    needed.iter().all(|scope| granted.iter().any(|granted| granted.eq_ignore_ascii_case(scope)))
}

#[cfg(test)]
mod tests {
    use super::{bare, holds};

    #[test]
    fn three_ways_to_write_a_token() {
        assert_eq!([bare("x"), bare("token x"), bare(" Bearer  x ")], ["x"; 3]);
        assert!(holds(&["Print.User.Create".into()], &["print.user.create"]));
        assert!(!holds(&[], &["print.user.create"]));
    }
}
