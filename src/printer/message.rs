//! IPP messages as bytes (RFC 8010 §3): a version, an operation or a status, a number, groups of attributes.
//!
//! What a printer answers is not believed: nothing is read past the end, collections nest only so deep, and a value of
//! the wrong length costs that value, not the message. The document that follows a request is not here.

mod write;

/// How deep collections may lie in each other; `media-col-database` needs two.
const MAX_DEPTH: usize = 8;

/// `application/ipp`, RFC 8010 §5.
pub const MEDIA_TYPE: &str = "application/ipp";

/// Delimiter tags (RFC 8010 §3.5.1).
pub mod group {
    /// `operation-attributes-tag`.
    pub const OPERATION: u8 = 0x01;
    /// `job-attributes-tag`.
    pub const JOB: u8 = 0x02;
    /// `end-of-attributes-tag`.
    pub const END: u8 = 0x03;
    /// `printer-attributes-tag`.
    pub const PRINTER: u8 = 0x04;
    /// `unsupported-attributes-tag`.
    pub const UNSUPPORTED: u8 = 0x05;
}

/// Value tags (RFC 8010 §3.5.2).
mod tag {
    pub const INTEGER: u8 = 0x21;
    pub const BOOLEAN: u8 = 0x22;
    pub const ENUM: u8 = 0x23;
    pub const RESOLUTION: u8 = 0x32;
    pub const RANGE: u8 = 0x33;
    pub const BEGIN_COLLECTION: u8 = 0x34;
    pub const TEXT_WITH_LANGUAGE: u8 = 0x35;
    pub const NAME_WITH_LANGUAGE: u8 = 0x36;
    pub const END_COLLECTION: u8 = 0x37;
    pub const MEMBER_NAME: u8 = 0x4a;
}

/// The syntaxes of texts (RFC 8011 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Syntax {
    /// `textWithoutLanguage`.
    Text = 0x41,
    /// `nameWithoutLanguage`.
    Name = 0x42,
    /// `keyword`.
    Keyword = 0x44,
    /// `uri`.
    Uri = 0x45,
    /// `charset`.
    Charset = 0x47,
    /// `naturalLanguage`.
    Language = 0x48,
    /// `mimeMediaType`.
    MediaType = 0x49,
}

impl Syntax {
    const ALL: [Self; 7] =
        [Self::Text, Self::Name, Self::Keyword, Self::Uri, Self::Charset, Self::Language, Self::MediaType];
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `integer`.
    Integer(i32),
    /// `enum`.
    Enum(i32),
    /// `boolean`.
    Boolean(bool),
    /// `rangeOfInteger`.
    Range(i32, i32),
    /// `resolution` in dots per inch, across and along the feed; dots per cm are converted.
    Resolution(i32, i32),
    /// Any text, as UTF-8; what is not is replaced.
    Text(Syntax, String),
    /// `collection`.
    Collection(Vec<Attribute>),
    /// What is of no use to us: `no-value`, dates, octets, and values of a wrong length.
    Other,
}

/// A name and its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// `copies-supported`.
    pub name: String,
    /// One or more (1setOf).
    pub values: Vec<Value>,
}

impl Attribute {
    /// An attribute of one value.
    pub fn new(name: &str, value: Value) -> Self {
        Self { name: name.into(), values: vec![value] }
    }

    /// An attribute of one text.
    pub fn text(name: &str, syntax: Syntax, text: &str) -> Self {
        Self::new(name, Value::Text(syntax, text.into()))
    }
}

/// Attributes of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// One of [`group`].
    pub tag: u8,
    /// In the order of the message.
    pub attributes: Vec<Attribute>,
}

/// A request or an answer without its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `operation-id` of a request, `status-code` of an answer.
    pub code: u16,
    /// In the order of the message.
    pub groups: Vec<Group>,
}

/// Attributes of a group, or members of a collection, to look things up in.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a>(pub &'a [Attribute]);

