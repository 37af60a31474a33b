//! No secret is shown: keys, tokens and passwords in every place where a setting, a file or an
//! answer is read, and all that the program then prints.

mod answers;
mod command_line;
mod oci_config;
mod settings_file;
mod variables;

use std::fmt::Write as _;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::process::Command;

use crate::support::vector;

/// Programs that run at a time.
const AT_ONCE: usize = 4;
/// Generous: only a failure waits as long as this.
const PATIENCE: Duration = Duration::from_secs(120);
/// So many characters of a secret in a row count as the secret.
const PIECE: usize = 12;

/// A secret, and what of it must not be seen.
#[derive(Clone, Debug)]
struct Secret {
    name: &'static str,
    text: String,
    hidden: Vec<String>,
}

fn api_key() -> String {
    "sk-3vTq9ZbX0LmKj7RwHs5NpYc2Ud8FgAe1".to_owned()
}

fn token() -> String {
    // {"alg":"RS256"} and {"exp":4102444800,"sub":"ocid1.user.oc1..x","jti":"Zq81"}, unsigned.
    "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDAsInN1YiI6Im9jaWQxLnVzZXIub2MxLi54IiwianRpIjoiWnE4\
     MSJ9.c2lnbmF0dXJlLW9mLW5vYm9keQ"
        .to_owned()
}

fn pem() -> String {
    let key = vector("rsa2048_pkcs8");
    key["private_key_pem"].as_str().unwrap().to_owned()
}

/// The key in the forms that it gets on its way through forms, variables and shells.
fn forms_of_key() -> Vec<(&'static str, String)> {
    let pem = pem();
    let pem = pem.trim_end();
    let lines: Vec<&str> = pem.lines().collect();
    let body = &lines[1..lines.len() - 1];
    vec![
        ("a key", pem.to_owned()),
        ("a key with \\n", pem.replace('\n', "\\n")),
        ("a key with blanks", pem.replace('\n', " ")),
        ("a key with tabs", pem.replace('\n', "\t")),
        ("a key with CR", pem.replace('\n', "\r")),
        ("a key in a line", pem.replace('\n', "")),
        ("a key in quotes", format!("\"{pem}\"")),
        ("a key without its end", lines[..lines.len() - 4].join("\n")),
        ("a key without its begin", lines[3..].join("\n")),
        ("a key's body", body.concat()),
        ("a line of a key", body[4].to_owned()),
        (
            "a key with a long label",
            pem.replace("PRIVATE KEY", &format!("PRIVATE KEY {}", body[3])),
        ),
        ("a key as RSA", pem.replace(" PRIVATE", " RSA PRIVATE")),
    ]
}

fn key_lines() -> Vec<String> {
    let pem = pem();
    let lines: Vec<&str> = pem.trim_end().lines().collect();
    lines[1..lines.len() - 1]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

/// One secret of each kind, for places that take the same way for all of them.
fn few() -> Vec<Secret> {
    let forms = forms_of_key();
    let of_key = |at: usize| Secret {
        name: forms[at].0,
        text: forms[at].1.clone(),
        hidden: key_lines(),
    };
    let plain = |name, text: String| Secret {
        name,
        hidden: vec![text.clone()],
        text,
    };
    let payload = token().split('.').map(str::to_owned).collect::<Vec<_>>();
    vec![
        of_key(0),
        of_key(2),
        plain("an API key", api_key()),
        Secret {
            name: "a token",
            text: token(),
            hidden: payload[1..].to_vec(),
        },
        plain(
            "hexadecimal",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        ),
        Secret {
            name: "a URL with a password",
            text: "https://jane:Pa55wOrd-of-Jane@127.0.0.1:9/v1?key=Query5ecretValue".to_owned(),
            hidden: vec!["Pa55wOrd-of-Jane".to_owned(), "Query5ecretValue".to_owned()],
        },
    ]
}

impl Secret {
    /// What of the secret is in a text.
    fn seen_in<'a>(&'a self, text: &str) -> Option<&'a str> {
        self.hidden.iter().find_map(|hidden| {
            let length = PIECE.min(hidden.len());
            (0..=hidden.len() - length)
                .map(|at| &hidden[at..at + length])
                .find(|piece| text.contains(piece))
        })
    }
}

/// A signature in a text, as the header has it or a JSON text of the header.
fn signature(text: &str) -> Option<String> {
    let values = text.split("signature=").skip(1);
    let values = values.map(|rest| rest.trim_start_matches(['\\', '"']));
    let mut starts = values.map(|rest| rest.chars().take(PIECE).collect::<String>());
    starts.find(|start| {
        start.len() == PIECE
            && start
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    })
}

/// Programs to be run, each with the place its secret is in.
#[derive(Default)]
struct Runs(Vec<(String, Secret, Command)>);

impl Runs {
    fn add(&mut self, place: impl Into<String>, secret: &Secret, command: Command) {
        self.0.push((place.into(), secret.clone(), command));
    }

    /// Runs them all, and fails with every place whose secret was shown.
    async fn check(self) {
        let count = self.0.len();
        let outcomes = stream::iter(self.0).map(|(place, secret, mut command)| async move {
            let output = tokio::time::timeout(PATIENCE, command.kill_on_drop(true).output());
            let output = output
                .await
                .unwrap_or_else(|_| panic!("{place} does not end"));
            let output = output.expect("the program runs");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let both = text(&output.stdout) + &text(&output.stderr);
            let piece = secret.seen_in(&both).map(str::to_owned);
            let piece = piece.or_else(|| signature(&both));
            let panics = both.contains("panicked").then(|| "a panic".to_owned());
            piece
                .or(panics)
                .map(|piece| (place, secret.name, piece, both))
        });
        let shown: Vec<_> = outcomes
            .buffer_unordered(AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await;
        let mut report = String::new();
        for (place, name, piece, both) in &shown {
            let line = both.lines().find(|line| line.contains(piece.as_str()));
            let line: String = line.unwrap_or_default().chars().take(300).collect();
            writeln!(report, "{place}, {name}: {piece}\n    {line}").unwrap();
        }
        assert!(
            count > 0 && shown.is_empty(),
            "{} of {count}:\n{report}",
            shown.len()
        );
    }
}

/// The commands that read every setting, as talkative as they can be.
const COMMANDS: [&[&str]; 2] = [
    &["doctor", "--free", "--json", "-vv"],
    &["ask", "-vv", "Hello."],
];

/// The same in other forms, and another command.
const MORE_COMMANDS: [&[&str]; 2] = [&["doctor"], &["quickstart", "-v"]];
