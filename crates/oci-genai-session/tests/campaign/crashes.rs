//! Kill, restart, go on; then look at what is there.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oci_genai_emulator::{Effect, Emulator, Fault};
use oci_genai_session::clock::SystemTimeSource;
use oci_genai_session::{ErrorKind, HistoryMode, Sessions};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::child::{Orders, tools};
use crate::late::{self, LateRequest};
use crate::target::{self, LONG_LEASE, Place, StoreKind};
use crate::trouble::{self, Trouble};
use crate::verify::{Totals, verify};

/// Kills of a campaign: of one that a developer runs along with all other tests, and in continuous integration.
const KILLS: u64 = 12;
const CI_KILLS: u64 = 60;

/// Kills before a new session is begun, so that histories stay of a size that people have.
const KILLS_PER_SESSION: u64 = 10;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().expect("the variable holds a number"))
}

#[expect(clippy::disallowed_methods, reason = "a new seed for each run")]
fn new_seed() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .subsec_nanos()
        .into()
}

/// What goes wrong on the service, and in gateways before it, while the processes die.
fn faults() -> Vec<Fault> {
    let asking = |effect| Fault::new(effect).route("POST /responses");
    let gateway = Effect::Status {
        status: 503,
        code: None,
        message: Some("upstream connect error".to_owned()),
        retry_after: None,
        after: true,
    };
    let call_id = |id: &str| Effect::CallId { id: id.to_owned() };
    vec![
        asking(Effect::Reset { after: false }).probability(0.02),
        asking(Effect::Reset { after: true }).probability(0.04),
        asking(Effect::Cut {
            events: 3,
            reset: true,
        })
        .probability(0.03),
        asking(Effect::Locked).probability(0.03),
        asking(Effect::Orphan).probability(0.03),
        asking(Effect::MalformedJson).probability(0.03),
        asking(gateway).probability(0.04),
        asking(call_id("call_0")).probability(0.4),
        asking(call_id("")).probability(0.1),
    ]
}

pub(crate) fn start(orders: &Orders) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .envs(orders.to_environment())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// A process that runs turns, and what it reports.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    committed: u64,
}

impl Running {
    async fn start(orders: &Orders) -> Self {
        let mut child = start(orders);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await;
        assert!(
            matches!(ready, Ok(Ok(Some(_)))),
            "a process got stuck opening its session"
        );
        Self {
            child,
            lines,
            committed: 0,
        }
    }

    /// Counts what it reports for a while.
    async fn listen(&mut self, span: Duration) {
        let _ = tokio::time::timeout(span, async {
            while let Ok(Some(_)) = self.lines.next_line().await {
                self.committed += 1;
            }
            panic!("the process ended by itself");
        })
        .await;
    }

    async fn kill(mut self) -> u64 {
        self.child.kill().await.unwrap();
        self.committed
    }
}

/// A campaign under way.
struct Campaign {
    emulator: Emulator,
    place: Place,
    orders: Orders,
    chance: fastrand::Rng,
    /// The parent's own view of the store.
    sessions: Sessions,
    troubles: BTreeMap<Trouble, u64>,
    wrong_clocks: u64,
    late: Vec<LateRequest>,
}

impl Campaign {
    /// Runs processes until one is killed, and says how many turns they reported.
    async fn kill(&mut self, kill: u64, kind: StoreKind) -> u64 {
        self.orders.session = format!("session {}", kill / KILLS_PER_SESSION);
        self.orders.clock_offset = trouble::clock_offset(kill, &mut self.chance);
        self.wrong_clocks += u64::from(self.orders.clock_offset != 0);
        let trouble = trouble::draw(kill, kind, &mut self.chance);
        *self.troubles.entry(trouble).or_default() += 1;
        let mut running = Running::start(&self.orders).await;
        let moment = Duration::from_micros(self.chance.u64(0..250_000));
        match trouble {
            Trouble::Nothing => running.listen(moment).await,
            Trouble::Stop => {
                trouble::refuse_one(&self.emulator);
                running.listen(moment / 2).await;
                trouble::signal(&running.child, "STOP");
                let mut next = Running::start(&self.orders).await;
                next.listen(trouble::STANDSTILL).await;
                let number = late::last_request(&self.emulator);
                let process = running.child.id().unwrap();
                trouble::signal(&running.child, "CONT");
                next.listen(moment).await;
                let reported = running.kill().await + next.kill().await;
                self.emulator.wait_until_idle().await;
                let session = &self.orders.session;
                let late = late::sent_after(&self.emulator, number, process, session);
                self.late.extend(late);
                return reported;
            }
            Trouble::Disconnect | Trouble::Restart => {
                running.listen(moment / 2).await;
                trouble::strike(trouble, &self.place).await;
                running.listen(moment).await;
            }
            Trouble::Export | Trouble::Fork => {
                running.listen(moment).await;
                let session = self.sessions.open(&self.orders.session).await.unwrap();
                match trouble {
                    Trouble::Export => {
                        let client = target::client(&self.orders.base_url);
                        trouble::export(client, &self.sessions, &session).await;
                    }
                    _ => trouble::fork(&self.sessions, &session, format!("fork {kill}")).await,
                }
            }
        }
        running.kill().await
    }
}

