//! Parsing of faults: from JSON, in which unknown members are errors, and from a line of text.

use std::path::Path;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value};

use super::registry::check;
use super::{Effect, Fault, FaultCredential, Scenario, ScenarioError};
use crate::files;
use crate::json_error::JsonError;

/// Maximum size of a scenario file, in bytes.
const MAX_SCENARIO_BYTES: u64 = 4 * 1024 * 1024;

/// Target and frequency of a fault. All other members belong to its effect.
#[derive(serde::Deserialize)]
struct Aim {
    route: Option<String>,
    credential: Option<FaultCredential>,
    skip: Option<u64>,
    times: Option<u64>,
    probability: Option<f64>,
}

const AIM: [&str; 5] = ["route", "credential", "skip", "times", "probability"];

impl TryFrom<Map<String, Value>> for Fault {
    type Error = serde_json::Error;

    fn try_from(members: Map<String, Value>) -> Result<Self, Self::Error> {
        let (aim, effect): (Map<_, _>, Map<_, _>) = members
            .into_iter()
            .partition(|(name, _)| AIM.contains(&name.as_str()));
        let aim: Aim = serde_json::from_value(aim.into())?;
        let stray = effect.keys().find(|name| *name != "effect").cloned();
        let effect: Effect = serde_json::from_value(effect.into())?;
        // serde accepts any members for an effect without members, so they are checked here.
        let name = effect.name();
        if let Some(stray) = stray
            && serde_json::to_value(&effect)?.as_object().map(Map::len) == Some(1)
        {
            let says = format!("unknown field `{stray}`: the fault {name} has none of its own");
            return Err(serde_json::Error::custom(says));
        }
        Ok(Self {
            route: aim.route,
            credential: aim.credential,
            skip: aim.skip.unwrap_or_default(),
            times: aim.times,
            probability: aim.probability,
            effect,
        })
    }
}

/// Parses `EFFECT[,NAME=VALUE]…`, such as `status,status=429,route=POST /responses,times=2`. The
/// names are those of the JSON form. A value is JSON, or else a plain string. A text that starts
/// with a brace is the JSON form itself, for values with a comma.
///
/// ```
/// use oci_genai_emulator::{Effect, Fault};
///
/// let fault: Fault = "locked,route=POST /responses,times=2".parse()?;
/// assert_eq!(fault, Fault::new(Effect::Locked).route("POST /responses").times(2));
/// # Ok::<(), oci_genai_emulator::ScenarioError>(())
/// ```
impl FromStr for Fault {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        let malformed = |error: serde_json::Error| ScenarioError::Malformed(error.into());
        let custom = |says: &str| ScenarioError::Malformed(JsonError::custom(says));
        if text.trim_start().starts_with('{') {
            let fault = serde_json::from_str(text).map_err(malformed)?;
            return check(&fault).map(|()| fault);
        }
        let mut parts = text.split(',');
        let effect = parts.next().unwrap_or_default().trim();
        let mut members = Map::from_iter([("effect".to_owned(), Value::from(effect))]);
        for part in parts {
            let (name, value) = part.split_once('=').ok_or_else(|| {
                custom(&format!(
                    "`{part}` is not a NAME=VALUE; hint: use JSON for values with a comma"
                ))
            })?;
            let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
            if members.insert(name.trim().to_owned(), value).is_some() {
                return Err(custom(&format!("`{}` is given twice", name.trim())));
            }
        }
        let fault = Self::try_from(members).map_err(malformed)?;
        check(&fault).map(|()| fault)
    }
}

impl Scenario {
    /// Reads a scenario from a JSON file of at most 4 MiB.
    ///
    /// # Errors
    ///
    /// Returns [`ScenarioError`] if the file cannot be read, is malformed, or has an invalid fault.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ScenarioError> {
        let path = path.as_ref();
        let unreadable = |source| ScenarioError::Read {
            path: path.to_owned(),
            source,
        };
        let text = files::read(path, MAX_SCENARIO_BYTES).map_err(unreadable)?;
        let scenario: Self = serde_json::from_slice(&text)
            .map_err(|error| ScenarioError::Malformed(error.into()))?;
        scenario.faults.iter().try_for_each(check)?;
        Ok(scenario)
    }
}

/// Accepts a string or a number. `retry_after` is either.
pub(super) fn text_or_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(D::Error::custom(format!(
            "{other} is neither a string nor a number"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let error = text.parse::<Fault>().unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", cause.unwrap_or_default())
    }

    #[test]
    fn a_line_of_text_means_what_its_json_means() {
        for (line, json) in [
            ("locked", r#"{"effect": "locked"}"#),
            (
                "status, status=429,retry_after=1,route=POST /responses,times=2",
                r#"{"effect": "status", "status": 429, "retry_after": "1", "route": "POST /responses", "times": 2}"#,
            ),
            (
                "reset,after=true,probability=0.25,credential=session_token",
                r#"{"effect": "reset", "after": true, "probability": 0.25, "credential": "session_token"}"#,
            ),
            (
                "insert,before=2,event=response.new,data={\"a\":1}",
                r#"{"effect": "insert", "before": 2, "event": "response.new", "data": {"a": 1}}"#,
            ),
        ] {
            let read: Fault = line.parse().unwrap();
            assert_eq!(read, serde_json::from_str(json).unwrap(), "{line}");
            assert_eq!(read, json.parse().unwrap(), "{json}");
            let again = serde_json::to_string(&read).unwrap();
            assert_eq!(read, again.parse().unwrap(), "{again}");
        }
    }

    #[test]
    fn what_is_unknown_is_named() {
        for (text, names) in [
            ("explode", "explode"),
            ("", "unknown variant"),
            ("locked,tims=2", "tims"),
            ("latency,ms=5,second=5", "second"),
            ("latency", "ms"),
            ("latency,5", "`5` is not a NAME=VALUE"),
            ("latency,ms=1,ms=2", "`ms` is given twice"),
            ("locked,effect=orphan", "`effect` is given twice"),
            ("locked,times=often", "often"),
            ("locked,probability=2", "not between 0 and 1"),
            (r#"{"effect": "status", "status": 200}"#, "use 400 to 599"),
            (r#"{"effect": "locked", "route": 7}"#, "7"),
            (r#"{"times": 7}"#, "effect"),
        ] {
            let said = refused(text);
            assert!(said.contains(names), "{text}: {said}");
        }
    }
}
