//! The known effect of a failed request on the service.

use std::fmt;

/// The known effect of a failed request on the service, which decides whether a retry is safe.
///
/// An error alone does not show the effect. After a reset connection, the service may never have
/// received the request, or it may have carried the request out and only the response was lost.
/// Sending a turn twice costs twice and leaves the turn in the conversation twice. Therefore every
/// [`Error`](crate::Error) carries what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetrySafety {
    /// The request was not sent, or no connection was established. A retry is safe.
    NotSent,
    /// The service responded that it did not carry out the request. A retry has no double effect,
    /// but the service may reject an unchanged request again.
    Rejected,
    /// The request was sent and its outcome is unknown. Check the service's state first: list the
    /// conversation's items, or retrieve the response by its id.
    Unknown,
    /// The service carried out the request; only its response could not be used. A retry does the
    /// work twice.
    Completed,
}

impl RetrySafety {
    /// Returns `true` if a retry cannot have a double effect.
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::NotSent | Self::Rejected)
    }
}

impl fmt::Display for RetrySafety {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Completed => "completed",
        })
    }
}