impl<'a> Attributes<'a> {
    /// The values of an attribute; none when it is not there.
    pub fn values(self, name: &str) -> &'a [Value] {
        self.0.iter().find(|attribute| attribute.name == name).map_or(&[], |attribute| &attribute.values)
    }

    /// Its values that are texts.
    pub fn texts(self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.values(name).iter().filter_map(|value| match value {
            Value::Text(_, text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether one of its values is this text.
    pub fn has(self, name: &str, text: &str) -> bool {
        self.texts(name).any(|value| value == text)
    }

    /// Its values that are collections.
    pub fn collections(self, name: &str) -> impl Iterator<Item = Attributes<'a>> + use<'a> {
        self.values(name).iter().filter_map(|value| match value {
            Value::Collection(members) => Some(Attributes(members)),
            _ => None,
        })
    }

    /// Its first value as a number: `integer` or `enum`.
    pub fn number(self, name: &str) -> Option<i32> {
        match self.values(name).first()? {
            Value::Integer(number) | Value::Enum(number) => Some(*number),
            _ => None,
        }
    }

    /// Its first value as a truth.
    pub fn truth(self, name: &str) -> Option<bool> {
        match self.values(name).first()? {
            Value::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }
}

/// The bytes are not an IPP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Message {
    /// The attributes of the first group with this tag; none when there is no such group.
    pub fn group(&self, tag: u8) -> Attributes<'_> {
        Attributes(self.groups.iter().find(|group| group.tag == tag).map_or(&[], |group| &group.attributes))
    }

    /// The message as it is sent, IPP/2.0.
    pub fn to_bytes(&self) -> Vec<u8> {
        write::bytes(self)
    }

    /// Reads a message; what follows its attributes is left alone.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut input = Input(bytes);
        let version = input.number()?;
        if !(0x0100..0x0300).contains(&version) {
            return Err(Malformed);
        }
        let code = input.number()?;
        input.take(4)?;
        let mut groups: Vec<Group> = Vec::new();
        loop {
            match input.byte()? {
                group::END => return Ok(Self { code, groups }),
                tag @ 0x00..=0x0f => groups.push(Group { tag, attributes: Vec::new() }),
                tag => {
                    let name = input.text()?;
                    let value = input.value(tag, 0)?;
                    let group = groups.last_mut().ok_or(Malformed)?;
                    add(&mut group.attributes, name, value)?;
                }
            }
        }
    }
}

/// A value without a name belongs to the attribute before it (RFC 8010 §3.1.5).
fn add(attributes: &mut Vec<Attribute>, name: String, value: Value) -> Result<(), Malformed> {
    if name.is_empty() {
        attributes.last_mut().ok_or(Malformed)?.values.push(value);
    } else {
        attributes.push(Attribute { name, values: vec![value] });
    }
    Ok(())
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        self.take(1).map(|byte| byte[0])
    }

    fn number(&mut self) -> Result<u16, Malformed> {
        self.take(2)?.first_chunk().copied().map(u16::from_be_bytes).ok_or(Malformed)
    }

    /// A length and as many bytes.
    fn field(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.number()?;
        self.take(usize::from(length))
    }

    fn text(&mut self) -> Result<String, Malformed> {
        self.field().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    fn value(&mut self, tag: u8, depth: usize) -> Result<Value, Malformed> {
        let field = self.field()?;
        if tag == tag::BEGIN_COLLECTION {
            return self.collection(depth + 1).map(Value::Collection);
        }
        Ok(simple(tag, field).unwrap_or(Value::Other))
    }

    /// Members up to the end of the collection (RFC 8010 §3.1.6).
    fn collection(&mut self, depth: usize) -> Result<Vec<Attribute>, Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed);
        }
        let mut members: Vec<Attribute> = Vec::new();
        let mut name = String::new();
        loop {
            let tag = self.byte()?;
            self.field()?;
            match tag {
                0x00..=0x0f => return Err(Malformed),
                tag::END_COLLECTION => {
                    self.field()?;
                    return Ok(members);
                }
                tag::MEMBER_NAME => name = self.text()?,
                _ => {
                    let value = self.value(tag, depth)?;
                    add(&mut members, std::mem::take(&mut name), value)?;
                }
            }
        }
    }
}

