//! Workbooks locked with the password everybody has: who protects a workbook's structure may get a file that Excel has
//! encrypted with its own default password and opens without asking. So do we; any other password stays its owner's.
//!
//! Standard and agile encryption of [MS-OFFCRYPTO] §2.3.4: an OLE2 file whose `EncryptionInfo` says how the zip file in
//! `EncryptedPackage` is encrypted.

use std::{
    io::{Cursor, Read as _},
    iter,
};

use aes::{
    Aes128, Aes192, Aes256, Block,
    cipher::{BlockDecrypt, BlockSizeUser, KeyInit, consts::U16},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    digest::{Algorithm, Context, Digest, SHA1_FOR_LEGACY_USE_ONLY as SHA1},
    hmac,
};
use roxmltree::{Document, Node};

/// Excel's default password.
const PASSWORD: &str = "VelvetSweatshop";

/// `EncryptionInfo` is far shorter.
const INFO_BYTES: u64 = 64 * 1024;

/// The version and the flags that `EncryptionInfo` begins with.
const INFO_HEAD_BYTES: usize = 8;

/// How often standard encryption hashes a password, §2.3.4.7; and how often others may, who may say ten millions.
const STANDARD_SPINS: u32 = 50_000;
const MOST_SPINS: u32 = 1_000_000;

/// What the halves of standard encryption's longest key are derived with, §2.3.4.7.
const HALVES: [[u8; 64]; 2] = [[0x36; 64], [0x5c; 64]];

/// Namespaces of agile encryption, §2.3.4.10.
const ENCRYPTION: &str = "http://schemas.microsoft.com/office/2006/encryption";
const PASSWORD_KEY: &str = "http://schemas.microsoft.com/office/2006/keyEncryptor/password";

/// What makes several keys out of one password, §2.3.4.13, and several initialization vectors out of one salt, §2.3.4.14.
const VERIFIER_INPUT: [u8; 8] = [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79];
const VERIFIER_VALUE: [u8; 8] = [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e];
const KEY_VALUE: [u8; 8] = [0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6];
const HMAC_KEY: [u8; 8] = [0x5f, 0xb2, 0xad, 0x01, 0x0c, 0xb9, 0xe1, 0xf6];
const HMAC_VALUE: [u8; 8] = [0xa0, 0x67, 0x7f, 0x02, 0xb2, 0x2c, 0x84, 0x33];

/// What fills up keys and vectors longer than the hash they come from, §2.3.4.11 and §2.3.4.12.
const FILL: u8 = 0x36;

/// AES's longest key and its blocks.
const LONGEST_KEY: usize = 32;
const BLOCK_BYTES: usize = 16;

/// Every so many bytes a package's encryption begins anew, §2.3.4.15.
const SEGMENT_BYTES: usize = 4096;

/// What every zip file worth opening begins with.
const ZIP: &[u8] = b"PK\x03\x04";

/// What a block is mixed with before the first one is there.
type Vector = [u8; BLOCK_BYTES];

/// The zip file within a workbook that is encrypted with the default password; `None` if it is not, or cannot be read.
pub(super) fn opened(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let mut stream = |name, most| {
        let mut whole = Vec::new();
        file.open_stream(name).ok()?.take(most).read_to_end(&mut whole).ok()?;
        Some(whole)
    };
    let info = stream("EncryptionInfo", INFO_BYTES)?;
    let package = stream("EncryptedPackage", u64::try_from(bytes.len()).ok()?)?;
    let plain = match info.get(..INFO_HEAD_BYTES)? {
        [2..=4, 0, 2, 0, ..] => standard(&info, &package),
        [4, 0, 4, 0, ..] => agile(&info, &package),
        _ => None,
    };
    plain.filter(|plain| plain.starts_with(ZIP))
}

/// Standard encryption: `EncryptionHeader` and `EncryptionVerifier`, §2.3.4.5.
fn standard(info: &[u8], package: &[u8]) -> Option<Vec<u8>> {
    let mut rest = info.get(INFO_HEAD_BYTES..)?;
    let mut header = sized(&mut rest)?;
    // The algorithms named before the key's size can only be AES and SHA-1: with others the verifier will not fit.
    let [_flags, _extra, _cipher, _hash, key_bits] = [(); 5].map(|()| number(&mut header));
    let salt = sized(&mut rest)?;
    let verifier = rest.split_off(..BLOCK_BYTES)?;
    let _hash_bytes = number(&mut rest)?;

    let key = standard_key(salt);
    let key = key.get(..usize::try_from(key_bits? / 8).ok()?)?;
    let expected = hashed(&SHA1, &[&decrypted(key, None, verifier)?]);
    // A hash of 20 bytes takes two blocks.
    let is_it = decrypted(key, None, rest.get(..2 * BLOCK_BYTES)?)?.starts_with(expected.as_ref());
    if is_it { unpacked(package, key, |_| None) } else { None }
}

