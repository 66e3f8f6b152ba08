//! Grants on paper: JSON Web Tokens (RFC 7519) that say who may read or write one version of one document, signed with
//! HMAC SHA-256 (RFC 7515, RFC 7518 §3.2). Pure: the key, the time and the skew are arguments.
//!
//! One algorithm, no key identifiers, no encryption, by hand on `hmac` and `sha2`: crates for all of JOSE bring RSA and
//! elliptic curves along, and a header that chooses among them is how such tokens are forged. The header's `alg` is
//! compared with the only one there is, and chooses nothing.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::edition::Edition;

/// The only algorithm.
const ALGORITHM: &str = "HS256";

/// Ours are under 300 bytes: what is longer is not looked into.
const TOKEN_BYTES: usize = 1_024;

/// Bytes of a key (RFC 7518 §3.2: as many as the hash has, or more).
pub const KEY_BYTES: usize = 32;

/// The device's key. Is told nobody.
#[derive(Clone)]
pub struct Key(Vec<u8>);

/// What a token is for (`aud`): reading never writes, and writing is a node's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The description and its files.
    Read,
    /// Storing them, and fetching the source.
    Write,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not a token of ours, or over, or not begun yet (RFC 6750 §3.1: `invalid_token`).
    Invalid,
    /// A good one for something else (`insufficient_scope`).
    Elsewhere,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that must be understood (RFC 7515 §4.1.11); we understand none.
    crit: Option<serde_json::Value>,
}

/// Times are seconds since 1970 (RFC 7519 §2, `NumericDate`).
#[derive(Serialize, Deserialize)]
struct Claims {
    aud: Audience,
    sub: String,
    nbf: i64,
    exp: i64,
}

