//! What the auth server says of a token, read once. Pure.

use serde_json::Value;

/// Whose token it is and what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// A number or a text, as the server has it.
    pub id: Value,
    /// Empty when the server does not tell.
    pub email: String,
    /// Names of the scopes.
    pub scopes: Vec<String>,
}

impl Session {
    /// Reads an answer. What the session may is asked, not what its holder could be given (`user_scopes`): people make
    /// sessions with fewer rights on purpose. A server that tells no session's scopes has no such sessions.
    pub fn read(answer: &[u8]) -> Option<Self> {
        let answer: Value = serde_json::from_slice(answer).ok()?;
        let fields = answer.as_object()?;
        let scopes = fields.get("session_scopes").or_else(|| fields.get("user_scopes")).and_then(Value::as_array);
        let name = |scope: &Value| scope.get("name").and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: fields.get("id").filter(|id| id.is_number() || id.is_string()).cloned().unwrap_or(Value::Null),
            email: fields.get("email").and_then(Value::as_str).unwrap_or_default().to_owned(),
            scopes: scopes.into_iter().flatten().filter_map(name).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Session;
    use serde_json::json;

    #[test]
    fn the_sessions_own_scopes_count() {
        let read = |value: serde_json::Value| Session::read(value.to_string().as_bytes());
        let full = json!({"id": 7, "email": "a@b", "indirect_groups": [1], "session_scopes": [{"id": 1, "name": "a"}],
            "user_scopes": [{"id": 2, "name": "b"}]});
        let session = read(full).expect("a session");
        assert_eq!((session.id, session.email.as_str(), session.scopes), (json!(7), "a@b", vec!["a".to_owned()]));
        let fewer = json!({"session_scopes": [], "user_scopes": [{"name": "b"}]});
        assert!(read(fewer).expect("a session").scopes.is_empty());
        let only = read(json!({"id": [1], "email": null, "user_scopes": [{"name": "b"}, {}, 5]})).expect("a session");
        assert_eq!((only.id, only.email.as_str(), only.scopes), (json!(null), "", vec!["b".to_owned()]));
        assert_eq!((read(json!([])), read(json!("x")), Session::read(b"<html>")), (None, None, None));
    }
}
