//! The list of targets.

use crate::{answer, auth};

/// A fuzz target: code that reads external input.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name on the command line.
    pub name: &'static str,
    /// Initial inputs.
    pub corpus: fn() -> Vec<Vec<u8>>,
    /// Pieces to insert into inputs.
    pub dictionary: fn() -> Vec<Vec<u8>>,
    /// Processes an input. Returns a short description of the outcome; inputs with a new outcome
    /// are kept. Panics if a check fails.
    pub run: fn(&[u8]) -> String,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "pem",
        corpus: auth::corpus::keys,
        dictionary: auth::corpus::pem_pieces,
        run: auth::pem,
    },
    Target {
        name: "config_file",
        corpus: auth::corpus::config_files,
        dictionary: auth::corpus::config_pieces,
        run: auth::config_file,
    },
    Target {
        name: "authorization",
        corpus: auth::corpus::authorizations,
        dictionary: auth::corpus::authorization_pieces,
        run: auth::authorization,
    },
    Target {
        name: "answer",
        corpus: answer::corpus::answers,
        dictionary: answer::corpus::pieces,
        run: answer::answer,
    },
];
