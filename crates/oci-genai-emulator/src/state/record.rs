//! Lines of a data file: their format, and the detection of damage.
//!
//! A file begins with a header that names its form. In form 2 each further line is a record:
//!
//! ```text
//! {"sum":"LLLLLLLL.CCCC.SSSSSSSSSSSSSSSS","changes":[…]}
//! ```
//!
//! `L` is the length of the list in bytes. `S` begins the SHA-256 of the line's number and the
//! list. Both are hexadecimal. `C` begins the SHA-256 of the number and the length. It shows that a
//! record that ends too early was never finished; every other difference is damage. In form 1 each
//! line is a list without a checksum.

use std::io::{self, BufRead, Read as _};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::Change;

/// Maximum length of the header line, in bytes. A longer one belongs to another program.
const MAX_HEADER: u64 = 64;

const BEGIN: &str = "{\"sum\":\"";
/// Number of hexadecimal digits of the length, its check and the checksum, with a point after the
/// first two.
const DIGITS: [usize; 3] = [8, 4, 16];
const MIDDLE: &str = "\",\"changes\":";
const END: &str = "}\n";
/// Length of everything before the list.
const PREFIX: usize = BEGIN.len() + DIGITS[0] + 1 + DIGITS[1] + 1 + DIGITS[2] + MIDDLE.len();

/// Form of a data file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Lists of changes, as the first version wrote them.
    Unsummed,
    /// Lists of changes with checksums.
    Summed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    oci_genai_emulator: u32,
}

/// Beginning of a file.
#[derive(Debug, PartialEq)]
pub(super) enum Start {
    /// A header of this many bytes.
    Header(Form, u64),
    /// Nothing, or an unfinished header.
    Empty,
    /// Content that no emulator wrote.
    Foreign,
}

/// Next record of a file.
#[derive(Debug)]
pub(super) enum Next {
    Record {
        changes: Vec<Change>,
        /// Number of bytes present.
        length: u64,
        /// The end of the line, if only that is missing.
        missing: &'static str,
    },
    /// An unfinished record, which is the last one.
    Unfinished,
    End,
}

/// Reason for an unreadable record.
#[derive(Debug)]
pub(super) enum Unreadable {
    Io(io::Error),
    Damaged(&'static str),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

const MALFORMED: Unreadable = Unreadable::Damaged("it is not a record");
const ALTERED: Unreadable = Unreadable::Damaged("its checksum does not match");
const UNKNOWN: Unreadable = Unreadable::Damaged("this version does not know its changes");

fn header_of(form: Form) -> &'static str {
    match form {
        Form::Unsummed => "{\"oci_genai_emulator\":1}\n",
        Form::Summed => "{\"oci_genai_emulator\":2}\n",
    }
}

/// Returns the first line of a new file.
pub(super) fn header() -> &'static str {
    header_of(Form::Summed)
}

pub(super) fn read_header(reader: &mut impl BufRead) -> io::Result<Start> {
    let mut line = Vec::new();
    reader.take(MAX_HEADER).read_until(b'\n', &mut line)?;
    let begun = |form: Form| header_of(form).as_bytes().starts_with(&line);
    if line.last() != Some(&b'\n') {
        let ours = begun(Form::Unsummed) || begun(Form::Summed);
        return Ok(if ours { Start::Empty } else { Start::Foreign });
    }
    let form = match serde_json::from_slice(&line) {
        Ok(Header {
            oci_genai_emulator: 1,
        }) => Form::Unsummed,
        Ok(Header {
            oci_genai_emulator: 2,
        }) => Form::Summed,
        _ => return Ok(Start::Foreign),
    };
    Ok(Start::Header(form, line.len() as u64))
}