/// As many bytes as the number before them says.
fn sized<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    rest.split_off(..length)
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u32::from_le_bytes(*number))
}

/// The longest key, of which ciphers take what they need, §2.3.4.7.
fn standard_key(salt: &[u8]) -> Vec<u8> {
    let spun = hashed(&SHA1, &[spun(&SHA1, salt, STANDARD_SPINS).as_ref(), &0_u32.to_le_bytes()]);
    let half = |mut half: [u8; 64]| {
        half.iter_mut().zip(spun.as_ref()).for_each(|(byte, mask)| *byte ^= mask);
        hashed(&SHA1, &[&half])
    };
    HALVES.map(half).iter().flat_map(Digest::as_ref).copied().collect()
}

/// Agile encryption, §2.3.4.10.
fn agile(info: &[u8], package: &[u8]) -> Option<Vec<u8>> {
    let document = Document::parse(str::from_utf8(info.get(INFO_HEAD_BYTES..)?).ok()?).ok()?;
    let element = |space, name| document.descendants().find(|node| node.has_tag_name((space, name)));
    let data = Manner::read(element(ENCRYPTION, "keyData")?)?;
    let key = agile_key(element(PASSWORD_KEY, "encryptedKey")?)?;
    let key = key.get(..data.key_bytes)?;
    if let Some(integrity) = element(ENCRYPTION, "dataIntegrity") {
        let opened = |name, purpose: &[u8]| {
            let value = decrypted(key, Some(data.vector(purpose)), &binary(integrity, name)?)?;
            Some(value.get(..data.hash().output_len())?.to_vec())
        };
        let hmac_key = hmac::Key::new(data.hmac, &opened("encryptedHmacKey", &HMAC_KEY)?);
        hmac::verify(&hmac_key, package, &opened("encryptedHmacValue", &HMAC_VALUE)?).ok()?;
    }
    unpacked(package, key, |segment| Some(data.vector(&segment.to_le_bytes())))
}

/// The key that a `PasswordKeyEncryptor` keeps behind the password, §2.3.4.13, if that is the default one.
fn agile_key(node: Node) -> Option<Vec<u8>> {
    let manner = Manner::read(node)?;
    let spins = node.attribute("spinCount")?.parse().ok().filter(|spins| *spins <= MOST_SPINS)?;
    let spun = spun(manner.hash(), &manner.salt, spins);
    let opened = |name, purpose: &[u8]| {
        let key: [u8; LONGEST_KEY] = filled(hashed(manner.hash(), &[spun.as_ref(), purpose]).as_ref());
        decrypted(key.get(..manner.key_bytes)?, Some(filled(&manner.salt)), &binary(node, name)?)
    };
    // What was encrypted is as long as the salt, without what makes a whole block of it.
    let verifier = opened("encryptedVerifierHashInput", &VERIFIER_INPUT)?;
    let expected = hashed(manner.hash(), &[verifier.get(..manner.salt.len())?]);
    let is_it = opened("encryptedVerifierHashValue", &VERIFIER_VALUE)?.starts_with(expected.as_ref());
    if is_it { opened("encryptedKeyValue", &KEY_VALUE) } else { None }
}

/// How agile encryption encrypts something: with AES and cipher block chaining, or in a way we do not know.
struct Manner {
    hmac: hmac::Algorithm,
    key_bytes: usize,
    salt: Vec<u8>,
}

impl Manner {
    fn read(node: Node) -> Option<Self> {
        let is = |name, value| node.attribute(name) == Some(value);
        if !is("cipherAlgorithm", "AES") || !is("cipherChaining", "ChainingModeCBC") || !is("blockSize", "16") {
            return None;
        }
        let hmac = match node.attribute("hashAlgorithm")? {
            "SHA1" | "SHA-1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            "SHA256" => hmac::HMAC_SHA256,
            "SHA384" => hmac::HMAC_SHA384,
            "SHA512" => hmac::HMAC_SHA512,
            _ => return None,
        };
        let key_bytes = node.attribute("keyBits")?.parse::<usize>().ok()? / 8;
        Some(Self { hmac, key_bytes, salt: binary(node, "saltValue")? })
    }

    fn hash(&self) -> &'static Algorithm {
        self.hmac.digest_algorithm()
    }

    /// §2.3.4.12.
    fn vector(&self, purpose: &[u8]) -> Vector {
        filled(hashed(self.hash(), &[&self.salt, purpose]).as_ref())
    }
}

