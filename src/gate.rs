//! Who may do what: API tokens and their scopes. The kiosk's own come first, so that they are good without a network.

use std::rc::Rc;

use serde_json::Value;

use crate::{
    access::{bare, hash, hex, holds, scope},
    auth::{AuthServer, Said},
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

/// Whose a token is, and what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// A number or a text: the token's row, or what the auth server calls its user.
    pub id: Value,
    /// The token's name, or the address that the auth server has.
    pub email: String,
    /// Names of the scopes.
    pub scopes: Vec<String>,
}

/// What is known of a token.
enum Whose {
    Holder(Holder),
    Nobodys,
    /// The auth server does not say.
    Unsaid,
}

/// The tokens.
#[derive(Clone)]
pub struct Gate {
    store: Store,
    auth: Option<Rc<AuthServer>>,
}

impl Gate {
    /// The tokens in `store`.
    pub fn new(store: Store) -> Self {
        Self { store, auth: None }
    }

    /// And those that `auth` knows.
    pub fn with_auth(self, auth: Option<AuthServer>) -> Self {
        Self { auth: auth.map(Rc::new), ..self }
    }

    /// Whose the token of the `Authorization` header is.
    pub async fn holder(&self, header: Option<&str>) -> Result<Option<Holder>, Error> {
        Ok(match self.whose(header).await? {
            Whose::Holder(holder) => Some(holder),
            Whose::Nobodys | Whose::Unsaid => None,
        })
    }

    async fn whose(&self, header: Option<&str>) -> Result<Whose, Error> {
        let Some(token) = header.map(bare).filter(|token| !token.is_empty()) else { return Ok(Whose::Nobodys) };
        let hash = hash(token);
        if let Some(own) = self.store.read(move |db| tokens::find(db, &hash)).await? {
            return Ok(Whose::Holder(Holder { id: own.id.into(), email: own.name, scopes: own.scopes }));
        }
        let Some(auth) = &self.auth else { return Ok(Whose::Nobodys) };
        Ok(match auth.session(token).await {
            Said::Session(session) => Whose::Holder(Holder {
                id: session.id.clone(),
                email: session.email.clone(),
                scopes: session.scopes.clone(),
            }),
            Said::Nobodys => Whose::Nobodys,
            Said::Nothing => Whose::Unsaid,
        })
    }

    /// Whether the token allows nothing of `scopes` any more. A server that says nothing has not taken it back, so that
    /// terminals stay while it is down.
    pub async fn is_revoked(&self, header: &str, scopes: &'static [&'static str]) -> Result<bool, Error> {
        Ok(match self.whose(Some(header)).await? {
            Whose::Holder(holder) => !holds(&holder.scopes, scopes),
            Whose::Nobodys => true,
            Whose::Unsaid => false,
        })
    }

    /// Whether the token allows anything at all here: a session of a student at the auth server does not.
    pub async fn is_ours(&self, header: Option<&str>) -> Result<bool, Error> {
        let holder = self.holder(header).await?;
        Ok(holder.is_some_and(|holder| scope::ALL.iter().any(|scope| holds(&holder.scopes, &[scope]))))
    }

    /// Whether the `Authorization` header allows all of `scopes`.
    pub async fn pass(&self, header: Option<&str>, scopes: &'static [&'static str]) -> Result<Pass, Error> {
        Ok(match self.holder(header).await? {
            None => Pass::Unknown,
            Some(holder) if holds(&holder.scopes, scopes) => Pass::Granted,
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
