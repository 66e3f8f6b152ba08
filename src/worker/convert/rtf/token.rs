//! RTF 1.9 as a stream: braces, control words with their numbers, symbols, bytes of text. Nothing is remembered here.

/// One piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word` with its number.
    Word(&'a str, Option<i32>),
    /// `\~` and its like.
    Symbol(u8),
    /// `\'hh`
    Hex(u8),
    /// Text in the encoding of its font.
    Bytes(&'a [u8]),
    /// What follows `\bin`.
    Binary(&'a [u8]),
}

/// Letters of a control word: the longest known has 27.
const WORD: usize = 32;

/// Reads them one by one.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    /// Of a whole file.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// After the backslash.
    fn control(&mut self) -> Option<Token<'a>> {
        let first = self.peek(0)?;
        if first == b'\'' {
            let digits = self.bytes.get(self.at + 1..self.at + 3).and_then(|two| std::str::from_utf8(two).ok());
            let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
            self.at += if byte.is_some() { 3 } else { 1 };
            return Some(Token::Hex(byte.unwrap_or(b'?')));
        }
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return Some(Token::Symbol(first));
        }
        let start = self.at;
        while self.peek(0).is_some_and(|byte| byte.is_ascii_alphabetic()) && self.at - start < WORD {
            self.at += 1;
        }
        let word = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or_default();
        let start = self.at;
        if self.peek(0) == Some(b'-') && self.peek(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) && self.at - start < 11 {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.bytes[start..self.at]).ok();
        let number = number.filter(|text| !text.is_empty()).map(|text| {
            let number: i64 = text.parse().unwrap_or(0);
            i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
        });
        if self.peek(0) == Some(b' ') {
            self.at += 1;
        }
        if word == "bin" {
            let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0).min(self.bytes.len() - self.at);
            let binary = &self.bytes[self.at..self.at + length];
            self.at += length;
            return Some(Token::Binary(binary));
        }
        Some(Token::Word(word, number))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = self.peek(0)?;
            self.at += 1;
            return match byte {
                b'{' => Some(Token::Open),
                b'}' => Some(Token::Close),
                b'\\' => self.control(),
                b'\r' | b'\n' | 0 => continue,
                _ => {
                    let start = self.at - 1;
                    while self.peek(0).is_some_and(|byte| !b"{}\\\r\n\0".contains(&byte)) {
                        self.at += 1;
                    }
                    Some(Token::Bytes(&self.bytes[start..self.at]))
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, Tokens};

    #[test]
    fn words_end_where_they_should() {
        let tokens: Vec<_> = Tokens::new(br"{\b1 a\u-1080?\'e0\~\bin3 }{}x}").collect();
        let expected = [
            Token::Open,
            Token::Word("b", Some(1)),
            Token::Bytes(b"a"),
            Token::Word("u", Some(-1080)),
            Token::Bytes(b"?"),
            Token::Hex(0xe0),
            Token::Symbol(b'~'),
            Token::Binary(b"}{}"),
            Token::Bytes(b"x"),
            Token::Close,
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn what_is_cut_short_ends() {
        assert_eq!(Tokens::new(br"\bin2000000000 ab").collect::<Vec<_>>(), [Token::Binary(b"ab")]);
        assert_eq!(Tokens::new(br"\'9").collect::<Vec<_>>(), [Token::Hex(b'?'), Token::Bytes(b"9")]);
        assert_eq!(Tokens::new(br"\").count(), 0);
    }
}
