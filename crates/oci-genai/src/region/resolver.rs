//! Regions that are newer than this release: where a machine's configuration describes them.

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
/// No honest metadata file is larger.
const MAX_METADATA: u64 = 1024 * 1024;

/// Finds regions by name: in the table first, then in what the machine's configuration adds.
///
/// For a name that is not in the table these are asked in turn, as Oracle's own SDK does it:
///
/// 1. `~/.oci/regions-config.json`, a JSON array of region descriptions;
/// 2. `OCI_REGION_METADATA`, one description as a JSON object;
/// 3. a name with a `.` in it is a domain itself;
/// 4. `OCI_DEFAULT_REALM`, the second-level domain of unknown regions.
///
/// After that Oracle's SDK goes on in the commercial realm without a word. Here an unknown region is
/// an error, because a misspelt one would otherwise surface as a name that does not resolve.
///
/// A description has `realmKey`, `realmDomainComponent`, `regionKey` and `regionIdentifier`.
#[derive(Clone, Default)]
pub struct RegionResolver {
    regions: Vec<Region>,
    default_domain: Option<String>,
}

/// A region as OCI's region metadata describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    realm_key: String,
    realm_domain_component: String,
    region_key: String,
    region_identifier: String,
}

impl RegionResolver {
    /// Knows the table only.
    pub const fn new() -> Self {
        Self {
            regions: Vec::new(),
            default_domain: None,
        }
    }

    /// Reads the file and the variables named above.
    ///
    /// # Errors
    ///
    /// When the file or a variable is there but cannot be read or is not a description.
    pub fn from_env() -> Result<Self> {
        Self::from_environment(&Environment::process())
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
                "{} is larger than 1 MiB, so it is no region description",
                path.display()
            )));
        }
        let json = std::fs::read_to_string(path).map_err(|error| {
            Error::config(format!("cannot read {}", path.display())).with_source(error)
        })?;
        let described: Vec<Metadata> =
            serde_json::from_str(&json).map_err(|error| unusable(path.display(), place(&error)))?;
        for metadata in described {
            self.add(metadata)
                .map_err(|error| unusable(path.display(), error))?;
        }
        Ok(())
    }

    /// Adds a region by its description, a JSON object. Regions of the table are not overridden.
    ///
    /// # Errors
    ///
    /// When the text is not such an object, or a member is empty.
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

    /// Takes every region that is found nowhere else to be in this second-level domain.
    ///
    /// # Errors
    ///
    /// When it is not a domain name, such as `oraclecloud.com`. A realm's name (`oc1`) is not one.
    pub fn with_default_domain(mut self, domain: impl Into<String>) -> Result<Self> {
        let domain = domain.into();
        if !domain.contains('.') || !super::is_host(&domain, true) {
            return Err(Error::config(format!(
                "default realm {} is not a domain: give the realm's second-level domain, such as \
                 oraclecloud.com",
                crate::validate::shown(&domain)
            )));
        }
        self.default_domain = Some(domain);
        Ok(self)
    }

    /// Asks the metadata service of the OCI instance this runs on, and returns its region, which is
    /// known from then on. Only ever done when asked for: elsewhere nobody answers at that address.
    ///
    /// # Errors
    ///
    /// When no metadata service answers within two seconds, or it describes no region.
    pub async fn instance_region(&mut self) -> Result<Region> {
        let base = match var(&Environment::process(), "OCI_METADATA_BASE_URL") {
            Some(base) => base,
            None => METADATA_SERVICE.to_owned(),
        };
        self.instance_region_at(&base).await
    }

    /// Like [`instance_region`](Self::instance_region), with the service at another address.
    ///
    /// # Errors
    ///
    /// When no metadata service answers within two seconds, or it describes no region.
    pub async fn instance_region_at(&mut self, base_url: &str) -> Result<Region> {
        let unreachable = |error: reqwest::Error| {
            Error::config("the instance metadata service did not tell a region")
                .with_source(error)
                .with_hint(
                    "it answers on OCI compute instances only; set OCI_GENAI_REGION elsewhere",
                )
        };
        let client =
            crate::wire::metadata_client(base_url, METADATA_TIMEOUT).map_err(unreachable)?;
        let metadata: Metadata = client
            .get(format!(
                "{}/instance/regionInfo",
                base_url.trim_end_matches('/')
            ))
            // Not a secret: the service wants it so that browsers cannot be made to ask.
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

    /// Finds a region by identifier or short code, in any case.
    ///
    /// # Errors
    ///
    /// When it is found nowhere; the error names the nearest known region and the ways to add one.
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
    Error::config(format!("{what} does not describe regions")).with_source(error)
}

/// Where a text is not as expected. What stands there is not repeated: it may be a secret that was put in
/// the wrong place.
fn place(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "it has another form",
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
        let env = Environment::fixed([
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
        let env = Environment::fixed([("OCI_DEFAULT_REALM", "oraclecloud7.com")]);
        let resolver = RegionResolver::from_environment(&env).unwrap();
        assert_eq!(
            resolver.resolve("xx-new-1").unwrap().domain(),
            "oraclecloud7.com"
        );
        let env = Environment::fixed([("OCI_DEFAULT_REALM", "oc7")]);
        assert!(RegionResolver::from_environment(&env).is_err());
    }

    #[test]
    fn what_nobody_knows_is_an_error_not_a_guess() {
        let error = RegionResolver::new().resolve("us-nowhere-9").unwrap_err();
        assert!(error.is_config());
        assert!(error.to_string().contains("us-nowhere-9"));
    }

    #[test]
    fn empty_or_broken_metadata_is_refused() {
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
