//! Detects the format of a success body, independent of its content type.

/// The format of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFormat {
    /// Server-sent events.
    Events,
    /// One JSON value.
    Json,
    /// Anything else, such as a proxy's HTML page.
    Other,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The prefixes of event stream lines.
const FIELDS: [&[u8]; 5] = [b"data:", b"event:", b"id:", b"retry:", b":"];

/// Detects the format of a body from its beginning. Returns `None` if more bytes are needed. A body
/// that is declared an event stream counts as one, unless it is JSON.
pub(super) fn form_of(
    beginning: &[u8],
    is_declared_stream: bool,
    is_all: bool,
) -> Option<BodyFormat> {
    if !is_all && BOM.starts_with(beginning) {
        return None;
    }
    let text = beginning.strip_prefix(BOM).unwrap_or(beginning);
    let text = text.trim_ascii_start();
    let starts = |field: &&[u8]| text.starts_with(field);
    match text.first() {
        None if !is_all => None,
        Some(b'{' | b'[') => Some(BodyFormat::Json),
        _ if is_declared_stream => Some(BodyFormat::Events),
        _ if FIELDS.iter().any(starts) => Some(BodyFormat::Events),
        Some(_) if !is_all && FIELDS.iter().any(|field| field.starts_with(text)) => None,
        _ => Some(BodyFormat::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_detected_from_the_beginning() {
        for (body, form) in [
            (&b"data: {}"[..], BodyFormat::Events),
            (b"\n\r\n event: x", BodyFormat::Events),
            (b": comment", BodyFormat::Events),
            (b"\xEF\xBB\xBFid: 1", BodyFormat::Events),
            (b"retry:3", BodyFormat::Events),
            (b"{\"id\":1}", BodyFormat::Json),
            (b"\xEF\xBB\xBF [", BodyFormat::Json),
            (b"<html>", BodyFormat::Other),
            (b"database down", BodyFormat::Other),
            (b"data", BodyFormat::Other),
            (b"", BodyFormat::Other),
        ] {
            let declared = if form == BodyFormat::Json {
                BodyFormat::Json
            } else {
                BodyFormat::Events
            };
            assert_eq!(form_of(body, false, true), Some(form), "{body:?}");
            assert_eq!(form_of(body, true, true), Some(declared), "{body:?}");
        }
    }

    #[test]
    fn an_ambiguous_beginning_needs_more_bytes() {
        for beginning in [
            &b""[..],
            b"\xEF",
            b"\xEF\xBB\xBF",
            b" \n",
            b"dat",
            b"\xEF\xBB\xBFretry",
        ] {
            assert_eq!(form_of(beginning, false, false), None, "{beginning:?}");
        }
        assert_eq!(form_of(b"dar", false, false), Some(BodyFormat::Other));
        assert_eq!(form_of(b"dat", true, false), Some(BodyFormat::Events));
    }
}
