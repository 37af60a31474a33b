//! Domains of regions.

#[rustfmt::skip]
mod generated;

use serde::Deserialize;

use self::generated::REGIONS;
use crate::Environment;
use crate::redact::shown;

/// The domain of realm oc1, and of unknown regions.
const DEFAULT_DOMAIN: &str = "oraclecloud.com";

/// A region as described by `OCI_REGION_METADATA`, `~/.oci/regions-config.json` and the metadata
/// service.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegionInfo {
    pub(crate) realm_domain_component: String,
    pub(crate) region_key: String,
    pub(crate) region_identifier: String,
}

/// Identifier and second-level domain of a region. Can be resolved from a short code too.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ResolvedRegion {
    pub(crate) id: String,
    domain: String,
}

impl ResolvedRegion {
    /// Resolves a region like Oracle's libraries: first the known ones, then
    /// `~/.oci/regions-config.json`, then `OCI_REGION_METADATA`. Otherwise a region with a dot is
    /// its own domain, and other regions use `OCI_DEFAULT_REALM` or `oraclecloud.com`.
    pub(crate) fn resolve(region: &str, environment: &Environment) -> Self {
        let name = region.trim().to_lowercase();
        let known = REGIONS
            .iter()
            .find(|(id, code, ..)| *id == name || *code == name);
        if let Some((id, _, _, domain)) = known {
            return Self {
                id: (*id).to_owned(),
                domain: (*domain).to_owned(),
            };
        }
        if let Some(info) = described(&name, environment) {
            return Self::from_info(&info);
        }
        let domain = environment.var("OCI_DEFAULT_REALM");
        Self {
            id: name,
            domain: domain.unwrap_or_else(|| DEFAULT_DOMAIN.to_owned()),
        }
    }

    /// Like [`resolve`](Self::resolve), for user input. A host or URL instead of a region is an
    /// error that suggests the region.
    pub(crate) fn of_setting(region: &str, environment: &Environment) -> Result<Self, String> {
        let name = region.trim().to_lowercase();
        let mut labels = name.split(['/', '.', ':']);
        let is_host = name.contains('/')
            || name.ends_with(".com")
            || labels
                .clone()
                .any(|label| label == "oci" || label == "auth");
        let known = labels.find(|label| REGIONS.iter().any(|(id, ..)| id == label));
        match known {
            Some(known) if known != name => Err(format!(
                "{} is a host; hint: the region is `{known}`",
                shown(region)
            )),
            None if is_host => Err(format!(
                "{} is a host; hint: a region is written like `us-chicago-1`",
                shown(region)
            )),
            _ => Ok(Self::resolve(region, environment)),
        }
    }

    pub(crate) fn from_info(info: &RegionInfo) -> Self {
        Self {
            id: info.region_identifier.to_lowercase(),
            domain: info.realm_domain_component.to_lowercase(),
        }
    }

    /// Returns the address of the identity service that issues tokens.
    pub(crate) fn auth_endpoint(&self) -> String {
        if self.id.contains('.') {
            return format!("https://auth.{}", self.id);
        }
        format!("https://auth.{}.{}", self.id, self.domain)
    }
}

fn described(name: &str, environment: &Environment) -> Option<RegionInfo> {
    let file = environment
        .read(&environment.expand("~/.oci/regions-config.json"))
        .ok();
    let file: Vec<RegionInfo> = file
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let variable = environment.var("OCI_REGION_METADATA");
    let variable: Option<RegionInfo> = variable.and_then(|text| serde_json::from_str(&text).ok());
    file.into_iter().chain(variable).find(|info| {
        let is = |text: &str| text.eq_ignore_ascii_case(name);
        is(&info.region_identifier) || is(&info.region_key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_resolve_to_their_realms_domain() {
        let environment = Environment::from_vars([
            ("HOME", "/h"),
            (
                "OCI_REGION_METADATA",
                r#"{"realmKey":"oc99","realmDomainComponent":"oc99.example","regionKey":"XYZ","regionIdentifier":"xx-new-1"}"#,
            ),
        ])
        .with_files([("/h/none", "")]);
        let endpoint = |region| ResolvedRegion::resolve(region, &environment).auth_endpoint();
        assert_eq!(
            endpoint("us-chicago-1"),
            "https://auth.us-chicago-1.oraclecloud.com"
        );
        assert_eq!(endpoint("ORD"), "https://auth.us-chicago-1.oraclecloud.com");
        assert_eq!(
            endpoint("eu-frankfurt-2"),
            "https://auth.eu-frankfurt-2.oraclecloud.eu"
        );
        assert_eq!(
            endpoint("uk-gov-london-1"),
            "https://auth.uk-gov-london-1.oraclegovcloud.uk"
        );
        assert_eq!(endpoint("xyz"), "https://auth.xx-new-1.oc99.example");
        assert_eq!(
            endpoint("us-nowhere-9"),
            "https://auth.us-nowhere-9.oraclecloud.com"
        );
        assert_eq!(endpoint("region.example"), "https://auth.region.example");
        assert_eq!(
            endpoint("sgu"),
            "https://auth.us-westjordan-1.oraclecloud16.com"
        );
        assert_eq!(
            endpoint("us-dcc-phoenix-4"),
            "https://auth.us-dcc-phoenix-4.oraclecloud17.com"
        );
        assert_eq!(
            endpoint("us-dcc-phoenix-3"),
            "https://auth.us-dcc-phoenix-3.oraclecloud18.com"
        );
        assert_eq!(
            endpoint("NHJ"),
            "https://auth.us-boardman-1.oraclecloud.com"
        );
    }

    #[test]
    fn a_host_instead_of_a_region_is_an_error() {
        let environment = Environment::from_vars([("HOME", "/h")]).with_files([("/h/none", "")]);
        let of = |region| ResolvedRegion::of_setting(region, &environment);
        for host in [
            "inference.generativeai.us-chicago-1.oci.oraclecloud.com",
            "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/openai/v1",
        ] {
            let why = of(host).err().unwrap();
            assert!(why.contains("the region is `us-chicago-1`"), "{why}");
        }
        assert!(
            of("https://example.com")
                .err()
                .unwrap()
                .contains("is a host")
        );
        for region in ["us-chicago-1", " ORD ", "region.example", "us-new-7"] {
            assert!(of(region).is_ok(), "{region}");
        }
    }
}
