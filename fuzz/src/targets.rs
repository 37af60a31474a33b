//! The list of targets.

use crate::{answer, auth};

/// Something that reads input from outside.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name on the command line.
    pub name: &'static str,
    /// Inputs to start from.
    pub corpus: fn() -> Vec<Vec<u8>>,
    /// Pieces that are put into inputs.
    pub dictionary: fn() -> Vec<Vec<u8>>,
    /// Reads an input and returns what became of it, in a few words: inputs that lead to new ones are
    /// kept. Panics when something does not hold.
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
