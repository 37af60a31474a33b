//! Which region requests go to, and where that was said.

use oci_genai::{Region, RegionResolver};

use super::{Credential, Settings, Source, Sourced};
use crate::error::Error;

/// Says where this program sends requests, ahead of what is meant for all of Oracle's tools.
pub(super) const OWN: &str = "OCI_GENAI_REGION";

/// A region by its name, or as the metadata service of an instance describes it.
#[derive(Clone, Debug)]
pub(crate) struct ChosenRegion {
    pub(crate) name: String,
    pub(crate) source: Source,
    described: Option<Region>,
}

impl ChosenRegion {
    /// The region behind the name.
    ///
    /// # Errors
    ///
    /// When no region of that name is known.
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
    /// The region in use. A profile that was named by flag brings its own, which is nearer than the
    /// variables that are meant for all of Oracle's tools; else it is the region that was set, else
    /// the one that comes with the credential. An instance asks its metadata service, unless a base
    /// URL makes that needless.
    ///
    /// # Errors
    ///
    /// When the credential has to be fetched to know the region, and either cannot be had.
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

    /// Whether the credential is a profile that a flag of the command line names.
    fn names_profile_by_flag(&self, credential: &Credential) -> bool {
        let file = self.oci_config.as_ref().map(|path| &path.source);
        let by_flag = self.oci_profile.source.is_flag() || file.is_some_and(Source::is_flag);
        by_flag && credential.profile().is_some()
    }
}

/// What is wrong with a region that is a host or a URL, and what to write instead.
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
            "this is {what}, and a region is wanted: write {region}; to send requests to a host of \
             your own, give its whole URL as the base URL (--base-url, OCI_GENAI_BASE_URL)"
        )),
        None if is_url => Some(
            "this is a URL, and a region such as us-chicago-1 is wanted; give a URL as the base URL \
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
    fn a_host_is_told_from_a_region() {
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
