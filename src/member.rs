//! A member of the union: a surname and one or two numbers. Pure.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// One entry of the list, as `POST /is_union_member` sends it. All three keys are required; the numbers may be null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The surname.
    pub username: String,
    /// The union card's number.
    pub union_number: Option<String>,
    /// The student card's number.
    pub student_number: Option<String>,
}

/// Trimmed and upper-cased, as all names and numbers are kept and compared.
pub fn normal(text: &str) -> String {
    text.trim().to_uppercase()
}

impl Member {
    /// The entry as it is kept.
    pub fn normalized(&self) -> Self {
        Self {
            username: normal(&self.username),
            union_number: self.union_number.as_deref().map(normal),
            student_number: self.student_number.as_deref().map(normal),
        }
    }
}

/// The list as it is kept. A number that stands twice, of either kind, refuses the whole list.
pub fn normalized(list: &[Member]) -> Result<Vec<Member>, Error> {
    let mut unions = HashSet::new();
    let mut students = HashSet::new();
    let list: Vec<_> = list.iter().map(Member::normalized).collect();
    for member in &list {
        let union_is_new = member.union_number.as_ref().is_none_or(|number| unions.insert(number.clone()));
        let student_is_new = member.student_number.as_ref().is_none_or(|number| students.insert(number.clone()));
        if !union_is_new || !student_is_new {
            return Err(Error::MemberDuplicate);
        }
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::{Member, normalized};

    fn member(name: &str, union: &str, student: Option<&str>) -> Member {
        Member { username: name.into(), union_number: Some(union.into()), student_number: student.map(Into::into) }
    }

    #[test]
    fn a_number_twice_refuses_the_list_after_normalising() {
        let twice = [member("Иванов", "a1", None), member("Петров", " A1 ", None)];
        assert!(normalized(&twice).is_err());
        let crossed = [member("Иванов", "1", Some("2")), member("Петров", "2", Some("1"))];
        assert_eq!(normalized(&crossed).map(|list| list[0].username.clone()), Ok("ИВАНОВ".into()));
    }
}
