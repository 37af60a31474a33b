//! What is known about a failed request's effect on the service.

use std::fmt;

/// Whether a request whose call failed may be sent again.
///
/// A failed call says little by itself: a reset connection may mean that the service never saw the
/// request, or that it answered and only the answer was lost. Sending a turn twice costs twice and
/// leaves the turn in the conversation twice, so every [`Error`](crate::Error) carries the best
/// that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResendVerdict {
    /// The request never left, or no connection came about. Sending it again is safe.
    NotSent,
    /// The service answered that it did not carry the request out. Sending it again has no double
    /// effect, though without a change it may be refused again.
    Rejected,
    /// The request was sent and its outcome is not known. Look at the service's state first: list
    /// the conversation's items, or retrieve the response by its id.
    Unknown,
    /// The service carried the request out; only its answer could not be used. Sending it again
    /// does the work twice.
    Done,
}

impl ResendVerdict {
    /// Whether sending the request again cannot have a double effect.
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::NotSent | Self::Rejected)
    }
}

impl fmt::Display for ResendVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Done => "done",
        })
    }
}
