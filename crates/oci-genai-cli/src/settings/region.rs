//! Resolves the region and its source.

use oci_genai::{Region, RegionResolver};

use super::{Credential, Settings, Source, Sourced};
use crate::error::Error;

/// Variable for this program, which precedes the variables of Oracle's tools.
pub(super) const OWN: &str = "OCI_GENAI_REGION";

/// A region by name, or from the metadata service of an instance.
#[derive(Clone, Debug)]
pub(crate) struct ChosenRegion {
    pub(crate) name: String,
    pub(crate) source: Source,
    described: Option<Region>,
}

impl ChosenRegion {
    /// Returns the region for the name.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is unknown.
    pub(crate) fn resolve(&self) -> Result<Region, Error> {
        if let Some(region) = &self.described {
            return Ok(region.clone());
        }
        if let Some(text) = not_a_name(&self.name) {
            return Err(Error::usage(format!("{}: {text}", self.source)));
        }
        Ok(RegionResolver::from_env()?.resolve(&self.name)?)
    }
}

impl From<Sourced<String>> for ChosenRegion {
    fn from(named: Sourced<String>) -> Self {
        Self {
            name: named.value,
            source: named.source,
            described: None,
        }
    }
}

impl Settings {
    /// Returns the region in use: the region of a profile named by flag, which precedes the variables
    /// of Oracle's tools; else the region that is set; else the credential's. An instance asks its
    /// metadata service, unless there is a base URL.
    ///
    /// # Errors
    ///
    /// Returns an error if the region requires fetching the credential and that fails.
    pub(crate) async fn region_for(
        &self,
        credential: &Credential,
    ) -> Result<Option<ChosenRegion>, Error> {
        let own = credential.region(self);
        let is_nearest = |set: &&Sourced<String>| {
            let is_own_setting = set.source.is_flag() || set.source == Source::Variable(OWN);
            is_own_setting || own.is_none() || !self.names_profile_by_flag(credential)
        };
        let set = self.region.as_ref().filter(is_nearest);
        if let Some(named) = set.cloned().or(own) {
            return Ok(Some(named.into()));
        }
        if self.base_url.is_some() || !credential.is_instance().await? {
            return Ok(None);
        }
        let region = RegionResolver::from_env()?.instance_region().await?;
        Ok(Some(ChosenRegion {
            name: region.id().to_owned(),
            source: Source::Metadata,
            described: Some(region),
        }))
    }

    /// Returns whether the credential is a profile named by a flag.
    fn names_profile_by_flag(&self, credential: &Credential) -> bool {
        let file = self.oci_config.as_ref().map(|path| &path.source);
        let by_flag = self.oci_profile.source.is_flag() || file.is_some_and(Source::is_flag);
        by_flag && credential.profile().is_some()
    }
}

/// Explains the error of a region that is a host or a URL.
fn not_a_name(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let is_url = lower.contains("://");
    let host = lower.split_once("://").map_or(&*lower, |(_, rest)| rest);
    let authority = host.split(['/', '?', '#']).next().unwrap_or(host);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.split(':').next().unwrap_or(host);
    let known = host
        .split('.')
        .filter(|_| host.contains('.'))
        .find_map(Region::known);
    let what = if is_url { "a URL" } else { "a host" };
    match known {
        Some(region) => Some(format!(
            "this is {what}, not a region: write {region}; to send requests to a host of \
             your own, give its whole URL as the base URL (--base-url, OCI_GENAI_BASE_URL)"
        )),
        None if is_url => Some(
            "this is a URL, not a region such as us-chicago-1; give a URL as the base URL \
             (--base-url, OCI_GENAI_BASE_URL)"
                .to_owned(),
        ),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::not_a_name;

    #[test]
    fn a_host_in_place_of_a_region_is_explained() {
        for host in [
            "inference.generativeai.us-chicago-1.oci.oraclecloud.com",
            "https://inference.generativeai.US-CHICAGO-1.oci.oraclecloud.com/openai/v1",
            "us-chicago-1.oraclecloud.com",
            "https://key:secret@generativeai.us-chicago-1.oci.oraclecloud.com:443",
        ] {
            let text = not_a_name(host).unwrap_or_default();
            assert!(text.contains("write us-chicago-1;"), "{host}: {text}");
            assert!(!text.contains("secret"), "{text}");
        }
        assert!(not_a_name("https://gateway.example/v1").is_some());
        for region in ["us-chicago-1", "ord", "us-chicgo-1", "region.example", ""] {
            assert_eq!(not_a_name(region), None);
        }
    }
}
