//! What happens around a process before it is killed.

use std::process::Command;
use std::time::Duration;

use oci_genai::Client;
use oci_genai_emulator::{Effect, Emulator, Fault};
use oci_genai_session::store::{InMemoryStore, TurnState};
use oci_genai_session::{ErrorKind, HistoryMode, Session, SessionOptions, Sessions};
use tokio::process::Child;

use crate::target::{Place, StoreKind};

/// What happens besides the faults of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    Nothing,
    /// The session is exported, and the export imported elsewhere.
    Export,
    /// The session is forked.
    Fork,
    /// The process is stopped for longer than its lease, while another one takes over.
    Stop,
    /// The database ends all connections.
    Disconnect,
    /// The database crashes and starts again.
    Restart,
}

use Trouble::{Disconnect, Export, Fork, Nothing, Restart, Stop};

/// Each of them once, so that a short campaign has all.
const FIRST: [Trouble; 7] = [Nothing, Export, Stop, Fork, Disconnect, Restart, Nothing];

/// The extra fault of a kill. Slow faults are drawn in about 1 of 50.
pub(crate) fn draw(kill: u64, kind: StoreKind, chance: &mut fastrand::Rng) -> Trouble {
    let drawn = match chance.u32(0..200) {
        0..4 => Stop,
        4..8 => Restart,
        8..18 => Disconnect,
        18..38 => Export,
        38..58 => Fork,
        _ => Nothing,
    };
    let trouble = usize::try_from(kill).ok().and_then(|kill| FIRST.get(kill));
    match trouble.copied().unwrap_or(drawn) {
        Restart | Disconnect if kind == StoreKind::Sqlite => Nothing,
        trouble => trouble,
    }
}

/// How far the clock of a process is off, in milliseconds: of every fifth by hours.
pub(crate) fn clock_offset(kill: u64, chance: &mut fastrand::Rng) -> i64 {
    let hours = 5 * 3_600_000;
    match (kill, chance.u32(0..10)) {
        (1, _) | (_, 0) => hours,
        (2, _) | (_, 1) => -hours,
        _ => 0,
    }
}

/// Sends a signal that stops a process or lets it go on.
pub(crate) fn signal(child: &Child, name: &str) {
    let Some(id) = child.id() else { return };
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{name} {id}")])
        .status()
        .unwrap();
    assert!(sent.success(), "the signal {name} reaches process {id}");
}

/// Makes the next request for a response pause within the client.
pub(crate) fn refuse_one(emulator: &Emulator) {
    let busy = Effect::Status {
        status: 429,
        code: Some("TooManyRequests".to_owned()),
        message: None,
        retry_after: Some("0.3".to_owned()),
        after: false,
    };
    let fault = Fault::new(busy).route("POST /responses").times(1);
    emulator.faults().add(fault).unwrap();
}

/// How long a stopped process stands still: more than twice its lease.
pub(crate) const STANDSTILL: Duration = Duration::from_millis(400);

/// An export taken while the session is in use is of one moment, and can be continued.
pub(crate) async fn export(client: Client, sessions: &Sessions, session: &Session) {
    let mut lines = Vec::new();
    let put = |line: &str| {
        lines.push(line.to_owned());
        Ok::<(), std::io::Error>(())
    };
    match sessions.export(session.id().clone(), put).await {
        Ok(()) => {}
        // The database is out of order just then.
        Err(error) if error.kind() == ErrorKind::Store => return,
        Err(error) => panic!("the export failed: {error:?}"),
    }
    let elsewhere = Sessions::new(client, InMemoryStore::new());
    let copy = elsewhere.import(&lines).await.unwrap();
    let turns = copy.turns(0, u32::MAX).await.unwrap();
    let committed = turns
        .iter()
        .filter(|turn| turn.state == TurnState::Committed);
    assert_eq!(committed.count() as u64, copy.turn_count());
}

/// A fork taken while the session is in use knows what the session knew at one moment.
pub(crate) async fn fork(sessions: &Sessions, session: &Session, name: String) {
    let snapshot = match session.snapshot().await {
        Ok(snapshot) => snapshot,
        Err(_) => return,
    };
    let before = snapshot.session.open_turn.unwrap_or(u64::MAX) - 1;
    let at = before.min(snapshot.session.next_turn - 1);
    let options = SessionOptions::new()
        .name(name)
        .history_mode(HistoryMode::Client);
    // The database or the service may be out of order just then, and a turn may have been taken back.
    let Ok(fork) = sessions.fork(session, Some(at), options).await else {
        return;
    };
    let turns = fork.turn_count();
    if let Ok(turn) = fork.send("what do you see?").await {
        let seen = match turns {
            0 => "no earlier messages".to_owned(),
            turns => format!("{} earlier messages", 2 * turns),
        };
        assert!(
            turn.output_text().contains(&seen),
            "{seen}: {}",
            turn.output_text()
        );
    }
}

/// Has the database do what it does in a bad hour.
pub(crate) async fn strike(trouble: Trouble, place: &Place) {
    match trouble {
        Disconnect => place.disconnect_all().await,
        Restart => place.restart().await,
        _ => {}
    }
}
