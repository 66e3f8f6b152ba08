//! JSON bodies read as pydantic reads them, with FastAPI's 422 for what does not fit: `detail[].type/loc/msg/input`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const NO_OBJECT: &str = "Input should be a valid dictionary or object to extract fields from";

/// What is wrong with a body.
#[derive(Debug, Default)]
pub struct Invalid(pub Vec<Value>);

impl Invalid {
    /// A body that stops being JSON at `place`, in characters.
    pub fn json(place: usize, why: &str) -> Self {
        let context = json!({"error": why});
        Self(vec![
            json!({"type": "json_invalid", "loc": ["body", place], "msg": "JSON decode error", "input": {}, "ctx": context}),
        ])
    }

    /// A body that is something else than an object.
    pub fn no_object(input: &Value) -> Self {
        let mut invalid = Self::default();
        invalid.add("model_attributes_type", &["body".into()], NO_OBJECT, input, None);
        invalid
    }

    /// A field that must be there and is not.
    pub fn missing(loc: &[&str], input: &Value) -> Self {
        Self(vec![json!({"type": "missing", "loc": loc, "msg": "Field required", "input": input})])
    }

    fn add(&mut self, kind: &str, loc: &[Value], msg: &str, input: &Value, context: Option<Value>) {
        let mut entry = json!({"type": kind, "loc": loc, "msg": msg, "input": input});
        if let (Some(context), Some(entry)) = (context, entry.as_object_mut()) {
            entry.insert("ctx".into(), context);
        }
        self.0.push(entry);
    }
}

/// An object being read; errors gather and are told together.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    input: &'a Value,
    loc: Vec<Value>,
}

impl<'a> Fields<'a> {
    /// The object at `loc`.
    pub fn of(value: &'a Value, loc: Vec<Value>, invalid: &mut Invalid) -> Option<Self> {
        let Some(object) = value.as_object() else {
            invalid.add("model_attributes_type", &loc, NO_OBJECT, value, None);
            return None;
        };
        Some(Self { object, input: value, loc })
    }

    fn at(&self, name: &str) -> Vec<Value> {
        let mut loc = self.loc.clone();
        loc.push(name.into());
        loc
    }