/// A value of one field; `None` when its length is not that of its syntax.
fn simple(tag: u8, field: &[u8]) -> Option<Value> {
    let number = |at: usize| field.get(at..)?.first_chunk().copied().map(i32::from_be_bytes);
    let exact = |length: usize| (field.len() == length).then_some(());
    match tag {
        tag::INTEGER | tag::ENUM => {
            exact(4)?;
            number(0).map(if tag == tag::ENUM { Value::Enum } else { Value::Integer })
        }
        tag::BOOLEAN => exact(1).map(|()| Value::Boolean(field[0] != 0)),
        tag::RANGE => exact(8).and_then(|()| Some(Value::Range(number(0)?, number(4)?))),
        tag::RESOLUTION => {
            exact(9)?;
            Some(Value::Resolution(per_inch(number(0)?, field[8])?, per_inch(number(4)?, field[8])?))
        }
        tag::TEXT_WITH_LANGUAGE | tag::NAME_WITH_LANGUAGE => {
            let mut parts = Input(field);
            parts.field().ok()?;
            let syntax = if tag == tag::TEXT_WITH_LANGUAGE { Syntax::Text } else { Syntax::Name };
            parts.text().ok().map(|text| Value::Text(syntax, text))
        }
        _ => {
            let syntax = Syntax::ALL.into_iter().find(|syntax| *syntax as u8 == tag)?;
            Some(Value::Text(syntax, String::from_utf8_lossy(field).into_owned()))
        }
    }
}

/// Units of `resolution` (RFC 8011 §5.1.16): 3 is dots per inch, 4 dots per centimetre.
fn per_inch(value: i32, units: u8) -> Option<i32> {
    match units {
        3 => Some(value),
        4 => i32::try_from((i64::from(value) * 254 + 50) / 100).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::{Attribute, Group, Malformed, Message, Syntax, Value, group};

    fn message() -> Message {
        let size = Value::Collection(vec![
            Attribute::new("x-dimension", Value::Integer(21_000)),
            Attribute { name: "y-dimension".into(), values: vec![Value::Range(1, 2), Value::Range(2, 3)] },
        ]);
        let attributes = vec![
            Attribute::text("attributes-charset", Syntax::Charset, "utf-8"),
            Attribute::new("media-col", Value::Collection(vec![Attribute::new("media-size", size)])),
            Attribute { name: "a".into(), values: vec![Value::Enum(-3), Value::Enum(4)] },
            Attribute::new("b", Value::Boolean(true)),
            Attribute::new("c", Value::Other),
            Attribute::new("printer-resolution", Value::Resolution(300, 600)),
            Attribute::text("job-name", Syntax::Name, "Задание 7"),
        ];
        Message { code: 0x0507, groups: vec![Group { tag: group::OPERATION, attributes }] }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        assert_eq!(Message::from_bytes(&message().to_bytes()), Ok(message()));
    }

    #[test]
    fn an_early_end_is_an_error_at_every_byte() {
        let bytes = message().to_bytes();
        for cut in 0..bytes.len() {
            assert_eq!(Message::from_bytes(&bytes[..cut]), Err(Malformed), "{cut}");
        }
    }

    fn with_value(tag: u8, field: &[u8]) -> Result<Value, Malformed> {
        let mut bytes = vec![2, 0, 0, 0, 0, 0, 0, 1, group::PRINTER, tag, 0, 1, b'a'];
        bytes.extend(u16::try_from(field.len()).expect("short").to_be_bytes());
        bytes.extend(field);
        bytes.push(group::END);
        Message::from_bytes(&bytes).map(|message| message.groups[0].attributes[0].values[0].clone())
    }

    #[test]
    fn a_wrong_value_costs_only_itself() {
        assert_eq!(with_value(0x21, &[1, 2, 3]), Ok(Value::Other));
        assert_eq!(with_value(0x32, &[0; 9]), Ok(Value::Other));
        assert_eq!(with_value(0x35, &[255, 255, b'e']), Ok(Value::Other));
        assert_eq!(with_value(0x41, &[b'a', 0xff]), Ok(Value::Text(Syntax::Text, "a\u{fffd}".into())));
        assert_eq!(with_value(0x35, b"\0\x02en\0\x02hi"), Ok(Value::Text(Syntax::Text, "hi".into())));
        assert_eq!(with_value(0x32, &[0, 0, 0, 236, 0, 0, 0, 236, 4]), Ok(Value::Resolution(599, 599)));
    }

    #[test]
    fn collections_do_not_nest_for_ever() {
        let mut bytes = vec![2, 0, 0, 0, 0, 0, 0, 1, group::PRINTER, 0x34, 0, 1, b'a', 0, 0];
        for _ in 0..100_000 {
            bytes.extend([0x4a, 0, 0, 0, 1, b'm', 0x34, 0, 0, 0, 0]);
        }
        assert_eq!(Message::from_bytes(&bytes), Err(Malformed));
    }

    proptest! {
        #[test]
        fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..300), at in any::<usize>(), byte in any::<u8>()) {
            let _ = Message::from_bytes(&noise);
            let mut bytes = message().to_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = Message::from_bytes(&bytes);
        }
    }
}