/// Returns a record as the line with this number, counted from 1 at the header.
pub(super) fn write(number: u64, changes: &[Change]) -> io::Result<Vec<u8>> {
    let list = serde_json::to_vec(changes)?;
    let length = u32::try_from(list.len()).map_err(|_| {
        io::Error::new(io::ErrorKind::FileTooLarge, "a change is larger than 4 GiB")
    })?;
    let mut line = Vec::with_capacity(PREFIX + list.len() + END.len());
    line.extend_from_slice(BEGIN.as_bytes());
    let check = hex::<4>(number, &length.to_be_bytes());
    let sum = hex::<16>(number, &list);
    line.extend_from_slice(format!("{length:08x}.{check}.{sum}").as_bytes());
    line.extend_from_slice(MIDDLE.as_bytes());
    line.extend_from_slice(&list);
    line.extend_from_slice(END.as_bytes());
    Ok(line)
}

/// Reads the record in the line with this number.
pub(super) fn read(form: Form, number: u64, reader: &mut impl BufRead) -> Result<Next, Unreadable> {
    match form {
        Form::Unsummed => read_unsummed(reader),
        Form::Summed => read_summed(number, reader),
    }
}

fn read_summed(number: u64, reader: &mut impl BufRead) -> Result<Next, Unreadable> {
    let mut prefix = Vec::new();
    reader.take(PREFIX as u64).read_to_end(&mut prefix)?;
    if prefix.is_empty() {
        return Ok(Next::End);
    }
    let (length, sum) = match read_prefix(number, &prefix)? {
        Some(read) => read,
        None => return Ok(Next::Unfinished),
    };
    let mut rest = Vec::new();
    reader
        .take(length + END.len() as u64)
        .read_to_end(&mut rest)?;
    let at = usize::try_from(length).unwrap_or(usize::MAX);
    let Some((list, end)) = rest.split_at_checked(at) else {
        // An unfinished record is the beginning of one line.
        return match rest.contains(&b'\n') {
            true => Err(ALTERED),
            false => Ok(Next::Unfinished),
        };
    };
    let missing = std::str::from_utf8(end)
        .ok()
        .and_then(|end| END.strip_prefix(end))
        .ok_or(MALFORMED)?;
    if hex::<16>(number, list).as_bytes() != sum {
        return Err(ALTERED);
    }
    Ok(Next::Record {
        changes: serde_json::from_slice(list).map_err(|_| UNKNOWN)?,
        length: (PREFIX + rest.len()) as u64,
        missing,
    })
}

/// Returns the length and the checksum before a list. `None` if the line ends before they are
/// complete.
fn read_prefix(number: u64, prefix: &[u8]) -> Result<Option<(u64, &[u8])>, Unreadable> {
    let mut rest = prefix;
    literal(BEGIN, &mut rest)?;
    let length = digits(DIGITS[0], &mut rest)?;
    literal(".", &mut rest)?;
    let check = digits(DIGITS[1], &mut rest)?;
    literal(".", &mut rest)?;
    let sum = digits(DIGITS[2], &mut rest)?;
    literal(MIDDLE, &mut rest)?;
    if length.len() < DIGITS[0] {
        return Ok(None);
    }
    let length = std::str::from_utf8(length)
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .ok_or(MALFORMED)?;
    if !hex::<4>(number, &length.to_be_bytes())
        .as_bytes()
        .starts_with(check)
    {
        return Err(ALTERED);
    }
    Ok((prefix.len() == PREFIX).then(|| (u64::from(length), sum)))
}

/// Consumes a text, or the part of it that is present.
fn literal(text: &str, rest: &mut &[u8]) -> Result<(), Unreadable> {
    let (here, after) = rest.split_at(text.len().min(rest.len()));
    *rest = after;
    match text.as_bytes().starts_with(here) {
        true => Ok(()),
        false => Err(MALFORMED),
    }
}

/// Consumes this many hexadecimal digits, or those that are present.
fn digits<'a>(count: usize, rest: &mut &'a [u8]) -> Result<&'a [u8], Unreadable> {
    let (here, after) = rest.split_at(count.min(rest.len()));
    *rest = after;
    let valid = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    match here.iter().all(valid) {
        true => Ok(here),
        false => Err(MALFORMED),
    }
}

