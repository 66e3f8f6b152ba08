//! Who may do what: API tokens and their scopes.

use crate::{
    access::{bare, hash, hex, holds},
    error::Error,
    store::{Store, tokens},
};

/// What became of a request for a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Go on.
    Granted,
    /// No token, or nobody's.
    Unknown,
    /// A good token that does not allow this.
    Insufficient,
}

/// The tokens.
#[derive(Clone)]
pub struct Gate {
    store: Store,
}

impl Gate {
    /// The tokens in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Whether the `Authorization` header allows all of `scopes`.
    pub async fn pass(&self, header: Option<&str>, scopes: &'static [&'static str]) -> Result<Pass, Error> {
        let Some(header) = header.map(bare).filter(|token| !token.is_empty()) else { return Ok(Pass::Unknown) };
        let hash = hash(header);
        Ok(match self.store.read(move |db| tokens::scopes(db, &hash)).await? {
            None => Pass::Unknown,
            Some(granted) if holds(&granted, scopes) => Pass::Granted,
            Some(_) => Pass::Insufficient,
        })
    }

    /// Makes a token; it is told once, here.
    pub async fn create(&self, name: &str, scopes: Vec<String>, now: i64) -> Result<String, Error> {
        let mut bytes = [0; crate::access::TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let token = hex(&bytes);
        let (name, hash) = (name.to_owned(), hash(&token));
        self.store.write(move |db| tokens::insert(db, &name, &hash, &scopes, now)).await?;
        Ok(token)
    }

    /// All tokens, without themselves.
    pub async fn list(&self) -> Result<Vec<tokens::Token>, Error> {
        self.store.read(tokens::list).await
    }

    /// Forgets a token; whether there was one.
    pub async fn revoke(&self, id: i64) -> Result<bool, Error> {
        self.store.write(move |db| tokens::revoke(db, id)).await
    }
}
