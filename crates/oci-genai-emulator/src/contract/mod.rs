//! The contract's schemas of request bodies, and holding bodies against them.

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{Keyword, ValidationError, Validator};
use serde_json::Value;

use crate::error::ApiError;

mod nulls;

/// The schemas of all bodies, made by `cargo xtask codegen` from `openapi/oci-genai.yaml`.
const SCHEMAS: &str = include_str!("generated.json");

/// An operation that takes a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateConversation,
    UpdateConversation,
    CreateItems,
    CreateResponse,
    CountInputTokens,
    CompactResponse,
}

impl Operation {
    const ALL: [Self; 6] = [
        Self::CreateConversation,
        Self::UpdateConversation,
        Self::CreateItems,
        Self::CreateResponse,
        Self::CountInputTokens,
        Self::CompactResponse,
    ];

    fn id(self) -> &'static str {
        match self {
            Self::CreateConversation => "create_conversation",
            Self::UpdateConversation => "update_conversation",
            Self::CreateItems => "create_items",
            Self::CreateResponse => "create_response",
            Self::CountInputTokens => "count_input_tokens",
            Self::CompactResponse => "compact_response",
        }
    }
}

static PARSED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(SCHEMAS).unwrap_or_default());

/// The validators, in the order of [`Operation::ALL`]. None where the schema is no schema, which a test
/// rules out.
static VALIDATORS: LazyLock<Vec<Option<Validator>>> = LazyLock::new(|| {
    let schemas = &*PARSED;
    let of = |operation: &Operation| {
        let mut schema = schemas["bodies"].get(operation.id())?.clone();
        schema["$defs"] = schemas["$defs"].clone();
        jsonschema::draft202012::options()
            .should_validate_formats(true)
            .with_keyword("bits", |_, bits, _| Ok(Box::new(Bits::of(bits))))
            .build(&schema)
            .ok()
    };
    Operation::ALL.iter().map(of).collect()
});

/// Refuses integers of more bits. Those of more than 64 are read as the float that is nearest, which `minimum`
/// and `maximum` cannot tell from the bounds.
struct Bits {
    bound: i64,
}

impl Bits {
    fn of(bits: &Value) -> Self {
        let bound = if *bits == 32 {
            i32::MAX.into()
        } else {
            i64::MAX
        };
        Self { bound }
    }
}

impl<'i> Keyword<'i> for Bits {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) {
            return Ok(());
        }
        Err(ValidationError::custom(
            "it is not an integer of so many bits",
        ))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        let Value::Number(number) = instance else {
            return true;
        };
        match number.as_i64() {
            Some(integer) => (-self.bound - 1..=self.bound).contains(&integer),
            // A float may be whole as well; the nearest one to an integer too large is 2 to the power of 63.
            None => number
                .as_f64()
                .is_some_and(|float| float.abs() < 9_223_372_036_854_775_808.0),
        }
    }
}

/// Complains about a value of `include`, written either way, that the contract does not name.
pub(crate) fn check_query(query: &str) -> Result<(), ApiError> {
    let known = PARSED["$defs"]["Include"]["enum"].as_array();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let named = || known.is_some_and(|known| known.iter().any(|known| *known == *value));
        if matches!(name.as_ref(), "include" | "include[]") && !named() {
            let known: Vec<_> = known
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            return Err(ApiError::invalid(
                "include",
                &format!("one of {}", known.join(", ")),
            ));
        }
    }
    Ok(())
}

/// Complains about the first thing in a body that the contract does not allow. What the contract does not
/// name at all is allowed: the service drops it.
pub(crate) fn check(operation: Operation, body: &Value) -> Result<(), ApiError> {
    let validator = VALIDATORS.get(operation as usize).and_then(Option::as_ref);
    let checked = validator.map_or(Ok(()), |validator| validator.validate(body));
    checked.map_err(|error| complaint(&error))
}

/// Takes optional members out of a body that are null though the contract allows a value or nothing; names them.
pub(crate) fn take_out_nulls(operation: Operation, body: &mut Value) -> Vec<String> {
    let schema = &PARSED["bodies"][operation.id()];
    nulls::take_out(&PARSED["$defs"], schema, body)
}

