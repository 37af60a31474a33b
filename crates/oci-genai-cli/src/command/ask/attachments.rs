//! Attachments: files and images of a prompt.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::error::Error;
use crate::secrets::shown_path;

/// Maximum total size of the files and images of a prompt, in bytes.
const MOST: u64 = 24 << 20;

/// Supported image types.
const IMAGES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Text types, recognized by the file name.
const TEXTS: &[(&str, &str)] = &[
    ("md", "text/markdown"),
    ("markdown", "text/markdown"),
    ("csv", "text/csv"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("xml", "application/xml"),
    ("json", "application/json"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("rtf", "application/rtf"),
];

/// Returns the content parts for the files and images.
pub(super) fn read(files: &[String], images: &[String]) -> Result<Vec<Value>, Error> {
    let mut left = MOST;
    let files = files.iter().map(|name| file(name, &mut left));
    let mut parts = files.collect::<Result<Vec<_>, _>>()?;
    for name in images {
        parts.push(image(name, &mut left)?);
    }
    Ok(parts)
}

fn file(name: &str, left: &mut u64) -> Result<Value, Error> {
    if is_url(name, "--file")? {
        return Ok(json!({ "type": "input_file", "file_url": name }));
    }
    let path = Path::new(name);
    let bytes = content(path, "--file", left)?;
    let data = data_url(&kind_of(path, &bytes), &bytes);
    let filename = path.file_name().unwrap_or(path.as_os_str());
    Ok(json!({
        "type": "input_file", "filename": filename.to_string_lossy(), "file_data": data,
    }))
}

fn image(name: &str, left: &mut u64) -> Result<Value, Error> {
    let url = if is_url(name, "--image")? {
        name.to_owned()
    } else if let Some(rest) = name.strip_prefix("data:") {
        let known = rest.split_once(";base64,");
        if !known.is_some_and(|(kind, _)| IMAGES.contains(&kind)) {
            return Err(Error::usage(
                "--image takes a data URL of a PNG, JPEG, GIF or WebP image in base64: data:image/png;base64,…",
            ));
        }
        name.to_owned()
    } else {
        let path = Path::new(name);
        let bytes = content(path, "--image", left)?;
        let kind = kind_of(path, &bytes);
        if !IMAGES.contains(&kind.as_str()) {
            return Err(Error::usage(format!(
                "{name} is not a PNG, JPEG, GIF or WebP image but {kind}; convert it, or pass it with --file"
            )));
        }
        data_url(&kind, &bytes)
    };
    Ok(json!({ "type": "input_image", "image_url": url, "detail": "auto" }))
}

/// Returns whether the name is a URL that the service downloads itself.
fn is_url(name: &str, option: &str) -> Result<bool, Error> {
    if name.starts_with("http://") {
        return Err(Error::usage(format!(
            "{option} {name}: the service reads https URLs only; download the file and pass its name"
        )));
    }
    Ok(name.starts_with("https://"))
}

fn content(path: &Path, option: &str, left: &mut u64) -> Result<Vec<u8>, Error> {
    let failed = |error| Error::io("read", path, error);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(*left + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.is_empty() {
        return Err(Error::usage(format!(
            "{option} {}: the file is empty",
            shown_path(path)
        )));
    }
    *left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
        Error::usage(format!(
            "{option} {}: the files of a prompt have at most 24 MiB together; upload it where the service can read it and \
             pass its https URL",
            shown_path(path)
        ))
    })?;
    Ok(bytes)
}

/// Returns the media type, detected by content, or by name for text.
fn kind_of(path: &Path, bytes: &[u8]) -> String {
    let is_text = std::str::from_utf8(bytes).is_ok();
    let by_content = infer::get(bytes).map(|kind| kind.mime_type());
    match by_content {
        Some(kind) if !is_text => return kind.to_owned(),
        None if !is_text => return "application/octet-stream".to_owned(),
        _ => {}
    }
    let extension = path.extension().map(|name| name.to_ascii_lowercase());
    let by_name = TEXTS.iter().find(|(name, _)| {
        extension
            .as_deref()
            .is_some_and(|extension| extension == *name)
    });
    let kind = by_name.map(|(_, kind)| *kind).or(by_content);
    kind.unwrap_or("text/plain").to_owned()
}

fn data_url(kind: &str, bytes: &[u8]) -> String {
    let mut url = format!("data:{kind};base64,");
    STANDARD.encode_string(bytes, &mut url);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_detected_by_content_and_name() {
        let png = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];
        for (name, bytes, kind) in [
            ("chart.txt", &png[..], "image/png"),
            ("a.pdf", b"%PDF-1.7\nx", "application/pdf"),
            ("notes.md", b"# Notes", "text/markdown"),
            ("NOTES.MD", b"# Notes", "text/markdown"),
            ("main.rs", b"fn main() {}", "text/plain"),
            ("data.json", b"{}", "application/json"),
            ("blob", b"\xff\xfe\x00\x01\x02", "application/octet-stream"),
        ] {
            assert_eq!(kind_of(Path::new(name), bytes), kind, "{name}");
        }
        assert_eq!(data_url("text/plain", b"hi"), "data:text/plain;base64,aGk=");
    }
}