impl Key {
    /// From what was kept; `None` when that is too short to be one.
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= KEY_BYTES).then_some(Self(bytes))
    }

    /// A token for `edition`, good from now on until `expires_s`.
    pub fn sign(&self, audience: Audience, edition: &Edition, now_s: i64, expires_s: i64) -> String {
        let claims = Claims { aud: audience, sub: edition.to_string(), nbf: now_s, exp: expires_s };
        let claims = serde_json::to_string(&claims).unwrap_or_default();
        let signed = format!("{}.{}", encode(br#"{"alg":"HS256","typ":"JWT"}"#), encode(claims.as_bytes()));
        let signature = self.mac(&signed).map(|mac| encode(&mac.finalize().into_bytes())).unwrap_or_default();
        format!("{signed}.{signature}")
    }

    /// Whether `token` opens `edition` for `audience` at `now_s`, give or take the skew of two clocks.
    pub fn open(
        &self,
        token: &str,
        audience: Audience,
        edition: &Edition,
        now_s: i64,
        skew_s: i64,
    ) -> Result<(), Refusal> {
        let claims = self.claims(token).ok_or(Refusal::Invalid)?;
        // Both ends are inclusive of the skew (RFC 7519 §4.1.4, §4.1.5).
        if now_s.saturating_sub(skew_s) >= claims.exp || now_s.saturating_add(skew_s) < claims.nbf {
            return Err(Refusal::Invalid);
        }
        let same = claims.aud == audience && claims.sub == edition.to_string();
        if same { Ok(()) } else { Err(Refusal::Elsewhere) }
    }

    /// The claims of a token that is ours. The signature is compared before anything of the claims is read.
    fn claims(&self, token: &str) -> Option<Claims> {
        let payload = self.payload(token)?;
        serde_json::from_slice(&payload).ok()
    }

    fn payload(&self, token: &str) -> Option<Vec<u8>> {
        if token.len() > TOKEN_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        if header.alg != ALGORITHM || header.crit.is_some() {
            return None;
        }
        // In constant time.
        self.mac(signed)?.verify_slice(&decode(signature)?).ok()?;
        decode(payload)
    }

    fn mac(&self, signed: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(signed.as_bytes());
        Some(mac)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{Audience, Edition, Key, Refusal, decode, encode};

    const NOW: i64 = 1_795_000_000;

    fn key() -> Key {
        Key::of(vec![7; 32]).expect("long enough")
    }

    fn edition(document: i64) -> Edition {
        Edition { document, version: [0xAB; 32] }
    }

    /// A token of our key over any header and claims.
    fn forged(header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let mac = hmac::Mac::finalize(key().mac(&signed).expect("a key")).into_bytes();
        format!("{signed}.{}", encode(&mac))
    }

    fn claims(aud: &str, sub: &str, nbf: i64, exp: i64) -> String {
        format!(r#"{{"aud":{aud},"sub":"{sub}","nbf":{nbf},"exp":{exp}}}"#)
    }

    #[test]
    fn the_example_of_rfc_7515_is_ours_too() {
        // Appendix A.1.1.
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
            .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
            .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = Key::of(decode(secret).expect("base64url")).expect("64 bytes");
        let payload = String::from_utf8(key.payload(token).expect("the signature is right")).expect("text");
        assert_eq!(payload, "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
        assert!(key.payload(&token.replace("dBjf", "dBjg")).is_none());
        assert!(Key::of(vec![1; 31]).is_none(), "shorter than its hash");
    }

    #[test]
    fn a_token_opens_what_it_was_made_for_while_it_lasts() {
        let token = key().sign(Audience::Read, &edition(5), NOW, NOW + 60);
        let open = |audience, document, now| key().open(&token, audience, &edition(document), now, 10);
        assert_eq!(open(Audience::Read, 5, NOW), Ok(()));
        assert_eq!(open(Audience::Write, 5, NOW), Err(Refusal::Elsewhere));
        assert_eq!(open(Audience::Read, 6, NOW), Err(Refusal::Elsewhere));
        let other = Edition { document: 5, version: [0xAC; 32] };
        assert_eq!(key().open(&token, Audience::Read, &other, NOW, 10), Err(Refusal::Elsewhere));
        // Over, and not begun, each with ten seconds of grace.
        assert_eq!([NOW + 69, NOW + 70].map(|now| open(Audience::Read, 5, now)), [Ok(()), Err(Refusal::Invalid)]);
        assert_eq!([NOW - 10, NOW - 11].map(|now| open(Audience::Read, 5, now)), [Ok(()), Err(Refusal::Invalid)]);
        let stranger = Key::of(vec![8; 32]).expect("long enough");
        assert_eq!(stranger.open(&token, Audience::Read, &edition(5), NOW, 10), Err(Refusal::Invalid));
    }

    #[test]
    fn hostile_tokens_open_nothing() {
        let (sub, good) = (edition(5).to_string(), r#"{"alg":"HS256","typ":"JWT"}"#);
        let read = claims("\"read\"", &sub, NOW, NOW + 60);
        let open = |token: &str| key().open(token, Audience::Read, &edition(5), NOW, 0);
        assert_eq!(open(&forged(good, &read)), Ok(()));
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"None","typ":"JWT"}"#,
            r#"{"alg":"hs256"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"HS256","crit":["exp"]}"#,
            r#"{"typ":"JWT"}"#,
            r#"["HS256"]"#,
            "",
        ] {
            assert_eq!(open(&forged(header, &read)), Err(Refusal::Invalid), "{header}");
        }
        for claims in [
            claims("\"admin\"", &sub, NOW, NOW + 60),
            claims("[\"read\",\"write\"]", &sub, NOW, NOW + 60),
            claims("null", &sub, NOW, NOW + 60),
            format!(r#"{{"aud":"read","sub":"{sub}","nbf":{NOW}}}"#),
            format!(r#"{{"aud":"read","sub":"{sub}","nbf":{NOW},"exp":"never"}}"#),
            format!(r#"{{"aud":"read","sub":"{sub}","nbf":{NOW},"exp":1e99}}"#),
            format!(r#"{{"aud":"read","aud":"write","sub":"{sub}","nbf":{NOW},"exp":{}}}"#, NOW + 9),
            "{}".into(),
            "no json".into(),
        ] {
            assert_eq!(open(&forged(good, &claims)), Err(Refusal::Invalid), "{claims}");
        }
        let (token, huge) = (forged(good, &read), forged(good, &claims("\"read\"", &"x".repeat(4_096), NOW, NOW)));
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        for token in [
            format!("{signed}."),
            signed.to_owned(),
            format!("{token}="),
            format!("{token}."),
            format!(".{token}"),
            format!("{token} "),
            format!("{signed}.{}", &signature[..20]),
            format!("{signed}.{signature}A"),
            "..".into(),
            String::new(),
            "\u{0}.ы.é".into(),
            huge,
            ".".repeat(1_000_000),
        ] {
            assert_eq!(open(&token), Err(Refusal::Invalid), "{}", &token.chars().take(80).collect::<String>());
        }
    }
}