fn complaint(error: &ValidationError<'_>) -> ApiError {
    let param = path(error.instance_path());
    if let ValidationErrorKind::Required { property } = error.kind() {
        let name = property.as_str().unwrap_or_default();
        return ApiError::missing(&if param.is_empty() {
            name.to_owned()
        } else {
            format!("{param}.{name}")
        });
    }
    // The value itself is the client's affair, and may be long.
    let reason = error.masked_with("it").to_string();
    ApiError::parameter(
        param.clone(),
        format!("Invalid value for '{param}': {reason}."),
    )
    .code("invalid_value")
}

/// `input[0].content` for `/input/0/content`.
fn path(location: &Location) -> String {
    let mut path = String::new();
    for segment in location {
        match segment {
            LocationSegment::Property(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&name);
            }
            LocationSegment::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn complains(operation: Operation, body: Value) -> Option<(Option<String>, String)> {
        let error = check(operation, &body).err()?;
        Some((error.param, error.message))
    }

    #[test]
    fn every_operation_has_its_schema() {
        assert_eq!(VALIDATORS.len(), Operation::ALL.len());
        assert!(VALIDATORS.iter().all(Option::is_some));
        for (place, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(operation as usize, place);
        }
    }

    #[test]
    fn what_the_contract_allows_passes() {
        for body in [
            json!({"model": "m", "input": "x", "never_heard_of": 1}),
            json!({"model": "m", "input": [
                {"role": "user", "content": "short"},
                {"role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
                {"role": "assistant", "content": [{"type": "input_text", "text": "a"}]},
                {"id": "msg_1"},
                {"type": "reasoning", "summary": []},
            ]}),
            json!({"model": "m", "input": "x", "conversation": {"id": "c"}, "instructions": null}),
        ] {
            assert_eq!(complains(Operation::CreateResponse, body), None);
        }
    }

    #[test]
    fn what_a_query_includes_is_known() {
        for query in [
            "",
            "a=b",
            "include=reasoning.encrypted_content&include[]=file_search_call.results",
        ] {
            assert!(check_query(query).is_ok(), "{query}");
        }
        let error = check_query("limit=1&include[]=everything").unwrap_err();
        assert_eq!(error.param.as_deref(), Some("include"));
        assert!(
            error.message.contains("reasoning.encrypted_content"),
            "{}",
            error.message
        );
    }

    #[test]
    fn integers_have_so_many_bits() {
        let bits = |bits: u32, text: &str| {
            Bits::of(&bits.into()).is_valid(&serde_json::from_str(text).unwrap())
        };
        for (width, fits, does_not) in [
            (32, "2147483647", "2147483648"),
            (32, "-2147483648", "-2147483649"),
            (64, "9223372036854775807", "9223372036854775808"),
            (64, "-9223372036854775808", "-9223372036854775809"),
            (64, "1.0", "1e30"),
        ] {
            assert!(bits(width, fits), "{fits}");
            assert!(!bits(width, does_not), "{does_not}");
        }
    }

    #[test]
    fn complaints_name_the_member() {
        for (body, param, words) in [
            (
                serde_json::from_str(r#"{"max_tool_calls": 9223372036854775808}"#).unwrap(),
                "max_tool_calls",
                "it is not an integer of so many bits",
            ),
            (
                json!({"tools": [{"type": "mcp", "server_label": "s", "server_url": "nowhere"}]}),
                "tools[0].server_url",
                "it is not a \"uri\"",
            ),
            (
                json!({"input": [{"type": "hologram"}]}),
                "input[0].type",
                "it is not one of \"message\"",
            ),
            (
                json!({"input": [{"role": "user", "content": "x", "status": "AAA"}]}),
                "input[0].status",
                "it is not one of",
            ),
            (
                json!({"input": [{}]}),
                "input[0].type",
                "Missing required parameter: 'input[0].type'",
            ),
            (
                json!({"input": "x", "tools": [{"type": "function"}]}),
                "tools[0].name",
                "Missing required parameter",
            ),
            (json!({"input": 3}), "input", "it is not of types"),
            (
                json!({"input": "x", "text": {"format": {"type": "verse"}}}),
                "text.format.type",
                "it is not one of",
            ),
        ] {
            let (named, message) = complains(Operation::CreateResponse, body).unwrap();
            assert_eq!(named.as_deref(), Some(param));
            assert!(message.contains(words), "{message}");
        }
    }
}