fn read_unsummed(reader: &mut impl BufRead) -> Result<Next, Unreadable> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(Next::End);
    }
    let missing = if line.ends_with(b"\n") { "" } else { "\n" };
    match serde_json::from_slice(&line) {
        Ok(changes) => Ok(Next::Record {
            changes,
            length: line.len() as u64,
            missing,
        }),
        Err(error) if error.is_eof() && !missing.is_empty() => Ok(Next::Unfinished),
        Err(error) if error.is_data() => Err(UNKNOWN),
        Err(_) => Err(MALFORMED),
    }
}

/// Returns the first hexadecimal digits of the SHA-256 of a line's number and its content.
fn hex<const DIGITS: usize>(number: u64, bytes: &[u8]) -> String {
    let mut context = Context::new(&SHA256);
    context.update(&number.to_be_bytes());
    context.update(bytes);
    let digest = context.finish();
    let digits: String = digest.as_ref()[..DIGITS / 2]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"[{"change":"delete_conversation","project":"p","id":"*J c"}]"#;

    fn list() -> Vec<Change> {
        serde_json::from_str(LIST).unwrap()
    }

    fn read_all(bytes: &[u8]) -> Result<(usize, bool), Unreadable> {
        let mut reader = bytes;
        let mut records = 0;
        loop {
            match read(Form::Summed, records as u64 + 2, &mut reader)? {
                Next::Record { changes, .. } => {
                    assert_eq!(serde_json::to_string(&changes).unwrap(), LIST);
                    records += 1;
                }
                Next::Unfinished => return Ok((records, true)),
                Next::End => return Ok((records, false)),
            }
        }
    }

    fn three() -> Vec<u8> {
        let lines = (2..5).map(|number| write(number, &list()).unwrap());
        lines.collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_record_is_a_line_of_json() {
        let line = write(2, &list()).unwrap();
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(
            value["changes"],
            serde_json::from_str::<serde_json::Value>(LIST).unwrap()
        );
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let whole = three();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << bit;
                let read = read_all(&flipped);
                assert!(
                    matches!(read, Err(Unreadable::Damaged(_))),
                    "byte {at}, bit {bit}: {read:?}"
                );
            }
        }
    }

    #[test]
    fn every_byte_left_out_or_added_before_the_end_is_found() {
        let whole = three();
        for at in 0..whole.len() - 1 {
            let mut shorter = whole.clone();
            shorter.remove(at);
            let mut longer = whole.clone();
            longer.insert(at, b'1');
            for altered in [shorter, longer] {
                let read = read_all(&altered);
                assert!(
                    matches!(read, Err(Unreadable::Damaged(_))),
                    "{at}: {read:?}"
                );
            }
        }
    }

    #[test]
    fn lines_left_out_doubled_and_exchanged_are_found() {
        let line = |number| write(number, &list()).unwrap();
        for order in [[2, 4, 4], [3, 3, 4], [2, 2, 3], [2, 4, 3]] {
            let read = read_all(&order.map(line).concat());
            assert!(matches!(read, Err(Unreadable::Damaged(_))), "{order:?}");
        }
    }

    #[test]
    fn only_a_last_record_that_ends_too_early_is_unfinished() {
        let whole = three();
        let (two, last) = whole.split_at(whole.len() / 3 * 2);
        for length in 1..last.len() - END.len() {
            let read = read_all(&[two, &last[..length]].concat());
            assert!(matches!(read, Ok((2, true))), "{length}: {read:?}");
        }
        // Everything that was to be kept is present.
        for length in last.len() - END.len()..=last.len() {
            let read = read_all(&[two, &last[..length]].concat());
            assert!(matches!(read, Ok((3, false))), "{length}: {read:?}");
        }
    }
}
