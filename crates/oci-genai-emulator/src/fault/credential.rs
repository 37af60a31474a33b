//! Selection of requests by credential.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::authenticate::{AcceptedCredential, CredentialKind, api_key_id, is_credential_id};

/// The credential that a fault applies to: all of a kind, or a certain one.
///
/// Written as one string: the name of a kind; the id of a credential as shown by the log, the
/// inspector and [`RecordedRequest::credential`](crate::RecordedRequest::credential), which is the
/// `keyId` of its signatures or the subject of its session token; or an API key, of which only such
/// an id is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Cow<'_, str>", into = "String")]
#[non_exhaustive]
pub enum FaultCredential {
    /// Every credential of this kind.
    Kind(CredentialKind),
    /// The credential with this id.
    Id(String),
}

impl FaultCredential {
    /// Returns true if a request with this claimed credential matches.
    pub(super) fn means(&self, claimed: Option<&AcceptedCredential>) -> bool {
        claimed.is_some_and(|claimed| match self {
            Self::Kind(kind) => *kind == claimed.kind,
            Self::Id(id) => *id == claimed.id,
        })
    }
}

impl From<CredentialKind> for FaultCredential {
    fn from(kind: CredentialKind) -> Self {
        Self::Kind(kind)
    }
}

impl From<&str> for FaultCredential {
    fn from(text: &str) -> Self {
        if let Some(kind) = CredentialKind::named(text) {
            Self::Kind(kind)
        } else if is_credential_id(text) {
            Self::Id(text.to_owned())
        } else {
            Self::Id(api_key_id(text))
        }
    }
}

impl From<Cow<'_, str>> for FaultCredential {
    fn from(text: Cow<'_, str>) -> Self {
        text.as_ref().into()
    }
}

impl From<FaultCredential> for String {
    fn from(credential: FaultCredential) -> Self {
        credential.to_string()
    }
}

impl fmt::Display for FaultCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => kind.fmt(f),
            Self::Id(id) => f.write_str(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_kind_an_id_or_a_key() {
        let kind = FaultCredential::from("session_token");
        assert_eq!(kind, FaultCredential::Kind(CredentialKind::SessionToken));
        for id in [
            "ocid1.tenancy/ocid1.user/aa:bb",
            "ST$… of ada",
            &api_key_id("sk-one"),
        ] {
            assert_eq!(
                FaultCredential::from(id),
                FaultCredential::Id(id.to_owned())
            );
        }
        let key = FaultCredential::from("sk-one-that-is-rather-long");
        assert!(!format!("{key:?}").contains("rather"));
        let text = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<FaultCredential>(&text).unwrap(), key);
    }
}
