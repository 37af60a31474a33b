//! The contenders, one file each.

pub(crate) mod async_openai;
pub(crate) mod floor;
pub(crate) mod openai_oxide;
pub(crate) mod ours;
pub(crate) mod python;

pub(crate) const KEY: &str = "sk-bench";
pub(crate) const PROJECT: &str = "ocid1.generativeaiproject.oc1..bench";
