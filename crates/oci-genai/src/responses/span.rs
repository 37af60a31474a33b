//! Records the typed response in the span of its call.

use oci_genai_api::Tolerant as _;

use crate::types;

/// Records the fields that only the typed response has.
pub(super) fn record(span: &tracing::Span, response: &types::Response) {
    if span.is_disabled() {
        return;
    }
    // An empty value was not sent.
    for (field, value) in [
        ("gen_ai.response.id", &response.id),
        ("gen_ai.response.model", &response.model),
    ] {
        if !value.is_empty() {
            span.record(field, &**value);
        }
    }
    if let Some(status) = &response.status {
        span.record("oci.response.status", status.as_str());
    }
    if let Some(usage) = &response.usage {
        span.record("gen_ai.usage.input_tokens", usage.input_tokens);
        span.record("gen_ai.usage.output_tokens", usage.output_tokens);
    }
    let defects = response.defects().len();
    if defects > 0 {
        span.record("oci.response.defects", defects);
    }
}
