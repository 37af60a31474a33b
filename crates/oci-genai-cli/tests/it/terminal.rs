//! A terminal of 24 lines and 80 columns with a program in it, seen as a person sees it.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::world::{World, binary};

const ROWS: u16 = 24;
const COLUMNS: u16 = 80;
/// Generous: only a failure waits as long as this.
const PATIENCE: Duration = Duration::from_secs(60);

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    ended: bool,
}

/// A program in a terminal. Nothing here waits for a time: it waits for what is on the screen.
pub(crate) struct Terminal {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    pub(crate) fn start(world: &World, arguments: &[&str]) -> Self {
        Self::with(world, arguments, &[])
    }

    pub(crate) fn with(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(binary());
        command.env_clear();
        for (name, value) in world.variables() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        command.args(arguments);
        command.cwd(world.folder());
        Self::of(command)
    }

    /// Any program in a terminal.
    pub(crate) fn of(mut command: CommandBuilder) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        if command.get_env("TERM").is_none() {
            command.env("TERM", "xterm-256color");
        }
        let child = pair.slave.spawn_command(command).expect("the program runs");
        // Without this the reader would never see an end.
        drop(pair.slave);
        let number = |n| NonZeroU16::new(n).expect("not zero");
        let parser = vt100::Parser::new(number(ROWS), number(COLUMNS), 1000);
        let seen = Arc::new((
            Mutex::new(Seen {
                parser,
                raw: Vec::new(),
                ended: false,
            }),
            Condvar::new(),
        ));
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let shared = seen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0_u8; 4096];
            loop {
                let read = reader.read(&mut bytes).unwrap_or(0);
                let mut seen = shared.0.lock().expect("no panic");
                seen.parser.process(&bytes[..read]);
                seen.raw.extend(&bytes[..read]);
                seen.ended = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self {
            seen,
            keyboard: pair.master.take_writer().expect("a keyboard"),
            child,
            _master: pair.master,
        }
    }

    /// Presses keys.
    pub(crate) fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("it reads");
        self.keyboard.flush().expect("it reads");
    }

    /// Types a line and presses Enter.
    pub(crate) fn enters(&mut self, line: &str) {
        self.types(&format!("{line}\r"));
    }

    #[track_caller]
    fn wait(&self, what: &str, mut fits: impl FnMut(&mut Seen) -> bool) {
        let seen = self.seen.0.lock().expect("no panic");
        let (mut seen, timeout) = self
            .seen
            .1
            .wait_timeout_while(seen, PATIENCE, |seen| !fits(seen) && !seen.ended)
            .expect("no panic");
        assert!(
            fits(&mut seen),
            "{what} (timed out: {}); the screen:\n{}",
            timeout.timed_out(),
            seen.parser.screen().contents()
        );
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        self.wait(&format!("{text:?} is not shown"), |seen| {
            seen.parser.screen().contents().contains(text)
        });
    }

    /// Waits for an empty prompt with the cursor behind it.
    #[track_caller]
    pub(crate) fn prompts(&self, prompt: &str) {
        self.wait(&format!("no prompt {prompt:?}"), |seen| {
            let screen = seen.parser.screen();
            let (row, column) = screen.cursor_position();
            let line = screen.rows(0, COLUMNS).nth(usize::from(row));
            usize::from(column) == prompt.chars().count()
                && line.is_some_and(|line| line.trim_end() == prompt.trim_end())
        });
    }

    /// The screen as it is now.
    pub(crate) fn screen(&self) -> String {
        let seen = self.seen.0.lock().expect("no panic");
        seen.parser.screen().contents()
    }

    /// All that was ever written, with what steers the terminal.
    pub(crate) fn raw(&self) -> String {
        let seen = self.seen.0.lock().expect("no panic");
        String::from_utf8_lossy(&seen.raw).into_owned()
    }

    /// The first colour or other look that was ever written, if one was.
    pub(crate) fn colour(&self) -> Option<String> {
        let raw = self.raw();
        let mut sequences = raw.split("\u{1b}[").skip(1).filter_map(|rest| {
            let end = rest.find(|c: char| c.is_ascii_alphabetic() || c == '~')?;
            rest[end..].starts_with('m').then(|| rest[..end].to_owned())
        });
        // Looks are taken back by an empty number or a zero, which shows nothing.
        sequences.find(|numbers| !numbers.is_empty() && numbers != "0")
    }

    /// Waits for the end of the program and gives its exit code.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> u32 {
        self.wait("it does not end", |seen| seen.ended);
        self.child.wait().expect("it ends").exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
    }
}
