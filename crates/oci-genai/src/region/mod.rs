//! OCI regions, their realms and their endpoints.

mod endpoint;
#[rustfmt::skip]
mod generated;
mod resolver;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use oci_genai_auth::redact;

pub use self::endpoint::{BasePath, Endpoint, EndpointBuilder};
use self::generated::REGIONS;
pub use self::resolver::RegionResolver;
use crate::validation::shown;
use crate::{Error, Result};

/// An OCI region: its identifier and the domain of its endpoints.
///
/// Parsing accepts an identifier or a short code in any case and knows the regions of this release.
/// [`RegionResolver`] also knows the regions that a machine's configuration adds.
/// [`Region::custom`] accepts any region.
///
/// ```
/// use oci_genai::Region;
///
/// let region: Region = "ORD".parse()?;
/// assert_eq!(region.id(), "us-chicago-1");
/// assert_eq!(region.realm(), Some("oc1"));
/// assert_eq!(region.domain(), "oraclecloud.com");
/// # Ok::<_, oci_genai::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    id: Cow<'static, str>,
    short_code: Option<Cow<'static, str>>,
    realm: Option<Cow<'static, str>>,
    domain: Cow<'static, str>,
}

impl Region {
    /// Creates a region that this release does not know, with the second-level domain of its realm,
    /// such as `oraclecloud.com`.
    ///
    /// # Errors
    ///
    /// Returns an error if `id` or `domain` is not a valid part of a host name: letters, digits,
    /// `-`, and in the domain `.`.
    pub fn custom(id: impl Into<String>, domain: impl Into<String>) -> Result<Self> {
        let (given_id, given_domain) = (id.into(), domain.into());
        let id = given_id.to_ascii_lowercase();
        let domain = given_domain.to_ascii_lowercase();
        if !is_host(&id, false) || !is_host(&domain, true) {
            return Err(Error::config(format!(
                "region {} in domain {} does not form a host name; give an identifier such as \
                 us-chicago-1 and a domain such as oraclecloud.com",
                shown(&given_id),
                shown(&given_domain)
            )));
        }
        Ok(Self {
            id: id.into(),
            short_code: None,
            realm: None,
            domain: domain.into(),
        })
    }

    /// Creates a region from a whole domain. Endpoints are `inference.generativeai.` and that
    /// domain.
    fn from_domain(given: &str) -> Result<Self> {
        let domain = given.to_ascii_lowercase();
        // A token contains dots too, and would be sent to name servers.
        if !is_host(&domain, true) || redact::is_secret(given) {
            return Err(Error::config(format!(
                "region {} is neither a region nor a domain",
                shown(given)
            )));
        }
        Ok(Self {
            id: domain.clone().into(),
            short_code: None,
            realm: None,
            domain: domain.into(),
        })
    }

    /// Returns `true` if the region was given as a domain, which is then also its id.
    fn is_domain(&self) -> bool {
        self.id == self.domain
    }

    /// Finds a region of the table by identifier or short code, in any case.
    pub fn known(name: &str) -> Option<Self> {
        let name = name.trim();
        REGIONS
            .binary_search_by(|row| row.0.cmp(name))
            .ok()
            .or_else(|| {
                REGIONS.iter().position(|row| {
                    row.1.eq_ignore_ascii_case(name) || row.0.eq_ignore_ascii_case(name)
                })
            })
            .map(|index| Self::from_row(&REGIONS[index]))
    }

    /// Returns every region that this release knows, sorted by identifier.
    pub fn all() -> impl Iterator<Item = Self> {
        REGIONS.iter().map(Self::from_row)
    }

    const fn from_row(row: &(&'static str, &'static str, &'static str, &'static str)) -> Self {
        Self {
            id: Cow::Borrowed(row.0),
            short_code: Some(Cow::Borrowed(row.1)),
            realm: Some(Cow::Borrowed(row.2)),
            domain: Cow::Borrowed(row.3),
        }
    }

    /// Returns the identifier, such as `us-chicago-1`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the short code, such as `ord`, if known.
    pub fn short_code(&self) -> Option<&str> {
        self.short_code.as_deref()
    }

    /// Returns the realm, such as `oc1`, if known.
    pub fn realm(&self) -> Option<&str> {
        self.realm.as_deref()
    }

    /// Returns the second-level domain, such as `oraclecloud.com`.
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl FromStr for Region {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::known(name).ok_or_else(|| unknown(name))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// Creates the error of an unknown region, with the nearest known one.
fn unknown(name: &str) -> Error {
    let name = name.trim();
    let start: String = name.chars().take(80).collect();
    let nearest = REGIONS
        .iter()
        .map(|row| (distance(row.0, &start.to_ascii_lowercase()), row.0))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, id)| format!("; did you mean {id}?"))
        .unwrap_or_default();
    Error::config(format!("unknown region {}{nearest}", shown(name))).with_hint(
        "for a region newer than this release set OCI_DEFAULT_REALM to its second-level domain \
         (oraclecloud.com in the commercial realm), describe it in OCI_REGION_METADATA, or give a \
         base URL",
    )
}

/// Returns the edit distance, for suggestions.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

fn is_host(text: &str, dots: bool) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253
        && if dots {
            text.split('.').all(label)
        } else {
            label(text)
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_complete() {
        assert!(REGIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(Region::all().count(), 91);
    }

    #[test]
    fn identifiers_and_short_codes_in_any_case() {
        for name in ["us-chicago-1", "US-Chicago-1", "ord", "ORD", " ord "] {
            assert_eq!(Region::known(name).unwrap().id(), "us-chicago-1", "{name}");
        }
        let frankfurt = Region::known("eu-frankfurt-2").unwrap();
        assert_eq!(frankfurt.realm(), Some("oc19"));
        assert_eq!(frankfurt.domain(), "oraclecloud.eu");
    }

    #[test]
    fn an_unknown_region_is_an_error_that_suggests() {
        let error = "us-chicgo-1".parse::<Region>().unwrap_err();
        assert!(error.is_config());
        assert_eq!(
            error.to_string(),
            "unknown region \"us-chicgo-1\"; did you mean us-chicago-1?"
        );
        assert!(error.hint().unwrap().contains("OCI_DEFAULT_REALM"));
        let error = "nowhere".parse::<Region>().unwrap_err();
        assert!(!error.to_string().contains("mean"));
    }

    #[test]
    fn custom_regions_must_form_a_host_name() {
        assert!(Region::custom("xx-new-1", "oraclecloud.com").is_ok());
        for (id, domain) in [
            ("a/b", "x.com"),
            ("a", "x..com"),
            ("", "x.com"),
            ("a.b", "x.com"),
        ] {
            assert!(Region::custom(id, domain).unwrap_err().is_config());
        }
    }
}
