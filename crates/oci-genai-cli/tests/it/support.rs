//! An empty home folder, and the program run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use oci_genai_auth::PrivateKey;
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

/// A tenancy and a user, as an API signing key names them.
pub(crate) const TENANCY: &str = "ocid1.tenancy.oc1..aaaaexample";
pub(crate) const USER: &str = "ocid1.user.oc1..aaaaexample";

/// Somebody's home folder.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into it and returns where.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Writes a key into a file: always the same one, since making keys takes seconds.
    pub(crate) fn key(&self, name: &str) -> (PrivateKey, PathBuf) {
        self.key_of("rsa2048_pkcs8", name)
    }

    /// Writes another key into a file.
    pub(crate) fn other_key(&self, name: &str) -> (PrivateKey, PathBuf) {
        self.key_of("rsa4096_pkcs8", name)
    }

    fn key_of(&self, vector_name: &str, name: &str) -> (PrivateKey, PathBuf) {
        let key = vector(vector_name);
        let pem = key["private_key_pem"].as_str().unwrap();
        (
            PrivateKey::from_pem(pem, None).unwrap(),
            self.write(name, pem),
        )
    }

    /// A profile with an API signing key, `lines` below the usual ones, as the OCI config file. A
    /// line `key=value` takes the place of the usual one; a line `key=` leaves it out.
    pub(crate) fn oci_profile(&self, key: &PrivateKey, key_file: &Path, lines: &str) -> PathBuf {
        let usual = [
            ("user", USER.to_owned()),
            ("tenancy", TENANCY.to_owned()),
            ("fingerprint", key.public_key().fingerprint()),
            ("region", "us-chicago-1".to_owned()),
            ("key_file", key_file.display().to_string()),
        ];
        let mut text = String::from("[DEFAULT]\n");
        for (name, value) in usual {
            if !lines
                .lines()
                .any(|line| line.starts_with(&format!("{name}=")))
            {
                text.push_str(&format!("{name}={value}\n"));
            }
        }
        for line in lines.lines().filter(|line| !line.ends_with('=')) {
            text.push_str(line);
            text.push('\n');
        }
        self.write(".oci/config", &text)
    }

    /// The program in this home, with an environment that holds nothing else.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("oci-genai"));
        command
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // Nobody answers there: this machine is no instance of OCI's.
            .env("OCI_METADATA_BASE_URL", "http://127.0.0.1:9/opc/v2")
            .current_dir(self.path());
        command
    }

    /// The same, with settings for this emulator, its key and project.
    pub(crate) fn client(&self, emulator: &Emulator) -> Command {
        let mut command = self.program();
        command
            .env("OCI_GENAI_BASE_URL", emulator.base_url())
            .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY)
            .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT);
        command
    }
}

/// A key of the signing vectors, which are made to be published.
pub(crate) fn vector(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../oci-genai-auth/tests/data/signing-vectors.json");
    let text = fs::read_to_string(path).unwrap();
    let mut vectors: Value = serde_json::from_str(&text).unwrap();
    vectors["keys"][name].take()
}

/// Whether a program of other people's is there to check with. On a developer's machine it says so when it is
/// not; in continuous integration it has to be there.
pub(crate) fn found(name: &str) -> bool {
    let found = std::process::Command::new(name)
        .arg("--version")
        .output()
        .is_ok();
    if !found {
        let message = format!("nothing is checked with {name}, which is not installed");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{message}");
        eprintln!("SKIPPED: {message}");
    }
    found
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().expect("it was not killed"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// A failure of this kind, in one paragraph with these words.
    #[track_caller]
    pub(crate) fn assert_error(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stdout, "", "nothing but the error");
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        assert_eq!(self.stderr.trim_end().lines().count(), 1, "{}", self.stderr);
        for word in words {
            assert!(
                self.stderr.contains(word),
                "{word:?} is missing in: {}",
                self.stderr
            );
        }
    }
}

pub(crate) async fn run(command: &mut Command) -> Ran {
    Ran::of(command.output().await.expect("the program runs"))
}

/// The base URL of a server that gives this answer to every request, and then closes.
pub(crate) async fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            if read_request(&mut stream).await.is_some() {
                // A client that went away needs no answer.
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    url
}

/// Reads a request whole and returns its head; `None` when the client went away.
pub(crate) async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = header(&head, "content-length").parse().unwrap_or(0);
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    Some(head)
}

/// A header of a request; empty if it has none of that name.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut values = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    values.next().map_or("", |(_, value)| value)
}
