//! Bodies of `multipart/form-data`, whose files are streamed.
//!
//! # Signatures and retries
//!
//! A body with a file that can be read once goes through the transport once, piece by piece, as it is read. A layer
//! that needs the whole body before it is sent, for example to sign its digest, has two ways:
//!
//! - It collects the body in memory, up to a bound, and refuses what is larger.
//! - It takes a [`Replay`] out of the request's extensions. If [`Replay::body`] gives another copy of the body, it
//!   reads that one for the digest and lets the original go on. So does a layer that sends a request again. Every
//!   file made by [`File::new`] from bytes, or by [`File::replayable`], can be read again; with a single file made by
//!   [`File::stream`] there is no copy.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use reqwest::Body;
use reqwest::header::HeaderValue;
use serde::Serialize;
use serde_json::Value;

/// How many words of 64 random bits a boundary is made of.
const BOUNDARY_WORDS: u64 = 2;

/// A file in a body of several parts: its name, its media type, and where its content comes from.
#[derive(Clone)]
pub struct File {
    name: Option<String>,
    media: Option<String>,
    content: Content,
    length: Option<u64>,
}

#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    /// Read once: the first body that is made takes it.
    Once(Arc<std::sync::Mutex<Option<Body>>>),
    Again(Arc<dyn Fn() -> Body + Send + Sync>),
}

impl File {
    /// A file whose content is in memory. It can be sent again.
    pub fn new(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        Self {
            name: Some(name.into()),
            media: None,
            length: Some(content.len() as u64),
            content: Content::Bytes(content),
        }
    }

    /// A file that is streamed, for example from `tokio::fs::File` or `reqwest::Body::wrap_stream`. It can be sent
    /// once. Say its [length](Self::length) if you know it: some services do not take bodies of unknown length.
    pub fn stream(name: impl Into<String>, content: impl Into<Body>) -> Self {
        let content = content.into();
        Self {
            name: Some(name.into()),
            media: None,
            length: content.size_hint().exact(),
            content: Content::Once(Arc::new(std::sync::Mutex::new(Some(content)))),
        }
    }

    /// A file that is streamed from its beginning each time `open` is called, so that it can be read for a signature
    /// and be sent again.
    pub fn replayable(
        name: impl Into<String>,
        length: u64,
        open: impl Fn() -> Body + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: Some(name.into()),
            media: None,
            length: Some(length),
            content: Content::Again(Arc::new(open)),
        }
    }

    /// A part that is no file: it has no file name.
    pub fn text(content: impl Into<String>) -> Self {
        Self {
            name: None,
            ..Self::new("", content.into())
        }
    }

    /// Sets the media type. The default is `application/octet-stream` for files; texts have none.
    #[must_use]
    pub fn media_type(mut self, media: impl Into<String>) -> Self {
        self.media = Some(media.into());
        self
    }

    /// Sets the length in bytes. The service gets a broken request if the content is of another length.
    #[must_use]
    pub fn length(mut self, length: u64) -> Self {
        self.length = Some(length);
        self
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("name", &self.name)
            .field("media", &self.media)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// In the extensions of a request: makes the body once more.
#[derive(Clone, Debug)]
pub struct Replay(Form);

impl Replay {
    /// Another copy of the body, or `None` if a file in it can be read only once.
    pub fn body(&self) -> Option<Body> {
        let once = |part: &Part| matches!(part.file.content, Content::Once(_));
        (!self.0.parts.iter().any(once)).then(|| self.0.body())
    }
}

/// The parts of a body.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    boundary: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    file: File,
}

impl Form {
    pub(crate) fn new() -> Self {
        // A boundary that the content holds by chance, or on purpose, would end a part early.
        let random = |_| {
            let state = std::collections::hash_map::RandomState::new();
            format!("{:016x}", std::hash::BuildHasher::hash_one(&state, 0))
        };
        Self {
            boundary: (0..BOUNDARY_WORDS).map(random).collect(),
            parts: Vec::new(),
        }
    }

    #[allow(dead_code, reason = "a document may need bodies in any case")]
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(crate) fn file(&mut self, name: &str, file: File) {
        let name = name.to_owned();
        self.parts.push(Part { name, file });
    }