    /// A field that may be absent; null counts as absent where `null` says so.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name)
    }

    /// A field that must be there.
    pub fn required(&self, name: &str, invalid: &mut Invalid) -> Option<&'a Value> {
        let value = self.object.get(name);
        if value.is_none() {
            invalid.add("missing", &self.at(name), "Field required", self.input, None);
        }
        value
    }

    /// A text of at least `min` characters.
    pub fn text(&self, name: &str, value: &'a Value, min: usize, invalid: &mut Invalid) -> Option<&'a str> {
        let Some(text) = value.as_str() else {
            invalid.add("string_type", &self.at(name), "Input should be a valid string", value, None);
            return None;
        };
        if text.trim().chars().count() < min {
            let msg = format!("String should have at least {min} character{}", if min == 1 { "" } else { "s" });
            invalid.add("string_too_short", &self.at(name), &msg, value, Some(json!({"min_length": min})));
            return None;
        }
        Some(text)
    }

    /// A whole number as pydantic takes it: 2, 2.0, "2", "+2.0", "1_0", true. What is larger than any number of ours
    /// comes as the largest.
    pub fn integer(&self, name: &str, value: &Value, invalid: &mut Invalid) -> Option<i64> {
        let parsed = match value {
            Value::Number(number) => {
                number.as_i64().or_else(|| number.as_u64().map_or_else(|| whole(number.as_f64()?), |_| Some(i64::MAX)))
            }
            Value::String(text) => spelled(text),
            Value::Bool(flag) => Some(i64::from(*flag)),
            _ => None,
        };
        if parsed.is_none() {
            let (kind, msg) = match value {
                Value::String(text) if text.len() > LONGEST_NUMBER => {
                    ("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size")
                }
                Value::String(_) => {
                    ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
                }
                Value::Number(_) => {
                    ("int_from_float", "Input should be a valid integer, got a number with a fractional part")
                }
                _ => ("int_type", "Input should be a valid integer"),
            };
            invalid.add(kind, &self.at(name), msg, value, None);
        }
        parsed
    }

    /// A truth value as pydantic takes it: true, 1, "yes", "on", …
    pub fn boolean(&self, name: &str, value: &Value, invalid: &mut Invalid) -> Option<bool> {
        let parsed = match value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => match number.as_f64() {
                Some(0.0) => Some(false),
                Some(1.0) => Some(true),
                _ => None,
            },
            Value::String(text) => match text.to_lowercase().as_str() {
                "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
                "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        };
        if parsed.is_none() {
            let is_whole = value.as_f64().and_then(whole).is_some_and(|number| number > i64::MIN && number < i64::MAX);
            let (kind, msg) = match value.is_string() || is_whole {
                true => ("bool_parsing", "Input should be a valid boolean, unable to interpret input"),
                false => ("bool_type", "Input should be a valid boolean"),
            };
            invalid.add(kind, &self.at(name), msg, value, None);
        }
        parsed
    }

    /// A value our own rule refuses.
    pub fn refuse(&self, name: &str, value: &Value, why: &str, invalid: &mut Invalid) {
        let context = json!({"error": {}});
        invalid.add("value_error", &self.at(name), &format!("Value error, {why}"), value, Some(context));
    }

    /// A number below its least.
    pub fn too_small(&self, name: &str, value: &Value, least: i64, invalid: &mut Invalid) {
        let msg = format!("Input should be greater than or equal to {least}");
        invalid.add("greater_than_equal", &self.at(name), &msg, value, Some(json!({"ge": least})));
    }

    /// A number over its most.
    pub fn too_large(&self, name: &str, value: &Value, most: i64, invalid: &mut Invalid) {
        let msg = format!("Input should be less than or equal to {most}");
        invalid.add("less_than_equal", &self.at(name), &msg, value, Some(json!({"le": most})));
    }

    /// A set of texts, `least` to `most` different ones, as pydantic's `conset`.
    pub fn set(
        &self,
        name: &str,
        value: &'a Value,
        (least, most): (usize, usize),
        invalid: &mut Invalid,
    ) -> Option<BTreeSet<&'a str>> {
        let Some(list) = value.as_array() else {
            invalid.add("set_type", &self.at(name), "Input should be a valid set", value, None);
            return None;
        };
        let mut set = BTreeSet::new();
        let wrong = invalid.0.len();
        for (index, item) in list.iter().enumerate() {
            let mut at = self.at(name);
            at.push(index.into());
            match item.as_str() {
                Some(text) => drop(set.insert(text)),
                None => invalid.add("string_type", &at, "Input should be a valid string", item, None),
            }
            if set.len() > most {
                let msg = format!("Set should have at most {most} items after validation, not more");
                // It stops counting there, so how many there are is not known.
                let context = json!({"field_type": "Set", "max_length": most, "actual_length": null});
                invalid.0.truncate(wrong);
                invalid.add("too_long", &self.at(name), &msg, value, Some(context));
                return None;
            }
        }
        if invalid.0.len() > wrong {
            return None;
        }
        if set.len() < least {
            let items = if least == 1 { "item" } else { "items" };
            let msg = format!("Set should have at least {least} {items} after validation, not {}", set.len());
            let context = json!({"field_type": "Set", "min_length": least, "actual_length": set.len()});
            invalid.add("too_short", &self.at(name), &msg, value, Some(context));
            return None;
        }
        Some(set)
    }

    /// A list.
    pub fn list(&self, name: &str, value: &'a Value, invalid: &mut Invalid) -> Option<&'a Vec<Value>> {
        let list = value.as_array();
        if list.is_none() {
            invalid.add("list_type", &self.at(name), "Input should be a valid list", value, None);
        }
        list
    }
}

/// Digits of a number that pydantic reads at all.
const LONGEST_NUMBER: usize = 4_300;

/// A float without a fraction; one that is too large as the largest of its sign.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole, and casts stop at the ends")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0).then_some(number as i64)
}

