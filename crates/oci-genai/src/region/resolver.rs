//! Resolves regions that a machine's configuration adds, for regions newer than this release.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use http::header::AUTHORIZATION;
use oci_genai_auth::Environment;
use serde::Deserialize;

use super::{Region, unknown};
use crate::environment::var;
use crate::error::Source;
use crate::{Error, Result};

const METADATA_SERVICE: &str = "http://169.254.169.254/opc/v2";
const METADATA_TIMEOUT: Duration = Duration::from_secs(2);
/// Larger files are not region metadata.
const MAX_METADATA: u64 = 1024 * 1024;

/// Resolves regions by name: first from the table, then from the machine's configuration.
///
/// For a name that is not in the table, these sources apply in this order, as in Oracle's own SDK:
///
/// 1. `~/.oci/regions-config.json`, a JSON array of region descriptions;
/// 2. `OCI_REGION_METADATA`, one description as a JSON object;
/// 3. a name that contains a `.`, which is a domain itself;
/// 4. `OCI_DEFAULT_REALM`, the second-level domain of unknown regions.
///
/// Oracle's SDK then silently assumes the commercial realm. Here an unknown region is an error,
/// because a misspelled one would otherwise fail later as a host name that does not resolve.
///
/// A description has the members `realmKey`, `realmDomainComponent`, `regionKey` and
/// `regionIdentifier`.
#[derive(Clone, Default)]
pub struct RegionResolver {
    regions: Vec<Region>,
    default_domain: Option<String>,
}

/// A region in the form of OCI's region metadata.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    realm_key: String,
    realm_domain_component: String,
    region_key: String,
    region_identifier: String,
}

impl RegionResolver {
    /// Creates a resolver that knows only the table.
    pub const fn new() -> Self {
        Self {
            regions: Vec::new(),
            default_domain: None,
        }
    }

    /// Creates a resolver that also reads the file and the variables above.
    ///
    /// # Errors
    ///
    /// Returns an error if the file or a variable exists but cannot be read or is not a
    /// description.
    pub fn from_env() -> Result<Self> {
        Self::from_environment(&Environment::from_process())
    }

    pub(crate) fn from_environment(env: &Environment) -> Result<Self> {
        let mut resolver = Self::new();
        if let Some(home) = env.home() {
            resolver.read_file(&home.join(".oci").join("regions-config.json"))?;
        }
        if let Some(json) = var(env, "OCI_REGION_METADATA") {
            resolver = resolver
                .with_metadata(&json)
                .map_err(|error| unusable("OCI_REGION_METADATA", error))?;
        }
        if let Some(domain) = var(env, "OCI_DEFAULT_REALM") {
            resolver = resolver.with_default_domain(domain)?;
        }
        Ok(resolver)
    }

    fn read_file(&mut self, path: &Path) -> Result<()> {
        let Ok(meta) = std::fs::metadata(path) else {
            return Ok(());
        };
        if meta.len() > MAX_METADATA {
            return Err(Error::config(format!(
                "{} is larger than 1 MiB, so it is not a region description",
                path.display()
            )));
        }
        let json = std::fs::read_to_string(path).map_err(|error| {
            Error::config(format!("could not read {}", path.display())).with_source(error)
        })?;
        let described: Vec<Metadata> =
            serde_json::from_str(&json).map_err(|error| unusable(path.display(), place(&error)))?;
        for metadata in described {
            self.add(metadata)
                .map_err(|error| unusable(path.display(), error))?;
        }
        Ok(())
    }

    /// Adds a region from its description, a JSON object. Regions of the table are not overridden.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not such an object, or a member is empty.
    pub fn with_metadata(mut self, json: &str) -> Result<Self> {
        let metadata = serde_json::from_str(json).map_err(|error| {
            Error::config(
                "not a region description: expected a JSON object with realmKey, \
                 realmDomainComponent, regionKey and regionIdentifier",
            )
            .with_source(place(&error))
        })?;
        self.add(metadata)?;
        Ok(self)
    }

    /// Sets the second-level domain of all regions that no other source knows.
    ///
    /// # Errors
    ///
    /// Returns an error if `domain` is not a domain name, such as `oraclecloud.com`. A realm's name
    /// (`oc1`) is not one.
    pub fn with_default_domain(mut self, domain: impl Into<String>) -> Result<Self> {
        let domain = domain.into();
        if !domain.contains('.') || !super::is_host(&domain, true) {
            return Err(Error::config(format!(
                "default realm {} is not a domain: give the realm's second-level domain, such as \
                 oraclecloud.com",
                crate::validation::shown(&domain)
            )));
        }
        self.default_domain = Some(domain);
        Ok(self)
    }

    /// Returns the region of the OCI instance that this program runs on, from the instance's
    /// metadata service. The resolver knows the region from then on. The resolver queries the
    /// metadata service only on request, because its address does not respond outside of OCI.
    ///
    /// # Errors
    ///
    /// Returns an error if no metadata service responds within two seconds, or it describes no
    /// region.
    pub async fn instance_region(&mut self) -> Result<Region> {
        let base = match var(&Environment::from_process(), "OCI_METADATA_BASE_URL") {
            Some(base) => base,
            None => METADATA_SERVICE.to_owned(),
        };
        self.instance_region_at(&base).await
    }

