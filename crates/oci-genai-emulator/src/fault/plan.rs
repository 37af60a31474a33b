//! Effects of all faults that apply to one request.

use std::time::Duration;

use http::{HeaderValue, StatusCode, header};

use super::{Effect, millis};
use crate::error::{ApiError, ErrorShape};

/// Effects, grouped by the stage at which they act.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) latency: Duration,
    pub(crate) refuse: Option<ApiError>,
    pub(crate) lose: Option<ApiError>,
    pub(crate) shape: Option<ErrorShape>,
    pub(crate) reset_before: bool,
    pub(crate) reset_after: bool,
    pub(crate) locked: bool,
    pub(crate) malformed: bool,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) skew_ms: i64,
    pub(crate) slow_reader: Option<Duration>,
    pub(crate) trickle: Option<(usize, Duration)>,
    /// Effects on the turn.
    pub(crate) turn: TurnPlan,
    /// Effects on the events of a stream.
    pub(crate) stream: Vec<Effect>,
    pub(crate) first_event: Duration,
}

/// Effects on a turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct TurnPlan {
    pub(crate) pace: Option<Duration>,
    pub(crate) fail: Option<(String, String)>,
    pub(crate) call_id: Option<String>,
    pub(crate) orphan: bool,
}

impl Plan {
    pub(super) fn add(&mut self, effect: &Effect) {
        match effect {
            Effect::Latency { ms } => self.latency += millis(*ms),
            Effect::Status {
                status,
                code,
                message,
                retry_after,
                after,
            } => {
                let error = status_error(*status, code, message, retry_after);
                let place = if *after {
                    &mut self.lose
                } else {
                    &mut self.refuse
                };
                place.get_or_insert(error);
            }
            Effect::Shape { shape } => self.shape = Some(*shape),
            Effect::Reset { after: true } => self.reset_after = true,
            Effect::Reset { after: false } => self.reset_before = true,
            Effect::Locked => self.locked = true,
            Effect::MalformedJson => self.malformed = true,
            Effect::ContentType { value } => self.content_type = HeaderValue::from_str(value).ok(),
            Effect::ClockSkew { ms } => self.skew_ms = self.skew_ms.saturating_add(*ms),
            Effect::FirstEvent { ms } => self.first_event += millis(*ms),
            Effect::TokensPerSecond { rate } => {
                self.turn.pace = Some(Duration::from_secs(1) / (*rate).max(1));
            }
            Effect::Trickle { bytes, ms } => self.trickle = Some(((*bytes).max(1), millis(*ms))),
            Effect::SlowReader { ms } => self.slow_reader = Some(millis(*ms)),
            Effect::Fail { code, message } => {
                self.turn.fail = Some((code.clone(), message.clone()));
            }
            Effect::CallId { id } => self.turn.call_id = Some(id.clone()),
            Effect::Orphan => self.turn.orphan = true,
            Effect::Cut { .. }
            | Effect::Duplicate { .. }
            | Effect::Insert { .. }
            | Effect::ErrorEvent { .. } => self.stream.push(effect.clone()),
        }
    }
}

fn status_error(
    status: u16,
    code: &Option<String>,
    message: &Option<String>,
    retry_after: &Option<String>,
) -> ApiError {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let message = message
        .clone()
        .unwrap_or_else(|| status.canonical_reason().unwrap_or("Error").to_owned());
    let mut error = ApiError::new(status, message);
    error.code.clone_from(code);
    if let Some(Ok(value)) = retry_after.as_deref().map(HeaderValue::from_str) {
        error = error.header(header::RETRY_AFTER, value);
    }
    error
}
