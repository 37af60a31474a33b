//! Who is compared, a file each.

pub(crate) mod async_openai;
pub(crate) mod floor;
pub(crate) mod openai_oxide;
pub(crate) mod ours;
pub(crate) mod python;
