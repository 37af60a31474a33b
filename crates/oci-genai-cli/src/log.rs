//! Logging to standard error: warnings, more with `-v`, and a line for each request to the emulator.

use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

use anstream::ColorChoice;
use anstyle::Style;
use oci_genai_auth::{SystemTimeSource, TimeSource as _};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{FmtSpan, Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::args::{Cli, Command};
use crate::output::{self, BAD, DIM, GOOD, WARN};
use crate::secrets::hide;
use crate::terminal::visible;

/// Initializes logging to standard error: warnings, more with `-v`, or the filter in `RUST_LOG`.
pub(crate) fn start(cli: &Cli) {
    if cli.global.quiet {
        output::be_quiet();
    }
    let level = match (cli.global.quiet, cli.global.verbose, &cli.command) {
        (true, ..) => "error",
        // The report contains the warnings.
        (_, 0, Command::Doctor(_)) => "error",
        (_, 0, Command::Emulator(_)) => "warn,oci_genai_emulator=info",
        // The program prints its own note about files that others can read.
        (_, 0, _) => "warn,oci_genai_session::store::sqlite=error",
        (_, 1, _) => "info,oci_genai=debug,oci_genai_session=debug,oci_genai_emulator=debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // The client logs each call at the end of its span; the emulator logs its own requests.
    let spans = match (cli.global.verbose, &cli.command) {
        (0, _) | (_, Command::Emulator(_)) => FmtSpan::NONE,
        _ => FmtSpan::CLOSE,
    };
    let colour = anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Hiding(io::stderr()))
        .with_ansi(colour)
        .with_span_events(spans)
        .event_format(Lines {
            others: Format::default().with_target(cli.global.verbose > 0),
        })
        .init();
}

/// Writes to standard error with credentials masked, because libraries log their input. An event is
/// written in one call, so that events do not interleave.
struct Hiding(io::Stderr);

impl io::Write for Hiding {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(hide(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Formats the emulator's requests as a table, and other events as usual.
struct Lines {
    others: Format,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if !event.metadata().target().starts_with("oci_genai_emulator") {
            return self.others.format_event(context, writer, event);
        }
        let mut request = Request::default();
        event.record(&mut request);
        if request.method.is_empty() {
            return self.others.format_event(context, writer, event);
        }
        let time = clock_time(SystemTimeSource.now());
        let colour = writer.has_ansi_escapes();
        writeln!(writer, "{}", request.line(&time, colour))
    }
}

/// The fields of a request event of the emulator.
#[derive(Debug, Default)]
struct Request {
    method: String,
    path: String,
    status: Option<u64>,
    duration_ms: Option<u64>,
    credential: String,
    credential_id: String,
    refused: Option<String>,
    error: Option<String>,
    null_members: Option<String>,
}

impl Request {
    /// Formats one line: time, status, request, duration, credential; and the reason of a rejection.
    fn line(&self, time: &str, colour: bool) -> String {
        let paint = |style: Style, text: &str| match colour {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        };
        let status = match self.status {
            Some(status @ 200..=299) => paint(GOOD, &status.to_string()),
            Some(status @ 500..) => paint(BAD, &status.to_string()),
            Some(status) => paint(WARN, &status.to_string()),
            // The emulator reset the connection.
            None => paint(BAD, "---"),
        };
        let path = self.path.strip_prefix("/openai/v1").unwrap_or(&self.path);
        let took = self
            .duration_ms
            .map_or_else(String::new, |ms| format!("{ms} ms"));
        let who = match self.credential.as_str() {
            "none" | "" => "-".to_owned(),
            kind => format!("{kind} {}", self.credential_id),
        };
        let mut line = format!(
            "{} {status} {:<6} {path:<20} {took:>8}  {}",
            paint(DIM, time),
            self.method,
            paint(DIM, who.trim_end()),
        );
        let why = self.refused.as_deref().or(self.error.as_deref());
        if let Some(why) = why {
            // On a second line, to keep the columns aligned.
            line.push_str(&format!("\n{:13}{}", "", paint(WARN, why)));
        }
        if let Some(members) = &self.null_members {
            let note = format!("null, treated as absent; OCI may reject it: {members}");
            line.push_str(&format!("\n{:13}{}", "", paint(DIM, &note)));
        }
        line
    }
}

impl Visit for Request {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "status" => self.status = Some(value),
            "duration_ms" => self.duration_ms = Some(value),
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // Text from a client must not move the cursor, forge a line or hide a part of one.
        let value = visible(value).replace(['\n', '\t'], "·");
        match field.name() {
            "method" => self.method = value,
            "path" => self.path = value,
            "credential" => self.credential = value,
            "credential_id" => self.credential_id = value,
            "refused" => self.refused = Some(value),
            "error" => self.error = Some(value),
            "null_members" => self.null_members = Some(value),
            _ => {}
        }
    }
}

/// Returns the time of day in UTC.
fn clock_time(now: SystemTime) -> String {
    let since = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    let seconds = since.as_secs() % 86_400;
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn a_request_is_one_line_and_its_refusal_another() {
        let mut request = Request {
            method: "POST".into(),
            path: "/openai/v1/responses".into(),
            status: Some(200),
            duration_ms: Some(12),
            credential: "api_key".into(),
            credential_id: "sk-…tor".into(),
            ..Request::default()
        };
        assert_eq!(
            request.line("12:00:00", false),
            "12:00:00 200 POST   /responses              12 ms  api_key sk-…tor"
        );
        request.status = None;
        request.credential = "none".into();
        request.refused = Some("the API key is not one of this emulator's".into());
        let line = request.line("12:00:00", false);
        assert!(line.starts_with("12:00:00 --- POST"), "{line}");
        assert!(
            line.ends_with("-\n             the API key is not one of this emulator's"),
            "{line}"
        );
        assert!(request.line("12:00:00", true).contains('\u{1b}'));
        request.null_members = Some("input[0].content".into());
        let line = request.line("12:00:00", false);
        assert!(
            line.ends_with(
                "\n             null, treated as absent; OCI may reject it: input[0].content"
            ),
            "{line}"
        );
    }

    #[test]
    fn a_client_cannot_hide_or_forge_a_part_of_the_line() {
        let subscriber = tracing_subscriber::registry().with(Catch::default());
        let caught = tracing::subscriber::with_default(subscriber, || {
            tracing::info!(
                target: "oci_genai_emulator",
                method = "GET",
                path = "/conversations/a\u{202e}b\u{200b}\u{1b}[2J\n12:00:00 200",
            );
            tracing::dispatcher::get_default(|dispatch| {
                let catch = dispatch.downcast_ref::<Catch>().unwrap();
                catch.0.lock().unwrap().clone()
            })
        });
        assert_eq!(
            caught,
            r"/conversations/a\u{202e}b\u{200b}\u{1b}[2J·12:00:00 200"
        );
    }

    /// Stores the path of the last event.
    #[derive(Default)]
    struct Catch(std::sync::Mutex<String>);

    impl<S: Subscriber> tracing_subscriber::Layer<S> for Catch {
        fn on_event(&self, event: &Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
            let mut request = Request::default();
            event.record(&mut request);
            *self.0.lock().unwrap() = request.path;
        }
    }

    #[test]
    fn the_clock_is_utc() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 + 3_661);
        assert_eq!(clock_time(at), "01:01:01");
    }
}