/// A number as people spell it: signed, with `_` between digits, with zeros after the point.
fn spelled(text: &str) -> Option<i64> {
    let text = text.trim();
    let (minus, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = match digits.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => digits,
        Some(_) => return None,
        None => digits,
    };
    let is_spelled = digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_spelled || text.len() > LONGEST_NUMBER {
        return None;
    }
    let number = digits.replace('_', "").parse::<i64>().unwrap_or(i64::MAX);
    Some(if minus { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::{Fields, Invalid, Value, json};

    /// What became of a value: the number or the truth it was taken for, or the type of its error.
    fn taken(value: &Value, read: impl Fn(&Fields<'_>, &Value, &mut Invalid) -> Option<Value>) -> Value {
        let (body, mut invalid) = (json!({"x": value}), Invalid::default());
        let fields = Fields::of(&body, vec!["body".into()], &mut invalid).expect("an object");
        let read = read(&fields, value, &mut invalid);
        match invalid.0.first() {
            Some(entry) => {
                assert_eq!((&entry["loc"], &entry["input"], read), (&json!(["body", "x"]), value, None));
                entry["type"].clone()
            }
            None => read.expect("a value"),
        }
    }

    #[test]
    fn numbers_are_taken_as_pydantic_takes_them() {
        for (value, expected) in [
            (json!(2), json!(2)),
            (json!("2"), json!(2)),
            (json!(" 2 "), json!(2)),
            (json!("\u{a0}2"), json!(2)),
            (json!("2.0"), json!(2)),
            (json!("+2.00"), json!(2)),
            (json!("1_0"), json!(10)),
            (json!("-3"), json!(-3)),
            (json!("007"), json!(7)),
            (json!(2.0), json!(2)),
            (json!(true), json!(1)),
            (json!(-0.0), json!(0)),
            (json!(1e30), json!(i64::MAX)),
            (json!(u64::MAX), json!(i64::MAX)),
            (json!("9".repeat(25)), json!(i64::MAX)),
            (json!("9".repeat(5_000)), json!("int_parsing_size")),
            (json!(2.5), json!("int_from_float")),
            (json!("2.5"), json!("int_parsing")),
            (json!("2."), json!("int_parsing")),
            (json!(".0"), json!("int_parsing")),
            (json!("1e1"), json!("int_parsing")),
            (json!("0x1"), json!("int_parsing")),
            (json!("２"), json!("int_parsing")),
            (json!("--2"), json!("int_parsing")),
            (json!("_1"), json!("int_parsing")),
            (json!("1__0"), json!("int_parsing")),
            (json!("- 3"), json!("int_parsing")),
            (json!(""), json!("int_parsing")),
            (json!(null), json!("int_type")),
            (json!([1]), json!("int_type")),
            (json!({}), json!("int_type")),
        ] {
            let read = |fields: &Fields<'_>, value: &Value, invalid: &mut Invalid| {
                fields.integer("x", value, invalid).map(Value::from)
            };
            assert_eq!(taken(&value, read), expected, "{value}");
        }
    }

    #[test]
    fn truths_are_taken_as_pydantic_takes_them() {
        for (value, expected) in [
            (json!("YES"), json!(true)),
            (json!("on"), json!(true)),
            (json!("n"), json!(false)),
            (json!(1), json!(true)),
            (json!(1.0), json!(true)),
            (json!(0), json!(false)),
            (json!(2), json!("bool_parsing")),
            (json!(-1), json!("bool_parsing")),
            (json!(" yes "), json!("bool_parsing")),
            (json!("1.0"), json!("bool_parsing")),
            (json!(""), json!("bool_parsing")),
            (json!(0.5), json!("bool_type")),
            (json!(1e30), json!("bool_type")),
            (json!(null), json!("bool_type")),
            (json!([]), json!("bool_type")),
        ] {
            let read = |fields: &Fields<'_>, value: &Value, invalid: &mut Invalid| {
                fields.boolean("x", value, invalid).map(Value::from)
            };
            assert_eq!(taken(&value, read), expected, "{value}");
        }
    }
}
