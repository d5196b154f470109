//! Password hashes: argon2id, off the async threads, only so many at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{IdentityError, PasswordCost};

/// More bytes than this are an attack on the hash function.
const LONGEST: usize = 1024;
/// So many may wait for their turn; one more is turned away.
const LONGEST_QUEUE: usize = 64;

/// Calculates and checks password hashes.
pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// The hash of nobody's password, of the same price as everybody's.
    nobodys: String,
}

impl Passwords {
    pub(crate) async fn new(cost: PasswordCost, concurrent: usize) -> Result<Self, IdentityError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|error| IdentityError::Hash(error.to_string()))?;
        let mut passwords = Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            turns: Arc::new(Semaphore::new(concurrent.max(1))),
            waiting: AtomicUsize::new(0),
            nobodys: String::new(),
        };
        passwords.nobodys = passwords.calculate("nobody's password".to_owned().into()).await?;
        Ok(passwords)
    }

    /// The hash of a new password for the account with this email, as a PHC string; refuses what is no password.
    pub(crate) async fn hash(&self, password: &SecretString, email: &str) -> Result<String, IdentityError> {
        let text = password.expose_secret();
        if text.len() > LONGEST {
            return Err(IdentityError::Password(
                "is too long: take at most 128 characters",
            ));
        }
        porthole_passwords::check(text, email).map_err(IdentityError::Password)?;
        self.calculate(password.clone()).await
    }

    /// Whether the password belongs to the hash. Without a hash the answer is no, after the same work.
    pub(crate) async fn verify(
        &self,
        password: &SecretString,
        hash: Option<String>,
    ) -> Result<bool, IdentityError> {
        // A password that nobody can have is checked against nobody's hash, so that it takes as long as any other.
        let acceptable = password.expose_secret().len() <= LONGEST;
        let password = if acceptable {
            password.clone()
        } else {
            SecretString::default()
        };
        let somebodys = hash.is_some() && acceptable;
        let hash = hash
            .filter(|_| acceptable)
            .unwrap_or_else(|| self.nobodys.clone());
        let argon2 = self.argon2.clone();
        let right = self
            .in_turn(move || {
                let hash =
                    PasswordHash::new(&hash).map_err(|error| IdentityError::Hash(error.to_string()))?;
                match argon2.verify_password(password.expose_secret().as_bytes(), &hash) {
                    Ok(()) => Ok(true),
                    Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                    Err(error) => Err(IdentityError::Hash(error.to_string())),
                }
            })
            .await?;
        Ok(right && somebodys)
    }

    async fn calculate(&self, password: SecretString) -> Result<String, IdentityError> {
        let argon2 = self.argon2.clone();
        self.in_turn(move || {
            argon2
                .hash_password(password.expose_secret().as_bytes())
                .map(|hash| hash.to_string())
                .map_err(|error| IdentityError::Hash(error.to_string()))
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let turn = self.turn().await?;
        tokio::task::spawn_blocking(move || {
            // Kept by the work and not by the request: who hangs up does not make room for one more.
            let _turn = turn;
            work()
        })
        .await
        .map_err(|stopped| IdentityError::Hash(stopped.to_string()))?
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, IdentityError> {
        let _place = Place::take(&self.waiting)?;
        Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|closed| IdentityError::Hash(closed.to_string()))
    }
}

/// A place in the queue, given back when its holder is served or gives up.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, IdentityError> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) < LONGEST_QUEUE {
            Ok(place)
        } else {
            Err(IdentityError::Busy)
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    async fn cheap(concurrent: usize) -> Passwords {
        Passwords::new(
            PasswordCost {
                memory_kib: 64,
                passes: 1,
                lanes: 1,
            },
            concurrent,
        )
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn knows_the_right_password_from_a_wrong_one() {
        let passwords = cheap(1).await;
        let password = "correct horse".to_owned().into();
        let hash = passwords.hash(&password, "ada@example.com").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(
            passwords
                .verify(&"correct horse".to_owned().into(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(&"Correct horse".to_owned().into(), Some(hash))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn nobodys_password_opens_nothing() {
        let passwords = cheap(1).await;
        assert!(
            !passwords
                .verify(&"nobody's password".to_owned().into(), None)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn refuses_short_easy_and_endless_passwords() {
        let passwords = cheap(1).await;
        for text in ["", "1234567", "ßßßß", "password1234"] {
            assert!(
                matches!(
                    passwords.hash(&text.to_owned().into(), "ada@example.com").await,
                    Err(IdentityError::Password(_))
                ),
                "{text}"
            );
        }
        assert!(matches!(
            passwords.hash(&"x".repeat(1025).into(), "ada@example.com").await,
            Err(IdentityError::Password(_))
        ));
        assert!(!passwords.verify(&"x".repeat(100_000).into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn turns_away_the_one_too_many() {
        let passwords = cheap(1).await;
        let _all_turns = Arc::clone(&passwords.turns).acquire_owned().await.unwrap();
        let places: Vec<_> = (0..LONGEST_QUEUE)
            .map(|_| Place::take(&passwords.waiting).unwrap())
            .collect();
        let refused = passwords.verify(&"whatever it is".to_owned().into(), None).await;
        assert!(matches!(refused, Err(IdentityError::Busy)));
        drop(places);
        assert_eq!(passwords.waiting.load(Ordering::Relaxed), 0);
    }
}
