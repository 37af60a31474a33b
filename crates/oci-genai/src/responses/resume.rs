//! Taking up a stream that broke.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::event_source::{EventSource, Opened};
use super::stall::StallGuard;
use super::whole::response_of;
use crate::call::Call;
use crate::middleware::{Resend, call_span};
use crate::types::{Response, ResponseStatus};
use crate::{Client, Error, RequestOptions, Result};

/// The pause before the second attempt; each further one is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What may be done about a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumable {
    /// Nothing: the service does not keep the response.
    No,
    /// It can be fetched by its id.
    Fetch,
    /// Its stream can be taken up again.
    Stream,
}

/// How a broken stream goes on.
pub(super) enum Resumed {
    Stream(Box<EventSource>),
    Response(Box<Response>),
}

/// Takes up a response whose stream broke.
///
/// A background response is streamed again from the event after `after`. Any other, or one that the
/// service will not stream again, is fetched: it may have been finished all the same.
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
            let mut guard = StallGuard::new(client.streams().stall, client.clock().clone());
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
                // Too old to be streamed again, say. What it came to can still be had.
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
            crate::ErrorKind::Interrupted,
            crate::ResendVerdict::Unknown,
            "the response is still being made",
        )
    }))
}

/// Opens the stream of a stored response.
pub(super) async fn open(
    client: &Client,
    id: &str,
    after: Option<i64>,
    guard: &mut StallGuard,
) -> Result<(Opened, StatusCode, HeaderMap)> {
    let options = RequestOptions::new().timeout(client.streams().deadline);
    let span = call_span("retrieve_response_stream", None, None);
    let call = Call::with_span(client, options, Resend::Always, span)?;
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
    let call = Call::new(client, options, "retrieve_response", Resend::Always)?;
    let answer = call.api.retrieve_response(id, None, None, None, None).await;
    response_of(&call, answer)
}

/// Whether a response will not change any more.
pub(super) fn is_over(response: &Response) -> bool {
    !matches!(
        response.status,
        Some(ResponseStatus::Queued | ResponseStatus::InProgress)
    )
}