    /// Adds a value: a text as it is, each element of a list as a part of its own, an object as JSON. There is no part
    /// for null.
    ///
    /// # Errors
    ///
    /// Says so when the value is no JSON.
    #[allow(dead_code, reason = "a document may have files only")]
    pub(crate) fn value(
        &mut self,
        name: &str,
        value: &(impl Serialize + ?Sized),
        media: Option<&str>,
    ) -> Result<(), String> {
        match serde_json::to_value(value) {
            Ok(Value::Array(list)) if media.is_none_or(|media| !is_json(media)) => {
                for element in list {
                    self.json(name, element, media);
                }
            }
            Ok(value) => self.json(name, value, media),
            Err(error) => return Err(format!("`{name}` cannot be a part: {error}")),
        }
        Ok(())
    }

    fn json(&mut self, name: &str, value: Value, media: Option<&str>) {
        let (text, usual) = match value {
            Value::Null => return,
            Value::String(text) if !media.is_some_and(is_json) => (text, None),
            Value::Bool(_) | Value::Number(_) => (value.to_string(), None),
            structured => (structured.to_string(), Some("application/json")),
        };
        let mut file = File::text(text);
        file.media = media.or(usual).map(str::to_owned);
        self.file(name, file);
    }

    /// The media type of the body.
    pub(crate) fn content_type(&self) -> HeaderValue {
        HeaderValue::from_str(&format!("multipart/form-data; boundary={}", self.boundary))
            .unwrap_or_else(|_| HeaderValue::from_static("multipart/form-data"))
    }

    /// What makes the body once more, if that is possible.
    pub(crate) fn replay(&self) -> Replay {
        Replay(self.clone())
    }

    /// The body.
    pub(crate) fn body(&self) -> Body {
        let mut pieces = VecDeque::new();
        for part in &self.parts {
            pieces.push_back(Piece::Bytes(self.head(part).into()));
            pieces.push_back(match &part.file.content {
                Content::Bytes(bytes) => Piece::Bytes(bytes.clone()),
                Content::Once(slot) => {
                    let mut slot = slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    match slot.take() {
                        Some(body) => Piece::Body(body, part.file.length),
                        None => Piece::Gone,
                    }
                }
                Content::Again(open) => Piece::Body(open(), part.file.length),
            });
            pieces.push_back(Piece::Bytes(Bytes::from_static(b"\r\n")));
        }
        pieces.push_back(Piece::Bytes(format!("--{}--\r\n", self.boundary).into()));
        Body::wrap(Pieces(pieces))
    }

    fn head(&self, part: &Part) -> String {
        let mut head = format!(
            "--{}\r\ncontent-disposition: form-data; name=\"{}\"",
            self.boundary,
            quoted(&part.name)
        );
        if let Some(name) = &part.file.name {
            head.push_str(&format!("; filename=\"{}\"", quoted(name)));
        }
        let media = part.file.media.as_deref();
        let usual = part
            .file
            .name
            .as_ref()
            .map(|_| "application/octet-stream");
        if let Some(media) = media.or(usual) {
            let media: String = media.chars().filter(|c| !c.is_control()).collect();
            head.push_str(&format!("\r\ncontent-type: {media}"));
        }
        head.push_str("\r\n\r\n");
        head
    }
}

fn is_json(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}

/// A name between quotes, written as browsers do.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

enum Piece {
    Bytes(Bytes),
    Body(Body, Option<u64>),
    /// A stream that was sent before.
    Gone,
}

/// A body of pieces, of which each is read when the one before has been sent.
struct Pieces(VecDeque<Piece>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        loop {
            match self.0.front_mut() {
                None => return Poll::Ready(None),
                Some(Piece::Gone) => {
                    return Poll::Ready(Some(Err("a streamed file was sent before".into())));
                }
                Some(Piece::Bytes(bytes)) => {
                    let bytes = std::mem::take(bytes);
                    self.0.pop_front();
                    if !bytes.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(bytes))));
                    }
                }
                Some(Piece::Body(body, _)) => match Pin::new(body).poll_frame(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(None) => {
                        self.0.pop_front();
                    }
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                    Poll::Ready(Some(Ok(frame))) => {
                        // Trailers of a file are no trailers of the body.
                        if let Ok(data) = frame.into_data() {
                            return Poll::Ready(Some(Ok(Frame::data(data))));
                        }
                    }
                },
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let mut sum = 0_u64;
        for piece in &self.0 {
            let length = match piece {
                Piece::Bytes(bytes) => Some(bytes.len() as u64),
                Piece::Body(_, length) => *length,
                Piece::Gone => None,
            };
            match length {
                Some(length) => sum += length,
                None => return SizeHint::default(),
            }
        }
        SizeHint::with_exact(sum)
    }
}