fn binary(node: Node, name: &str) -> Option<Vec<u8>> {
    STANDARD.decode(node.attribute(name)?).ok()
}

/// `bytes`, cut off or filled up.
fn filled<const LENGTH: usize>(bytes: &[u8]) -> [u8; LENGTH] {
    let mut whole = [FILL; LENGTH];
    whole.iter_mut().zip(bytes).for_each(|(into, byte)| *into = *byte);
    whole
}

/// The password's hash, made slow to find out.
fn spun(hash: &'static Algorithm, salt: &[u8], spins: u32) -> Digest {
    let password: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let first = hashed(hash, &[salt, &password]);
    (0..spins).fold(first, |last, spin| hashed(hash, &[&spin.to_le_bytes(), last.as_ref()]))
}

fn hashed(hash: &'static Algorithm, parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(hash);
    parts.iter().for_each(|part| context.update(part));
    context.finish()
}

/// The zip file of a package, which is as long as its first eight bytes say, §2.3.4.4, and filled up to whole blocks.
fn unpacked(package: &[u8], key: &[u8], vector: impl Fn(u32) -> Option<Vector>) -> Option<Vec<u8>> {
    let (length, sealed) = package.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let mut plain = Vec::with_capacity(sealed.len());
    for (index, segment) in (0..).zip(sealed.chunks(SEGMENT_BYTES)) {
        plain.extend(decrypted(key, vector(index), segment)?);
    }
    plain.truncate(length);
    (plain.len() == length).then_some(plain)
}

/// Whole blocks, each on its own or, from a vector on, chained to the one before.
fn decrypted(key: &[u8], vector: Option<Vector>, sealed: &[u8]) -> Option<Vec<u8>> {
    match key.len() {
        16 => blocks::<Aes128>(key, vector, sealed),
        24 => blocks::<Aes192>(key, vector, sealed),
        32 => blocks::<Aes256>(key, vector, sealed),
        _ => None,
    }
}

fn blocks<Cipher>(key: &[u8], vector: Option<Vector>, sealed: &[u8]) -> Option<Vec<u8>>
where
    Cipher: BlockDecrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let (sealed, _) = sealed.as_chunks::<BLOCK_BYTES>();
    let mut blocks: Vec<Block> = sealed.iter().copied().map(Block::from).collect();
    Cipher::new_from_slice(key).ok()?.decrypt_blocks(&mut blocks);
    if let Some(vector) = &vector {
        for (block, mask) in blocks.iter_mut().zip(iter::once(vector).chain(sealed)) {
            block.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        }
    }
    Some(blocks.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::opened;

    /// An OLE2 file with these streams.
    fn file(info: &[u8], package: &[u8]) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a file");
        for (name, bytes) in [("EncryptionInfo", info), ("EncryptedPackage", package)] {
            file.create_stream(name).and_then(|mut stream| stream.write_all(bytes)).expect("a stream");
        }
        file.into_inner().into_inner()
    }

    #[test]
    fn what_is_not_encrypted_stays_shut() {
        let garbage: Vec<u8> = (0..4096_u32).map(|byte| (byte * 7 % 251) as u8).collect();
        assert_eq!(opened(&[]), None);
        assert_eq!(opened(&garbage), None);
        let file = file(&garbage, &garbage);
        for length in (0..=file.len()).step_by(97) {
            assert_eq!(opened(&file[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn damaged_locks_stay_shut() {
        let standard =
            [4_u32, 0x24, 20, 0x24, 0, 0x660e, 0x8004, 128, 16, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut standard: Vec<u8> = standard.into_iter().flat_map(u32::to_le_bytes).collect();
        standard[2] = 2;
        for length in 0..=standard.len() {
            assert_eq!(opened(&file(&standard[..length], &[0xff; 32])), None, "{length} bytes");
        }
        for spins in ["0", "-1", "1000001", "99999999999"] {
            let lock = format!(
                r#"cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" blockSize="16" keyBits="128" hashAlgorithm="SHA1"
                saltValue="AsA0G42sxnNQ3v09gm0BVg==" spinCount="{spins}" encryptedVerifierHashInput="AsA0G42sxnNQ3v09gm0BVg=="
                encryptedVerifierHashValue="" encryptedKeyValue="AsA0""#
            );
            let xml = format!(
                r#"<encryption xmlns="{}" xmlns:p="{}"><keyData {lock}/><p:encryptedKey {lock}/></encryption>"#,
                super::ENCRYPTION,
                super::PASSWORD_KEY
            );
            let info = [&[4, 0, 4, 0, 0x40, 0, 0, 0], xml.as_bytes()].concat();
            assert_eq!(opened(&file(&info, &[0xff; 32])), None, "{spins} spins");
        }
    }
}
