//! Runs the commands and the Python programs of the guide against the emulator.
//!
//! In a `console` block, a line that begins with `$ ` is a command, and lines that begin with `> `
//! continue it. The lines below are its expected output, in which `…` matches any text. All
//! commands of a page run in one shell, in an empty folder. A `python` block is a program. The
//! addresses in the guide are replaced by the address of the test's emulator.

use std::path::Path;

use oci_genai_emulator::{DEFAULT_PROJECT, Emulator};
use oci_genai_tests::{OciConfigFile, program, python_with};
use tokio::process::Command;

use super::page::Page;
use super::pages;

/// Address of the emulator in the guide.
const LOCAL: &str = "127.0.0.1:8080";
/// Address of the real service in the guide, and its project.
const REAL: &str = "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com";
const PROJECT: &str = "ocid1.generativeaiproject.oc1.us-chicago-1.example";

/// Separates the outputs of two commands.
const MARK: &str = "\u{1e}";

/// An emulator, and a home folder with an OCI config file.
struct Setup {
    emulator: Emulator,
    home: tempfile::TempDir,
    /// Keeps the key files of the config file.
    _keys: OciConfigFile,
}

impl Setup {
    async fn new() -> Self {
        let keys = OciConfigFile::new();
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join(".oci")).expect("a folder");
        std::fs::copy(keys.path(), home.path().join(".oci/config")).expect("a config file");
        let emulator = Emulator::builder()
            .api_key("sk-emulator")
            .project(DEFAULT_PROJECT)
            .project(PROJECT)
            .oci_config(keys.path())
            .start()
            .await
            .expect("the emulator starts");
        Self {
            emulator,
            home,
            _keys: keys,
        }
    }

    /// Replaces the addresses of the guide by the address of the emulator.
    fn local(&self, text: &str) -> String {
        let address = self.emulator.address().to_string();
        text.replace(REAL, &format!("http://{address}"))
            .replace(LOCAL, &address)
    }

    /// Returns a command in an empty environment.
    fn command(&self, name: &Path) -> Command {
        let folder = self.home.path().join("work");
        std::fs::create_dir_all(&folder).expect("a folder");
        let built = program();
        let programs = Path::new(built.get_program()).parent().expect("a folder");
        let path = std::env::var("PATH").expect("a path");
        let mut command = Command::new(name);
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("LC_ALL", "C.UTF-8")
            .current_dir(folder);
        command
    }

    /// A command as this page's reader runs it: the examples for other people's clients are run by the
    /// proxy.
    fn command_of(&self, page: &Page, name: &Path) -> Command {
        if page.name() != "any-client.md" {
            return self.command(name);
        }
        let mut command = self.command(Path::new(program().get_program()));
        command
            .env("OCI_GENAI_BASE_URL", self.emulator.base_url())
            .env("OCI_GENAI_API_KEY", "sk-emulator")
            .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
            .args(["proxy", "run", "--"])
            .arg(name);
        command
    }
}

/// A command and its expected output.
#[derive(Debug, PartialEq)]
struct Step {
    command: String,
    expected: String,
}

fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step {
                command: command.to_owned(),
                expected: String::new(),
            }),
            // Continues the command.
            (None, Some(step)) if step.expected.is_empty() && line.starts_with('>') => {
                step.command.push('\n');
                step.command.push_str(line.strip_prefix("> ").unwrap_or(""));
            }
            (None, Some(step)) => {
                step.expected.push_str(line);
                step.expected.push('\n');
            }
            (None, None) => panic!("a console block must begin with a command: {line}"),
        }
    }
    steps
}

/// Returns `true` if a text is as expected; `…` matches any text.
fn matches(text: &str, expected: &str) -> bool {
    let (text, expected) = (text.trim_end(), expected.trim_end());
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

async fn run_commands(page: &Page) -> usize {
    let setup = Setup::new().await;
    let steps: Vec<Step> = page
        .blocks("console")
        .iter()
        .flat_map(|block| steps(block))
        .collect();
    let mut script = String::from("exec 2>&1\n");
    for step in &steps {
        script.push_str(&setup.local(&step.command));
        script.push_str("\nprintf '\\036%s\\036' \"$?\"\n");
    }
    let output = setup
        .command_of(page, Path::new("sh"))
        .args(["-c", &script])
        .output()
        .await;
    let printed = String::from_utf8(output.expect("a shell").stdout).expect("text");
    let mut printed = printed.split(MARK);
    for step in &steps {
        let (text, status) = (
            printed.next().unwrap_or(""),
            printed.next().unwrap_or("none"),
        );
        let expected = setup.local(&step.expected);
        assert!(
            status == "0" && matches(text, &expected),
            "{page:?}: `{}` exited with {status} and printed\n{text}\ninstead of\n{expected}",
            step.command,
        );
    }
    steps.len()
}

#[tokio::test]
async fn commands_print_what_the_page_shows() {
    let mut count = 0;
    for page in pages() {
        count += run_commands(&page).await;
    }
    assert!(count > 2, "the guide has only {count} commands");
}

#[tokio::test]
async fn python_runs() {
    let Some(python) = python_with(&["openai", "oci_genai_auth", "httpx", "agents"]) else {
        return;
    };
    // Not canonicalized, because the target of the symbolic link is outside of the virtual
    // environment.
    let python = std::path::absolute(python).expect("a path");
    let mut count = 0;
    for page in pages() {
        for block in page.blocks("python") {
            let setup = Setup::new().await;
            let output = setup
                .command_of(&page, &python)
                .args(["-c", &setup.local(&block)])
                .output()
                .await;
            let output = output.expect("the interpreter runs");
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{page:?}: {errors}");
            let printed = String::from_utf8_lossy(&output.stdout);
            assert!(printed.contains("You just said"), "{page:?}: {printed}");
            count += 1;
        }
    }
    assert_eq!(count, 4, "the guide's Python");
}

#[test]
fn a_difference_is_found() {
    assert!(matches("a b c\n", "a … c\n"));
    assert!(matches("x\ny\nend\n", "…\nend\n"));
    assert!(matches("same", "same"));
    assert!(!matches("a b d", "a … c"));
    assert!(!matches("a b", "a"));
    assert!(!matches("b a", "a…"));
    let page = steps("$ one \\\n>   two\n>\nout\n$ three\n");
    assert_eq!(
        page[0],
        Step {
            command: "one \\\n  two\n".to_owned(),
            expected: "out\n".to_owned()
        }
    );
    assert_eq!(page[1].command, "three");
}
