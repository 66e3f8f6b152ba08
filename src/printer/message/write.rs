//! A message as bytes, by crate `ipp`.
//!
//! All values of one attribute must be of one syntax, which holds for every request of ours. Only the writer is used. Its reader slices a `textWithLanguage` without looking at the length and follows collections
//! as deep as they go, so one bad answer would end the kiosk; answers are read in [`super`].

use std::collections::BTreeMap;

use ipp::{
    attribute::{IppAttribute, IppAttributes},
    model::DelimiterTag,
    parser::IppParseError,
    value::{IppName, IppValue},
};

use super::{Attribute, Message, Syntax, Value, group};

/// IPP/2.0, the code, and request number 1: each request has a connection of its own.
pub fn bytes(message: &Message) -> Vec<u8> {
    let mut bytes = vec![2, 0];
    bytes.extend(message.code.to_be_bytes());
    bytes.extend(1_i32.to_be_bytes());
    let mut attributes = IppAttributes::new();
    for group in &message.groups {
        for attribute in &group.attributes {
            match written(attribute) {
                Ok(attribute) => attributes.add(delimiter(group.tag), attribute),
                // Longer than RFC 8011 §5.1 allows; what we send is not, but a plan's names come from a printer.
                Err(error) => tracing::warn!(name = attribute.name, %error, "attribute not sent"),
            }
        }
    }
    bytes.extend_from_slice(&attributes.to_bytes());
    bytes
}

fn delimiter(tag: u8) -> DelimiterTag {
    match tag {
        group::JOB => DelimiterTag::JobAttributes,
        group::PRINTER => DelimiterTag::PrinterAttributes,
        group::UNSUPPORTED => DelimiterTag::UnsupportedAttributes,
        _ => DelimiterTag::OperationAttributes,
    }
}

fn written(attribute: &Attribute) -> Result<IppAttribute, IppParseError> {
    Ok(IppAttribute::new(IppName::new(attribute.name.as_str())?, values(&attribute.values)?))
}

fn values(values: &[Value]) -> Result<IppValue, IppParseError> {
    match values {
        [one] => value(one),
        many => Ok(IppValue::Array(many.iter().map(value).collect::<Result<_, _>>()?)),
    }
}

fn value(of: &Value) -> Result<IppValue, IppParseError> {
    Ok(match of {
        Value::Integer(number) => IppValue::Integer(*number),
        Value::Enum(number) => IppValue::Enum(*number),
        Value::Boolean(truth) => IppValue::Boolean(*truth),
        Value::Range(min, max) => IppValue::RangeOfInteger { min: *min, max: *max },
        Value::Resolution(across, along) => IppValue::new_resolution(*across, *along, 3),
        Value::Text(syntax, text) => match syntax {
            Syntax::Text => IppValue::new_text_without_language(text)?,
            Syntax::Name => IppValue::new_name_without_language(text)?,
            Syntax::Keyword => IppValue::new_keyword(text)?,
            Syntax::Uri => IppValue::new_uri(text)?,
            Syntax::Charset => IppValue::new_charset(text)?,
            Syntax::Language => IppValue::new_natural_language(text)?,
            Syntax::MediaType => IppValue::new_mime_media_type(text)?,
        },
        Value::Other => IppValue::NoValue,
        Value::Collection(members) => {
            let members =
                members.iter().map(|member| Ok((IppName::new(member.name.as_str())?, values(&member.values)?)));
            IppValue::Collection(members.collect::<Result<BTreeMap<_, _>, IppParseError>>()?)
        }
    })
}
