//! Finds PEM blocks in text.
//!
//! The strict PEM crates reject the RFC 1421 headers of older encrypted keys. They also reject the
//! changes that forms, variables and editors make to keys: other line ends, `\n` written as two
//! characters, quotes, text next to the boundaries. So this module parses the armor and leaves the
//! base64 to its crate.
//!
//! A label is at most 32 characters of `[A-Z0-9 ]`. No other text is ever part of an error: it may
//! be a key in one line.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, NO_PAD, STANDARD};
use zeroize::Zeroizing;

use super::label::shown_label;
use super::no_block;
use crate::{Error, Result};

/// Maximum size. Key files are a few kilobytes.
const MAX_PEM_BYTES: usize = 256 * 1024;
const MAX_LABEL: usize = 32;
const DASHES: &str = "-----";
const CONFIG: GeneralPurposeConfig = NO_PAD.with_decode_allow_trailing_bits(true);
/// Base64 without padding; the padding is removed first.
const UNPADDED: GeneralPurpose = GeneralPurpose::new(&ALPHABET, CONFIG);

/// One `-----BEGIN X-----` … `-----END X-----` block, decoded.
pub(crate) struct PemBlock {
    label: String,
    headers: Vec<(String, String)>,
    contents: Zeroizing<Vec<u8>>,
}

impl PemBlock {
    /// Returns the first block whose label `wanted` accepts. Ignores text around it.
    pub(crate) fn find(original: &str, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let text = plain(original)?;
        let mut passed_over = None;
        let mut rest = &**text;
        while let Some(begin) = Boundary::find(rest, "BEGIN") {
            let body = &rest[begin.end..];
            if wanted(begin.label) {
                return Self::read(begin.label, body).map(|(block, _)| block);
            }
            passed_over.get_or_insert(begin.label);
            rest = body;
        }
        Err(no_block::error(original, passed_over))
    }

    /// Returns all blocks whose label `wanted` accepts, in the order of the text.
    pub(crate) fn all(text: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<Self>> {
        let text = plain(text)?;
        let mut blocks = Vec::new();
        let mut rest = &**text;
        while let Some(begin) = Boundary::find(rest, "BEGIN") {
            rest = &rest[begin.end..];
            if wanted(begin.label) {
                let (block, end) = Self::read(begin.label, rest)?;
                blocks.push(block);
                rest = &rest[end..];
            }
        }
        Ok(blocks)
    }

    /// Parses the text after a BEGIN. Also returns the end position of its END.
    fn read(label: &str, text: &str) -> Result<(Self, usize)> {
        let end = Boundary::find(text, "END")
            .filter(|end| Boundary::find(&text[..end.start], "BEGIN").is_none())
            .ok_or_else(|| {
                Error::key(format!(
                    "the `{}` block has no END line; hint: copy the whole key",
                    shown_label(label)
                ))
            })?;
        if end.label != label {
            return Err(Error::key(format!(
                "`BEGIN {}` is closed by `END {}`",
                shown_label(label),
                shown_label(end.label)
            )));
        }
        // Boundaries with more than five hyphens leave some here.
        let (headers, base64) = split(text[..end.start].trim_matches('-'));
        let contents = UNPADDED
            .decode(base64.trim_end_matches('=').as_bytes())
            .map_err(|_| {
                Error::key(format!(
                    "the `{}` block is not base64; hint: copy the whole key, unedited",
                    shown_label(label)
                ))
            })?;
        let block = Self {
            label: label.to_owned(),
            headers,
            contents: Zeroizing::new(contents),
        };
        Ok((block, end.end))
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    pub(crate) fn contents(&self) -> &[u8] {
        &self.contents
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns true if this is a key in the older encrypted form, with RFC 1421 headers.
    pub(crate) fn is_legacy_encrypted(&self) -> bool {
        self.header("DEK-Info").is_some()
            || self
                .header("Proc-Type")
                .is_some_and(|value| value.contains("ENCRYPTED"))
    }
}

/// `-----BEGIN X-----` or `-----END X-----`, with its position in the text.
struct Boundary<'t> {
    label: &'t str,
    start: usize,
    end: usize,
}

impl<'t> Boundary<'t> {
    fn find(text: &'t str, word: &str) -> Option<Self> {
        let mut from = 0;
        while let Some(dashes) = text[from..].find(DASHES) {
            let start = from + dashes;
            from = start + 1;
            let Some(rest) = text[start + DASHES.len()..]
                .strip_prefix(word)
                .and_then(|rest| rest.strip_prefix(' '))
            else {
                continue;
            };
            let length = rest
                .bytes()
                .take_while(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' '))
                .count();
            // Blanks around a label are none of it.
            let label = rest[..length].trim();
            let is_label = !label.is_empty() && length <= MAX_LABEL;
            if is_label && rest[length..].starts_with(DASHES) {
                return Some(Self {
                    label,
                    start,
                    end: text.len() - rest.len() + length + DASHES.len(),
                });
            }
        }
        None
    }
}

/// Replaces written `\n`, `\r` and `\t` with line feeds, and `\/` with a slash. JSON, YAML and
/// variables leave such escapes.
fn plain(text: &str) -> Result<Zeroizing<String>> {
    if text.len() > MAX_PEM_BYTES {
        return Err(Error::key("the PEM text is longer than 256 KiB"));
    }
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut escaped = false;
    for character in text.chars() {
        match character {
            '\\' => escaped = true,
            'n' | 'r' | 't' if escaped => {
                plain.push('\n');
                escaped = false;
            }
            _ => {
                plain.push(character);
                escaped = false;
            }
        }
    }
    Ok(plain)
}

/// Splits a block into headers and base64.
fn split(body: &str) -> (Vec<(String, String)>, Zeroizing<String>) {
    let mut headers = Vec::new();
    let mut base64 = Zeroizing::new(String::with_capacity(body.len()));
    for line in body.split(['\n', '\r']) {
        let mut line = line.trim_matches(is_padding);
        if base64.is_empty() {
            while let Some((name, value, rest)) = header(line) {
                headers.push((name.to_owned(), value));
                line = rest;
            }
        }
        base64.extend(line.chars().filter(|character| !is_padding(*character)));
    }
    (headers, base64)
}

/// Parses the header at the start of a line. The value of an unknown header is the rest of the
/// line. More text may follow a known header if blanks have replaced line ends.
fn header(line: &str) -> Option<(&str, String, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = (1..=40).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_name {
        return None;
    }
    let is_known = ["Proc-Type", "DEK-Info"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known));
    if !is_known {
        return Some((name, value.trim().to_owned(), ""));
    }
    // `4,ENCRYPTED`, `AES-256-CBC,0011…`; a blank after the comma is allowed.
    let mut rest = value.trim_start();
    let mut taken = String::new();
    for _ in 0..2 {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        taken.push_str(&rest[..end]);
        rest = rest[end..].trim_start();
        if !taken.ends_with(',') {
            break;
        }
    }
    Some((name, taken, rest))
}

/// Returns true for characters that may surround base64 without being part of it.
fn is_padding(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '"' | '\'' | '`' | '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2018}'..='\u{201f}'
        )
}

/// Formats a block with lines of 64 characters.
pub(crate) fn armour(label: &str, der: &[u8]) -> String {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let mut text = String::with_capacity(base64.len() + base64.len() / 64 + 64);
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
