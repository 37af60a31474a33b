//! The emulator, a folder that is somebody's home, and the program in it.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use serde_json::Value;

/// Tests begin on a runtime of several threads: the emulator answers while the test waits for the program.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    home: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self {
            emulator: Emulator::start().await.expect("the emulator starts"),
            home: tempfile::tempdir().expect("a folder"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// Settings that lead to the emulator, and nothing of the machine's own.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let home = self.home.path().to_str().expect("a plain path");
        vec![
            ("HOME", home.to_owned()),
            ("PATH", std::env::var("PATH").expect("a path")),
            ("OCI_GENAI_BASE_URL", self.emulator.base_url()),
            ("OCI_GENAI_API_KEY", DEFAULT_API_KEY.to_owned()),
            ("OCI_GENAI_PROJECT", DEFAULT_PROJECT.to_owned()),
        ]
    }

    pub(crate) fn folder(&self) -> &Path {
        self.home.path()
    }

    /// The program with these arguments, in the folder.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .env_clear()
            .envs(self.variables())
            .current_dir(self.folder())
            .args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Assert {
        self.program(arguments).assert()
    }

    /// What the program prints on standard output when all is well.
    #[track_caller]
    pub(crate) fn prints(&self, arguments: &[&str]) -> String {
        stdout(&self.run(arguments).success())
    }

    /// The same, as JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.prints(arguments)).expect("JSON")
    }

    /// Wrong use: exit code 2, nothing on standard output, and an error with these words.
    #[track_caller]
    pub(crate) fn refuses(&self, arguments: &[&str], words: &[&str]) {
        let assert = self.run(arguments).code(2).stdout("");
        let text = stderr(&assert);
        for word in words {
            assert!(text.contains(word), "{word:?} is missing in {text}");
        }
        assert!(!text.contains("panicked"), "{text}");
    }

    /// A turn of a session.
    #[track_caller]
    pub(crate) fn ask(&self, session: &str, text: &str) -> String {
        self.prints(&["ask", "--session", session, text])
    }

    /// The newest request for a response.
    pub(crate) fn last_request(&self) -> Value {
        let requests = self.emulator.requests();
        let mut asked = requests
            .iter()
            .rev()
            .filter(|request| request.method == "POST" && request.path.ends_with("/responses"));
        asked.next().expect("a request").body.clone()
    }
}

pub(crate) fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_oci-genai")
}

pub(crate) fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("text")
}

pub(crate) fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).expect("text")
}
