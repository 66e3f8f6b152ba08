//! JSON bodies read as pydantic reads them, with FastAPI's 422 for what does not fit: `detail[].type/loc/msg/input`.

use serde_json::{Map, Value, json};

/// What is wrong with a body.
#[derive(Debug, Default)]
pub struct Invalid(pub Vec<Value>);

impl Invalid {
    /// A body that is not JSON.
    pub fn json(error: &serde_json::Error) -> Self {
        let context = json!({"error": error.to_string()});
        Self(vec![
            json!({"type": "json_invalid", "loc": ["body", error.column()], "msg": "JSON decode error", "input": {}, "ctx": context}),
        ])
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
            let msg = "Input should be a valid dictionary or object to extract fields from";
            invalid.add("model_attributes_type", &loc, msg, value, None);
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

    /// A whole number as pydantic takes it: 2, 2.0, "2", true.
    pub fn integer(&self, name: &str, value: &Value, invalid: &mut Invalid) -> Option<i64> {
        let parsed = match value {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            Value::Bool(flag) => Some(i64::from(*flag)),
            _ => None,
        };
        if parsed.is_none() {
            let (kind, msg) = match value {
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
            let (kind, msg) = match value {
                Value::String(_) | Value::Number(_) => {
                    ("bool_parsing", "Input should be a valid boolean, unable to interpret input")
                }
                _ => ("bool_type", "Input should be a valid boolean"),
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

    /// A list.
    pub fn list(&self, name: &str, value: &'a Value, invalid: &mut Invalid) -> Option<&'a Vec<Value>> {
        let list = value.as_array();
        if list.is_none() {
            invalid.add("list_type", &self.at(name), "Input should be a valid list", value, None);
        }
        list
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}