    /// Like [`instance_region`](Self::instance_region), with the metadata service at another
    /// address.
    ///
    /// # Errors
    ///
    /// Returns an error if no metadata service responds within two seconds, or it describes no
    /// region.
    pub async fn instance_region_at(&mut self, base_url: &str) -> Result<Region> {
        let unreachable = |error: reqwest::Error| {
            Error::config("the instance metadata service did not return a region")
                .with_source(error)
                .with_hint(
                    "it exists only on OCI compute instances; elsewhere set OCI_GENAI_REGION",
                )
        };
        let client =
            crate::wire::metadata_client(base_url, METADATA_TIMEOUT).map_err(unreachable)?;
        let metadata: Metadata = client
            .get(format!(
                "{}/instance/regionInfo",
                base_url.trim_end_matches('/')
            ))
            // Not a secret. The service requires it so that browsers cannot be tricked into a
            // request.
            .header(AUTHORIZATION, "Bearer Oracle")
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(unreachable)?
            .json()
            .await
            .map_err(unreachable)?;
        let identifier = metadata.region_identifier.clone();
        self.add(metadata)?;
        self.resolve(&identifier)
    }

    fn add(&mut self, metadata: Metadata) -> Result<()> {
        let Metadata {
            realm_key,
            realm_domain_component,
            region_key,
            region_identifier,
        } = metadata;
        if realm_key.is_empty() || region_key.is_empty() {
            return Err(Error::config(
                "realmKey and regionKey of a region description must not be empty",
            ));
        }
        let mut region = Region::custom(region_identifier, realm_domain_component)?;
        region.short_code = Some(region_key.to_ascii_lowercase().into());
        region.realm = Some(realm_key.to_ascii_lowercase().into());
        self.regions.push(region);
        Ok(())
    }

    /// Resolves a region by identifier or short code, in any case.
    ///
    /// # Errors
    ///
    /// Returns an error if no source knows the region. The error names the nearest known region and
    /// how to add one.
    pub fn resolve(&self, name: &str) -> Result<Region> {
        let name = name.trim();
        if let Some(region) = Region::known(name) {
            return Ok(region);
        }
        let added = self.regions.iter().find(|region| {
            region.id().eq_ignore_ascii_case(name)
                || region
                    .short_code()
                    .is_some_and(|code| code.eq_ignore_ascii_case(name))
        });
        if let Some(region) = added {
            return Ok(region.clone());
        }
        if name.contains('.') {
            return Region::from_domain(name);
        }
        match &self.default_domain {
            Some(domain) => Region::custom(name, domain.clone()),
            None => Err(unknown(name)),
        }
    }
}

impl fmt::Debug for RegionResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegionResolver")
            .field("regions", &self.regions)
            .field("default_domain", &self.default_domain)
            .finish()
    }
}

fn unusable(what: impl fmt::Display, error: impl Into<Source>) -> Error {
    Error::config(format!("{what} is not a valid region description")).with_source(error)
}

/// Returns the position where a text is invalid. The text itself is not repeated, because it may be
/// a misplaced secret.
fn place(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "it has an unexpected form",
        _ => "it is not JSON",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARS: &str = r#"{"realmKey":"OC99","realmDomainComponent":"oraclecloud99.com",
        "regionKey":"ZZM","regionIdentifier":"sol-mars-1"}"#;

    #[test]
    fn metadata_adds_a_region_and_its_short_code() {
        let resolver = RegionResolver::new().with_metadata(MARS).unwrap();
        for name in ["sol-mars-1", "zzm", "ZZM"] {
            let region = resolver.resolve(name).unwrap();
            assert_eq!(region.id(), "sol-mars-1");
            assert_eq!(region.domain(), "oraclecloud99.com");
            assert_eq!(region.realm(), Some("oc99"));
        }
    }

    #[test]
    fn metadata_does_not_override_the_table() {
        let json = MARS.replace("sol-mars-1", "us-chicago-1");
        let resolver = RegionResolver::new().with_metadata(&json).unwrap();
        assert_eq!(
            resolver.resolve("us-chicago-1").unwrap().domain(),
            "oraclecloud.com"
        );
    }

    #[test]
    fn file_and_variables_are_read_in_order() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".oci")).unwrap();
        let file = home.path().join(".oci/regions-config.json");
        std::fs::write(&file, format!("[{MARS}]")).unwrap();
        let other = MARS.replace("oraclecloud99.com", "elsewhere.com");
        let env = Environment::from_vars([
            ("OCI_REGION_METADATA", other.as_str()),
            ("HOME", home.path().to_str().unwrap()),
        ]);
        let resolver = RegionResolver::from_environment(&env).unwrap();
        assert_eq!(
            resolver.resolve("zzm").unwrap().domain(),
            "oraclecloud99.com"
        );

        std::fs::write(&file, "{}").unwrap();
        let error = RegionResolver::from_environment(&env).unwrap_err();
        assert!(error.to_string().contains("regions-config.json"), "{error}");
    }

    #[test]
    fn the_default_realm_is_a_domain() {
        let env = Environment::from_vars([("OCI_DEFAULT_REALM", "oraclecloud7.com")]);
        let resolver = RegionResolver::from_environment(&env).unwrap();
        assert_eq!(
            resolver.resolve("xx-new-1").unwrap().domain(),
            "oraclecloud7.com"
        );
        let env = Environment::from_vars([("OCI_DEFAULT_REALM", "oc7")]);
        assert!(RegionResolver::from_environment(&env).is_err());
    }

    #[test]
    fn an_unknown_region_is_an_error_not_a_guess() {
        let error = RegionResolver::new().resolve("us-nowhere-9").unwrap_err();
        assert!(error.is_config());
        assert!(error.to_string().contains("us-nowhere-9"));
    }

    #[test]
    fn empty_or_invalid_metadata_is_rejected() {
        for json in [
            "",
            "[]",
            "{}",
            &MARS.replace("OC99", ""),
            &MARS.replace("sol-mars-1", ""),
        ] {
            assert!(RegionResolver::new().with_metadata(json).is_err(), "{json}");
        }
    }
}
