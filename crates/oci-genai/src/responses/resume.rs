//! Resumes an interrupted stream.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::event_source::{EventSource, Opened};
use super::idle_timeout::IdleTimeout;
use super::json_body::response_of;
use crate::middleware::{Idempotency, call_span};
use crate::typed_call::Call;
use crate::types::{Response, ResponseStatus};
use crate::{Client, Error, RequestOptions, Result};

/// Pause before the second attempt. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The supported way to recover an interrupted stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumable {
    /// None: the service does not store the response.
    No,
    /// The response can be retrieved by its id.
    Fetch,
    /// The stream can be resumed.
    Stream,
}

/// The result of resuming a stream.
pub(super) enum Resumed {
    Stream(Box<EventSource>),
    Response(Box<Response>),
}

/// Resumes a response whose stream was interrupted.
///
/// A background response is streamed again from the event after `after`. Any other response, or one
/// that the service does not stream again, is retrieved, because it may be finished.
pub(super) async fn resume(
    client: Client,
    id: String,
    how: Resumable,
    after: Option<i64>,
    tries: u32,
) -> Result<Resumed> {
    let mut failure = None;
    for attempt in 0..tries {
        if attempt > 0 {
            let pause = FIRST_PAUSE.saturating_mul(1 << (attempt - 1).min(6));
            client.clock().sleep(pause).await;
        }
        if how == Resumable::Stream {
            let mut guard = IdleTimeout::new(client.streams().stall, client.clock().clone());
            match open(&client, &id, after, &mut guard).await {
                Ok((Opened::Stream(source), ..)) => {
                    return Ok(Resumed::Stream(Box::new(source)));
                }
                Ok((Opened::Response(response), ..)) if is_over(&response) => {
                    return Ok(Resumed::Response(response));
                }
                Ok((Opened::Response(_), ..)) => {
                    failure = None;
                    continue;
                }
                Err(error) if error.is_transient() => {
                    failure = Some(error);
                    continue;
                }
                // For example, the stream is too old to be resumed. The response itself may still
                // be there.
                Err(_) => {}
            }
        }
        match fetch(&client, &id).await {
            Ok(response) if is_over(&response) => {
                return Ok(Resumed::Response(Box::new(response)));
            }
            Ok(_) => failure = None,
            Err(error) if error.is_transient() => failure = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(failure.unwrap_or_else(|| {
        Error::new(
            crate::ErrorKind::StreamInterrupted,
            crate::RetrySafety::Unknown,
            "the response is still in progress",
        )
    }))
}

/// Opens the stream of a stored response.
pub(super) async fn open(
    client: &Client,
    id: &str,
    after: Option<i64>,
    guard: &mut IdleTimeout,
) -> Result<(Opened, StatusCode, HeaderMap)> {
    let options = RequestOptions::new().timeout(client.streams().deadline);
    let span = call_span("retrieve_response_stream", None, None);
    let call = Call::with_span(client, options, Idempotency::Idempotent, span)?;
    let answer = call
        .api
        .retrieve_response_stream(id, None, Some(true), after, None)
        .await
        .map_err(Error::from)?;
    let opened = EventSource::open(answer, client, true, guard).await;
    opened.map_err(|error| error.masked(client.sent_credentials()))
}

async fn fetch(client: &Client, id: &str) -> Result<Response> {
    let options = RequestOptions::new();
    let call = Call::new(
        client,
        options,
        "retrieve_response",
        Idempotency::Idempotent,
    )?;
    let answer = call.api.retrieve_response(id, None, None, None, None).await;
    response_of(&call, answer)
}

/// Returns `true` if a response will not change any more.
pub(super) fn is_over(response: &Response) -> bool {
    !matches!(
        response.status,
        Some(ResponseStatus::Queued | ResponseStatus::InProgress)
    )
}
