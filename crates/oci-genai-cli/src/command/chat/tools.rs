//! Local tools that a chat can offer to the model. They read no user data and change nothing.

use std::convert::Infallible;

use oci_genai_session::clock::{SystemTimeSource, TimeSource as _};
use oci_genai_session::tool::{Tools, tool};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::time_format::date;

const TIME: (&str, &str) = ("current_time", "The current date and time, in UTC");
const RANDOM: (&str, &str) = ("random_number", "A random integer in an inclusive range");

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Deserialize, JsonSchema)]
struct Range {
    low: i64,
    high: i64,
}

/// Returns the tools.
pub(super) fn all() -> Tools {
    let time = tool(TIME.0, TIME.1, |_: Nothing| async {
        Ok::<_, Infallible>(date(SystemTimeSource.now()))
    });
    let random = tool(RANDOM.0, RANDOM.1, |range: Range| async move {
        if range.low > range.high {
            return Err("low is larger than high");
        }
        Ok(fastrand::i64(range.low..=range.high))
    });
    Tools::new()
        .with(time.repeatable())
        .with(random.repeatable())
}

/// Returns names and descriptions.
pub(super) fn list() -> [(&'static str, &'static str); 2] {
    [TIME, RANDOM]
}
