//! What PostgreSQL checks a password against (SCRAM-SHA-256, RFC 5802 and 7677), computed here, so that the server never
//! sees the password itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// As PostgreSQL does by itself.
const ROUNDS: u32 = 4096;
const SALT_BYTES: usize = 16;

/// The verifier of a password in ASCII, as it stands in `pg_authid`.
pub(super) fn verifier(password: &str) -> String {
    use rand::RngExt;
    let salt: [u8; SALT_BYTES] = rand::rng().random();
    let (stored, server) = keys(password, &salt, ROUNDS);
    format!(
        "SCRAM-SHA-256${ROUNDS}:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored),
        STANDARD.encode(server)
    )
}

/// The stored key and the server's key.
fn keys(password: &str, salt: &[u8], rounds: u32) -> ([u8; 32], [u8; 32]) {
    let salted = salted(password, salt, rounds);
    let stored = Sha256::digest(code(&salted, &[b"Client Key"]));
    (stored.into(), code(&salted, &[b"Server Key"]))
}

/// PBKDF2 with one block.
fn salted(password: &str, salt: &[u8], rounds: u32) -> [u8; 32] {
    let mut last = code(password.as_bytes(), &[salt, &1_u32.to_be_bytes()]);
    let mut all = last;
    for _ in 1..rounds {
        last = code(password.as_bytes(), &[&last]);
        for (sum, byte) in all.iter_mut().zip(last) {
            *sum ^= byte;
        }
    }
    all
}

fn code(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length is a key: the block is filled up, or the key hashed first.
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut code = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        code.update(part);
    }
    code.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The conversation of RFC 7677, section 3.
    #[test]
    fn agrees_with_the_standards_example() {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let (stored, server) = keys("pencil", &salt, 4096);
        let said = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                    s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        assert_eq!(
            STANDARD.encode(code(&server, &[said.as_bytes()])),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        );
        // The client proves that it knows the key whose hash is stored.
        let proof = STANDARD
            .decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
            .unwrap();
        let signature = code(&stored, &[said.as_bytes()]);
        let key: Vec<u8> = proof
            .iter()
            .zip(signature)
            .map(|(one, other)| one ^ other)
            .collect();
        assert_eq!(<[u8; 32]>::from(Sha256::digest(key)), stored);
    }

    #[test]
    fn two_verifiers_of_one_password_differ() {
        assert_ne!(verifier("pencil"), verifier("pencil"));
    }
}
