//! What the peers run in: Python and Node with pinned packages, and a browser.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::peer::{Peer, Runtime};

/// How long one peer may take, in tenths of a second: a guard against one that hangs.
const PATIENCE: u32 = 15 * 60 * 10;

/// Folders and interpreters.
pub(super) struct Tools {
    /// `tests/`, where the scripts are.
    scripts: PathBuf,
    /// `target/interop`, where everything is put.
    folder: PathBuf,
}

impl Tools {
    /// Makes the virtual environment, unless it is there and up to date.
    pub(super) fn prepare_python(root: &Path) -> Result<Self, String> {
        let tools = Self {
            scripts: root.join("tests"),
            folder: root.join("target/interop"),
        };
        fs::create_dir_all(tools.folder.join("logs")).map_err(|error| error.to_string())?;
        let python = tools.python();
        if !python.exists() {
            let venv = tools.folder.join("venv");
            run(Command::new("python3").args(["-m", "venv"]).arg(venv)).map_err(|error| {
                format!("{error}; install Python 3.11 or later with its venv module")
            })?;
        }
        let pins = tools.scripts.join("python/requirements.txt");
        tools.once("python", &[&pins], || {
            run(Command::new(&python)
                .args(["-m", "pip", "install", "--quiet"])
                .args(["--disable-pip-version-check", "-r"])
                .arg(&pins))
        })?;
        Ok(tools)
    }

    /// Installs the packages of Node, unless they are there and up to date.
    pub(super) fn prepare_node(&self) -> Result<(), String> {
        let folder = self.folder.join("node");
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let given = self.scripts.join("node");
        let files = ["package.json", "package-lock.json"].map(|name| given.join(name));
        self.once("node", &[&files[0], &files[1]], || {
            for file in &files {
                let name = file.file_name().unwrap_or_default();
                fs::copy(file, folder.join(name))
                    .map_err(|error| format!("{}: {error}", file.display()))?;
            }
            run(Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"])
                .current_dir(&folder))
            .map_err(|error| format!("{error}; install Node 18 or later with npm"))
        })
    }

    /// Does something unless it was done with these very files.
    fn once(
        &self,
        name: &str,
        files: &[&Path],
        act: impl FnOnce() -> Result<(), String>,
    ) -> Result<(), String> {
        let mut wanted = String::new();
        for file in files {
            let text =
                fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            wanted.push_str(&text);
        }
        let stamp = self.folder.join(format!("{name}.installed"));
        if fs::read_to_string(&stamp).is_ok_and(|done| done == wanted) {
            return Ok(());
        }
        act()?;
        fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
    }

    /// The interpreter that has the packages.
    pub(super) fn python(&self) -> PathBuf {
        let inside = if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        };
        self.folder.join("venv").join(inside)
    }

    /// An OCI config file with a key and a session token made for this run; the token is good for so
    /// many seconds.
    pub(super) fn oci_config(&self, name: &str, token_seconds: u64) -> Result<PathBuf, String> {
        let folder = self.folder.join(name);
        run(Command::new(self.python())
            .arg(self.scripts.join("python/oci_config.py"))
            .arg(&folder)
            .arg(token_seconds.to_string()))?;
        Ok(folder.join("config"))
    }

    /// A home folder with nothing in it that a program could take for its settings.
    pub(super) fn home(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// The versions of what a peer is made of, as they are installed.
    pub(super) fn versions(&self, peer: &Peer) -> Result<String, String> {
        let mut ask = if peer.runtime == Runtime::Node {
            let program = "console.log(process.argv.slice(1).map(name => name + ' ' + \
                JSON.parse(require('fs').readFileSync(`node_modules/${name}/package.json`)).version).join(', '))";
            let mut node = Command::new("node");
            node.args(["-e", program])
                .current_dir(self.folder.join("node"));
            node
        } else {
            let program = "import sys; from importlib.metadata import version; \
                print(', '.join(f'{name} {version(name)}' for name in sys.argv[1:]))";
            let mut python = Command::new(self.python());
            python.args(["-c", program]);
            python
        };
        let versions = said(ask.args(peer.packages))?;
        Ok(match peer.runtime {
            Runtime::Browser => format!("{}, {versions}", browser()?),
            _ => versions,
        })
    }

    /// A command that runs a peer's script, without its arguments.
    pub(super) fn command(&self, peer: &Peer) -> Command {
        let script = self.scripts.join(peer.script);
        match peer.runtime {
            Runtime::Node => {
                // Packages are looked for beside the script.
                let folder = self.folder.join("node");
                let copy = folder.join(script.file_name().unwrap_or_default());
                // A script that cannot be copied cannot be run either, which is reported.
                let _ = fs::copy(script, &copy);
                let mut node = Command::new("node");
                node.arg(copy).current_dir(folder);
                node
            }
            Runtime::Python | Runtime::Browser => {
                let mut python = Command::new(self.python());
                python.arg("-u").arg(script).current_dir(&self.folder);
                python
            }
        }
    }

    /// Where something a peer causes is logged.
    pub(super) fn log(&self, peer: &str, what: &str) -> PathBuf {
        self.folder.join("logs").join(format!("{peer}.{what}.log"))
    }
}

/// The browser's name and version, or how to get one.
pub(super) fn browser() -> Result<String, String> {
    let fix = |_| "there is no chromium with chromedriver; install chromium and chromium-driver";
    said(Command::new("chromedriver").arg("--version")).map_err(fix)?;
    said(Command::new("chromium").arg("--version"))
        .map(|text| {
            text.split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .map_err(|error| fix(error).to_owned())
}

fn describe(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// Runs a command to its end; what it says on standard error is passed on.
fn run(command: &mut Command) -> Result<(), String> {
    let name = describe(command);
    match command.stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} ended with {status}")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// What a command prints.
fn said(command: &mut Command) -> Result<String, String> {
    let name = describe(command);
    let output = command
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let error = String::from_utf8_lossy(&output.stderr);
        Err(format!("{name}: {}", error.trim()))
    }
}

/// Runs a command whose words go to a file; whether it ended well. One that hangs is ended.
pub(super) fn run_to_log(command: &mut Command, log: &Path) -> Result<bool, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", log.display());
    let file = File::create(log).map_err(failed)?;
    let errors = file.try_clone().map_err(failed)?;
    let name = describe(command);
    let mut process = command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(errors)
        .spawn()
        .map_err(|error| format!("{name}: {error}"))?;
    for _ in 0..PATIENCE {
        if let Some(status) = process.try_wait().map_err(failed)? {
            return Ok(status.success());
        }
        sleep(Duration::from_millis(100));
    }
    process.kill().map_err(failed)?;
    process.wait().map_err(failed)?;
    Err(format!(
        "it hung and was ended; what it said is in {}",
        log.display()
    ))
}
