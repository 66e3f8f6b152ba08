//! `/is_union_member`: look-up and the pushed list.

use hyper::{Request, StatusCode, body::Incoming};
use serde_json::{Value, json};

use super::{
    Doors,
    answer::{self, Answer},
    caller::authorization,
    fields::{Fields, Invalid},
    query::Query,
};
use crate::{
    access::scope,
    error::Error,
    member::{Member, normal},
};

/// `GET /is_union_member?surname=&number=[&v=1]`: 202 with the member, or with `true`/`false` for `v=1`.
pub(super) async fn find(doors: &Doors, query: &Query) -> Result<Answer, Answer> {
    let mut invalid = Invalid::default();
    let mut read = |name: &'static str| {
        let given = query.get(name);
        match given.map(str::trim) {
            None => invalid.0.extend(Invalid::missing(&["query", name], &Value::Null).0),
            Some("") => invalid.0.push(json!({
                "type": "string_too_short", "loc": ["query", name], "input": given, "ctx": {"min_length": 1},
                "msg": "String should have at least 1 character",
            })),
            Some(_) => {}
        }
        given.map(normal)
    };
    let (surname, number) = (read("surname"), read("number"));
    let (Some(surname), Some(number), true) = (surname, number, invalid.0.is_empty()) else {
        return Err(doors.invalid(invalid));
    };
    let found = doors.roster.find(&surname, &number).await.map_err(|e| answer::error(&e))?;
    if query.get("v") == Some("1") {
        return Ok(answer::json(StatusCode::ACCEPTED, &Value::Bool(found.is_some())));
    }
    let (_, member) = found.ok_or_else(|| answer::error(&Error::UserUnknown))?;
    let body = json!({
        "surname": member.username,
        "number": number,
        "student_number": member.student_number,
        "union_number": member.union_number,
    });
    Ok(answer::json(StatusCode::ACCEPTED, &body))
}

/// `POST /is_union_member`.
pub(super) async fn upsert(doors: &Doors, request: Request<Incoming>) -> Result<Answer, Answer> {
    doors
        .allow(authorization(request.headers()), &[scope::USER_CREATE, scope::USER_UPDATE, scope::USER_DELETE])
        .await?;
    let value = doors.json(request, doors.settings.http.json_bytes).await?;
    let mut invalid = Invalid::default();
    let users = Fields::of(&value, vec!["body".into()], &mut invalid).and_then(|fields| {
        let users = fields.required("users", &mut invalid)?;
        fields.list("users", users, &mut invalid)
    });
    let mut members = Vec::new();
    for (index, user) in users.into_iter().flatten().enumerate() {
        members.extend(read_member(index, user, &mut invalid));
    }
    if !invalid.0.is_empty() {
        return Err(doors.invalid(invalid));
    }
    let count = doors.roster.upsert(members).await.map_err(|e| answer::error(&e))?;
    Ok(answer::json(StatusCode::OK, &json!({"status": "ok", "count": count})))
}

fn read_member(index: usize, user: &Value, invalid: &mut Invalid) -> Option<Member> {
    let fields = Fields::of(user, vec!["body".into(), "users".into(), index.into()], invalid)?;
    let username = fields.required("username", invalid).and_then(|v| fields.text("username", v, 0, invalid));
    let mut number = |name| match fields.required(name, invalid)? {
        Value::Null => Some(None),
        value => fields.text(name, value, 0, invalid).map(|text| Some(text.to_owned())),
    };
    let (union_number, student_number) = (number("union_number"), number("student_number"));
    Some(Member { username: username?.to_owned(), union_number: union_number?, student_number: student_number? })
}