pub(crate) async fn run(history_mode: HistoryMode, kind: StoreKind) {
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let usual = if is_ci { CI_KILLS } else { KILLS };
    let kills = number("OCI_GENAI_CAMPAIGN_KILLS").unwrap_or(usual);
    let seed = number("OCI_GENAI_CAMPAIGN_SEED").unwrap_or_else(new_seed);
    let dir = tempfile::tempdir().unwrap();
    let Some(place) = Place::new(kind, dir.path()).await else {
        return;
    };
    let mut builder = Emulator::builder();
    for fault in faults() {
        builder = builder.fault(fault);
    }
    let emulator = builder.start().await.unwrap();
    println!("campaign {history_mode} {kind:?}: seed {seed}, {kills} kills");
    let orders = Orders {
        base_url: emulator.base_url(),
        store: place.address.clone(),
        session: String::new(),
        history_mode,
        ledger: dir.path().to_owned(),
        crowd: None,
        clock_offset: 0,
    };
    let store = target::open_store(&orders.store).await.unwrap();
    // Nobody kills this process, and the machine may be busy.
    let sessions = target::sessions(&orders.base_url, store, LONG_LEASE, SystemTimeSource);
    let mut campaign = Campaign {
        emulator,
        place,
        orders,
        chance: fastrand::Rng::with_seed(seed),
        sessions,
        troubles: BTreeMap::new(),
        wrong_clocks: 0,
        late: Vec::new(),
    };
    let mut committed = 0;
    for number in 0..kills {
        committed += campaign.kill(number, kind).await;
    }
    // The service is well again; what is open gets finished, and each session takes one more turn.
    let Campaign {
        emulator,
        sessions,
        troubles,
        wrong_clocks,
        late,
        place: _place,
        ..
    } = campaign;
    emulator.faults().clear();
    emulator.wait_until_idle().await;
    let mut totals = Totals::default();
    for index in 0..kills.div_ceil(KILLS_PER_SESSION) {
        let session = sessions.open(&format!("session {index}")).await.unwrap();
        let session = session.with_tools(tools(dir.path().to_owned()));
        // Where nothing can be looked at, the turn that was interrupted may be one that is not sent a third time, or whose
        // answer could not be read.
        if let Err(error) = session.recover().await {
            assert_ne!(history_mode, HistoryMode::Conversation, "{error:?}");
            let expected = [ErrorKind::AnswerLost, ErrorKind::NoOutput];
            assert!(expected.contains(&error.kind()), "{error:?}");
        }
        let number = session.turn_count() + 1;
        session
            .turn(target::text(number))
            .turn_id(format!("t{number}"))
            .send()
            .await
            .unwrap();
        let late: Vec<LateRequest> = late
            .iter()
            .filter(|request| Some(&request.session) == session.name().as_ref())
            .cloned()
            .collect();
        verify(&session, &emulator, dir.path(), &late, &mut totals).await;
    }
    println!("campaign {history_mode} {kind:?}: seed {seed}, {kills} kills, {totals}");
    println!("    besides the service's faults: {troubles:?}, {wrong_clocks} wrong clocks");
    println!(
        "    of these turns {committed} were reported by the processes before they were killed"
    );
    assert!(
        totals.turns >= committed,
        "a turn that was reported is not there"
    );
}
