//! The forms in which [`ClientBuilder::region`](super::ClientBuilder::region) takes a region.

use std::fmt;

use oci_genai_auth::{Environment, redact};

use crate::error::Result;
use crate::{Region, RegionResolver};

/// A region, or the name of one. Made from `&str`, `String` and [`Region`].
#[derive(Clone)]
pub struct RegionSetting(Form);

#[derive(Clone)]
enum Form {
    Name(String),
    Region(Region),
}

impl RegionSetting {
    /// Returns the region. A name that is not in the table is looked up in the settings of the environment.
    pub(super) fn resolve(&self, environment: &Environment) -> Result<Region> {
        match &self.0 {
            Form::Region(region) => Ok(region.clone()),
            Form::Name(name) => match Region::known(name) {
                Some(region) => Ok(region),
                None => RegionResolver::from_environment(environment)?.resolve(name),
            },
        }
    }
}

impl From<&str> for RegionSetting {
    fn from(name: &str) -> Self {
        Self(Form::Name(name.to_owned()))
    }
}

impl From<String> for RegionSetting {
    fn from(name: String) -> Self {
        Self(Form::Name(name))
    }
}

impl From<&String> for RegionSetting {
    fn from(name: &String) -> Self {
        Self(Form::Name(name.clone()))
    }
}

impl From<Region> for RegionSetting {
    fn from(region: Region) -> Self {
        Self(Form::Region(region))
    }
}

impl fmt::Debug for RegionSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            // People put keys where names belong.
            Form::Name(name) => redact::shown(name).fmt(f),
            Form::Region(region) => region.id().fmt(f),
        }
    }
}
