//! A PostgreSQL server for tests: a private one started from the machine's own binaries, or a given one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Names a server to use instead of a private one. Every test makes a database of its own there.
const GIVEN: &str = "OCI_GENAI_TEST_POSTGRES_URL";

/// A database for one test. A private server ends with it.
pub(crate) struct Database {
    pub(crate) url: String,
    server: Option<Server>,
}

struct Server {
    bin: PathBuf,
    dir: TempDir,
    user: Option<&'static str>,
}

impl Database {
    /// Whether the server is this database's own.
    pub(crate) fn is_private(&self) -> bool {
        self.server.is_some()
    }

    /// Has the server end all connections to the database.
    pub(crate) async fn disconnect_all(&self) {
        let statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let pool = sqlx::PgPool::connect(&self.url)
            .await
            .expect("PostgreSQL answers");
        sqlx::query(statement)
            .execute(&pool)
            .await
            .expect("connections can be ended");
        pool.close().await;
    }

    /// Crashes a private server, and starts it again.
    pub(crate) fn restart(&self) {
        let server = self.server.as_ref().expect("the server is private");
        let data = server.dir.path().join("data");
        let log = server.dir.path().join("log");
        let arguments = [
            "-D",
            text(&data),
            "-l",
            text(&log),
            "-m",
            "immediate",
            "-w",
            "restart",
        ];
        server.run("pg_ctl", &arguments);
    }
}

/// A new, empty database; `None`, loudly, when there is no PostgreSQL and this is not continuous integration.
pub(crate) async fn database() -> Option<Database> {
    if let Ok(url) = std::env::var(GIVEN) {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        let mut parsed = url::Url::parse(&url).expect("OCI_GENAI_TEST_POSTGRES_URL is a URL");
        let pool = sqlx::PgPool::connect(&url)
            .await
            .expect("the given PostgreSQL answers");
        let statement = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(statement)
            .execute(&pool)
            .await
            .expect("a database can be made");
        parsed.set_path(&name);
        return Some(Database {
            url: parsed.into(),
            server: None,
        });
    }
    let Some(bin) = binaries() else {
        assert!(
            std::env::var_os("CI").is_none_or(|value| value != "true"),
            "continuous integration needs PostgreSQL: install it or set {GIVEN}"
        );
        eprintln!("SKIPPED: no PostgreSQL server binaries here and {GIVEN} is not set");
        return None;
    };
    let server = Server::start(bin);
    let socket = server.dir.path().display().to_string().replace('/', "%2F");
    let url = format!("postgres://tester@{socket}/postgres");
    Some(Database {
        url,
        server: Some(server),
    })
}

fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    versions.sort();
    versions.extend(
        std::env::var_os("PATH")
            .iter()
            .flat_map(std::env::split_paths)
            .collect::<Vec<_>>(),
    );
    versions
        .into_iter()
        .rev()
        .find(|dir| dir.join("initdb").exists() && dir.join("pg_ctl").exists())
}

impl Server {
    fn start(bin: PathBuf) -> Self {
        let root = run_as_root();
        let user = root
            .then(|| ["postgres", "nobody"].into_iter().find(|user| known(user)))
            .flatten();
        let dir = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in("/tmp")
            .expect("a directory");
        if let Some(user) = user {
            let chown = Command::new("chown").arg(user).arg(dir.path()).status();
            assert!(
                chown.expect("chown runs").success(),
                "the directory goes to {user}"
            );
        }
        let server = Self { bin, dir, user };
        let data = server.dir.path().join("data");
        server.run(
            "initdb",
            &[
                "-D",
                text(&data),
                "-U",
                "tester",
                "-A",
                "trust",
                "-N",
                "-E",
                "UTF8",
            ],
        );
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off",
            server.dir.path().display()
        );
        let log = server.dir.path().join("log");
        server.run(
            "pg_ctl",
            &[
                "-D",
                text(&data),
                "-l",
                text(&log),
                "-w",
                "-o",
                &options,
                "start",
            ],
        );
        server
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = match self.user {
            None => Command::new(self.bin.join(program)),
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(self.bin.join(program));
                command
            }
        };
        // Files instead of pipes: the server inherits them and would keep a pipe open.
        let output = tempfile::NamedTempFile::new().expect("a file");
        let file = || Stdio::from(output.reopen().expect("the file opens again"));
        let status = command
            .args(arguments)
            .current_dir("/tmp")
            .stdout(file())
            .stderr(file())
            .status()
            .expect("the program starts");
        let said = std::fs::read_to_string(output.path()).unwrap_or_default();
        assert!(status.success(), "{program} failed: {said}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.dir.path().join("data");
        self.run(
            "pg_ctl",
            &["-D", text(&data), "-m", "immediate", "-w", "stop"],
        );
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn run_as_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout == b"0\n"
}

fn known(user: &str) -> bool {
    Command::new("id")
        .arg(user)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}
