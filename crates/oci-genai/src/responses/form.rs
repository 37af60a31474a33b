//! What the body of a success is, whatever its content type says.

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Server-sent events.
    Events,
    /// One JSON value.
    Json,
    /// Something else, such as the page of a proxy.
    Other,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What lines of an event stream begin with.
const FIELDS: [&[u8]; 5] = [b"data:", b"event:", b"id:", b"retry:", b":"];

/// What a body is, by its beginning; `None` if more of it is needed. A body that is declared an event
/// stream is one unless JSON came.
pub(super) fn form_of(beginning: &[u8], is_declared_stream: bool, is_all: bool) -> Option<Form> {
    if !is_all && BOM.starts_with(beginning) {
        return None;
    }
    let text = beginning.strip_prefix(BOM).unwrap_or(beginning);
    let text = text.trim_ascii_start();
    let starts = |field: &&[u8]| text.starts_with(field);
    match text.first() {
        None if !is_all => None,
        Some(b'{' | b'[') => Some(Form::Json),
        _ if is_declared_stream => Some(Form::Events),
        _ if FIELDS.iter().any(starts) => Some(Form::Events),
        Some(_) if !is_all && FIELDS.iter().any(|field| field.starts_with(text)) => None,
        _ => Some(Form::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_known_by_their_beginning() {
        for (body, form) in [
            (&b"data: {}"[..], Form::Events),
            (b"\n\r\n event: x", Form::Events),
            (b": comment", Form::Events),
            (b"\xEF\xBB\xBFid: 1", Form::Events),
            (b"retry:3", Form::Events),
            (b"{\"id\":1}", Form::Json),
            (b"\xEF\xBB\xBF [", Form::Json),
            (b"<html>", Form::Other),
            (b"database down", Form::Other),
            (b"data", Form::Other),
            (b"", Form::Other),
        ] {
            let declared = if form == Form::Json {
                Form::Json
            } else {
                Form::Events
            };
            assert_eq!(form_of(body, false, true), Some(form), "{body:?}");
            assert_eq!(form_of(body, true, true), Some(declared), "{body:?}");
        }
    }

    #[test]
    fn a_beginning_that_may_become_anything_is_waited_for() {
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
        assert_eq!(form_of(b"dar", false, false), Some(Form::Other));
        assert_eq!(form_of(b"dat", true, false), Some(Form::Events));
    }
}
