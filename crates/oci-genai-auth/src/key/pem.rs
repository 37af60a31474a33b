//! Finding a PEM block in text.
//!
//! The strict PEM crates refuse both the RFC 1421 headers of older encrypted keys and the odd line
//! widths that keys get on their way through forms and variables, so the armour is read here and
//! the base64 left to its crate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Key files are a few kilobytes; nothing near this size is one.
const MAX_PEM_BYTES: usize = 256 * 1024;

/// One `-----BEGIN X-----` … `-----END X-----` block, decoded.
pub(crate) struct PemBlock<'a> {
    label: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    contents: Zeroizing<Vec<u8>>,
}

impl<'a> PemBlock<'a> {
    /// The first block whose label `wanted` takes; text around it is ignored.
    pub(crate) fn find(text: &'a str, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        if text.len() > MAX_PEM_BYTES {
            return Err(Error::key("the PEM text is longer than 256 KiB"));
        }
        let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        let mut passed_over = None;
        while let Some(line) = lines.next() {
            let Some(label) = boundary(line, "BEGIN") else {
                continue;
            };
            if !wanted(label) {
                passed_over.get_or_insert(label);
                continue;
            }
            return Self::read(label, &mut lines);
        }
        Err(nothing_found(text, passed_over))
    }

    fn read(label: &'a str, lines: &mut impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut headers = Vec::new();
        let mut base64 = Zeroizing::new(String::new());
        for line in lines {
            if let Some(end) = boundary(line, "END") {
                if end != label {
                    return Err(Error::key(format!(
                        "`BEGIN {label}` is closed by `END {end}`"
                    )));
                }
                let contents = STANDARD.decode(base64.as_bytes()).map_err(|_| {
                    Error::key(format!(
                        "the `{label}` block is not base64: was it cut or edited?"
                    ))
                })?;
                return Ok(Self {
                    label,
                    headers,
                    contents: Zeroizing::new(contents),
                });
            }
            match line.split_once(':') {
                Some((name, value)) if base64.is_empty() => {
                    headers.push((name.trim(), value.trim()));
                }
                _ => base64.extend(line.chars().filter(|c| !c.is_ascii_whitespace())),
            }
        }
        Err(Error::key(format!(
            "the `{label}` block has no END line: was the file cut?"
        )))
    }

    pub(crate) fn label(&self) -> &'a str {
        self.label
    }

    pub(crate) fn contents(&self) -> &[u8] {
        &self.contents
    }

    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    /// Whether this is an encrypted key of either form.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.label.starts_with("ENCRYPTED ")
            || self
                .header("Proc-Type")
                .is_some_and(|value| value.contains("ENCRYPTED"))
    }
}

fn boundary<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.strip_prefix("-----")?
        .strip_prefix(word)?
        .strip_prefix(' ')?
        .strip_suffix("-----")
}

fn nothing_found(text: &str, passed_over: Option<&str>) -> Error {
    match passed_over {
        Some(label) if label.ends_with("PUBLIC KEY") => Error::key(
            "that is a public key; the private key is needed (the file without `_public` in its name)",
        ),
        Some("CERTIFICATE") => Error::key("that is a certificate; the private key is needed"),
        Some(label) => Error::key(format!("found a `{label}` block where a key was wanted")),
        None if text.trim().is_empty() => Error::key("the key is empty"),
        None => Error::key("there is no PEM block (no `-----BEGIN … -----` line)"),
    }
}

/// Writes a block with lines of 64 characters.
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
