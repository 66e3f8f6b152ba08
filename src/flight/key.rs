//! The kiosk's key (Ed25519, RFC 8032): made at the first start, it lies in the data folder and never leaves it. What
//! others need to check a record is its public half.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

/// The file's name in the data folder.
const FILE: &str = "record.key";

/// Bytes of a seed and of a public key.
const BYTES: usize = 32;

/// Characters of a key's name.
pub(super) const ID_CHARS: usize = 8;

/// The key.
pub struct Key(Option<Ed25519KeyPair>);

/// Its public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; BYTES]);

/// A key never reaches logs.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// The key of these 32 bytes, which are the secret.
    pub fn from_seed(seed: [u8; BYTES]) -> Self {
        // Any 32 bytes are a seed: this does not fail.
        Self(Ed25519KeyPair::from_seed_unchecked(&seed).ok())
    }

    /// The key in this data folder.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let bytes = fs::read(folder.join(FILE))?;
        let seed = <[u8; BYTES]>::try_from(bytes);
        seed.map(Self::from_seed).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "record.key is no key"))
    }

    /// The key in this data folder; the first start makes it, readable by its owner only. A power cut may take the file or
    /// a part of it in the seconds after that: then it is made anew, and nobody has noted the first one yet.
    pub fn open(folder: &Path) -> io::Result<Self> {
        match Self::read(folder) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                tracing::warn!("record.key was no key and is made anew");
                fs::remove_file(folder.join(FILE))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
        let mut seed = [0; BYTES];
        getrandom::fill(&mut seed).map_err(io::Error::other)?;
        let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(FILE));
        new?.write_all(&seed)?;
        Ok(Self::from_seed(seed))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        let bytes = self.0.as_ref().and_then(|pair| pair.public_key().as_ref().try_into().ok());
        PublicKey(bytes.unwrap_or_default())
    }

    pub(super) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.0.as_ref().map(|pair| pair.sign(text).as_ref().to_vec()).unwrap_or_default()
    }
}

impl PublicKey {
    /// As [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        BASE64.decode(text.trim()).ok()?.try_into().ok().map(Self)
    }

    /// A short name of it: the first characters of its checksum.
    pub fn id(&self) -> String {
        let checksum = Sha256::digest(self.0);
        checksum.iter().map(|byte| format!("{byte:02x}")).collect::<String>().chars().take(ID_CHARS).collect()
    }

    pub(super) fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(text, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::{Key, PublicKey};

    #[test]
    fn it_is_made_once_and_nobody_else_reads_it() {
        let folder = std::env::temp_dir().join(format!("ottisk-key-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let first = Key::open(&folder).expect("made").public();
        assert_eq!(Key::open(&folder).expect("read").public(), first);
        let mode = std::fs::metadata(folder.join("record.key")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(PublicKey::parse(&first.to_string()), Some(first));
        std::fs::write(folder.join("record.key"), "half").expect("written");
        let anew = Key::open(&folder).expect("made anew").public();
        assert!(anew != Key::from_seed([0; 32]).public() && Key::read(&folder).expect("kept").public() == anew);
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn it_signs_as_the_standard_says() {
        let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = Key::from_seed(seed.try_into().expect("32 bytes"));
        let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        assert_eq!(key.sign(&[0x72]), hex(signature));
        assert!(key.public().has_signed(&[0x72], &hex(signature)));
        assert!(!key.public().has_signed(&[0x73], &hex(signature)));
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hex")).collect()
    }
}
