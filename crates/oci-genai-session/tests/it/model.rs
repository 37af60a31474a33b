//! Random operations against a model so simple that it cannot be wrong: a session is the list of the questions that
//! were answered in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use oci_genai_session::store::TurnState;
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{ErrorKind, HistoryMode, Session, SessionOptions};
use serde_json::Value;

use crate::double::Fault;
use crate::world::{KINDS, World, crash, history};

/// Operations of one run.
const STEPS: u32 = 30;

/// Runs per kind of memory, unless the environment says otherwise.
fn runs() -> u64 {
    std::env::var("OCI_GENAI_MODEL_RUNS").map_or(12, |text| text.parse().unwrap())
}

/// Whether nothing shows what became of a request with this fault.
fn loses(fault: Option<Fault>) -> bool {
    matches!(
        fault,
        Some(Fault::RequestLost | Fault::AnswerLost | Fault::Cut)
    )
}

struct Run {
    world: World,
    chance: fastrand::Rng,
    session: Session,
    history_mode: HistoryMode,
    seed: u64,
    /// The questions answered so far.
    model: Vec<String>,
    /// Times that tools ran, and times that they should have.
    ran: Arc<AtomicU32>,
    called: u32,
    compacted: bool,
    names: u32,
    log: Vec<String>,
}

impl Run {
    async fn new(history_mode: HistoryMode, seed: u64) -> Self {
        let mut world = World::new();
        let ran = Arc::new(AtomicU32::new(0));
        let counter = ran.clone();
        world.tools = Tools::new().with(tool("count", "Counts", move |_: Value| {
            counter.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, String>("counted") }
        }));
        let session = world.session(history_mode).await;
        let chance = fastrand::Rng::with_seed(seed);
        let model = Vec::new();
        let (called, names, compacted, log) = (0, 0, false, Vec::new());
        Self {
            world,
            chance,
            session,
            history_mode,
            seed,
            model,
            ran,
            called,
            compacted,
            names,
            log,
        }
    }

    fn text(&mut self) -> String {
        self.names += 1;
        match self.chance.bool() {
            true => format!("question {}", self.names),
            false => format!("question {} call:count {{}}", self.names),
        }
    }

    fn fault(&mut self) -> Option<Fault> {
        let halves = self.history_mode == HistoryMode::Conversation;
        let fault = *self.chance.choice(
            [
                Fault::RequestLost,
                Fault::AnswerLost,
                Fault::Cut,
                Fault::TurnedAway,
                Fault::Locked,
                Fault::Failed,
                Fault::InputStored,
                Fault::ThoughtStored,
                Fault::SearchStored,
                Fault::RemoteStored,
            ]
            .iter(),
        )?;
        (self.chance.bool() && (halves || !fault.is_half())).then_some(fault)
    }

    async fn step(&mut self) {
        match self.chance.u32(0..10) {
            0..4 => self.send().await,
            4 => self.refuse().await,
            5 => self.drop_stream().await,
            6 => self.crash().await,
            7 => self.rewind().await,
            8 => self.fork().await,
            _ => self.compact().await,
        }
    }

    async fn send(&mut self) {
        let (text, faults) = (self.text(), [self.fault(), self.fault()]);
        self.log.push(format!("send {text:?} with {faults:?}"));
        self.world.service.then(faults);
        let turn = match self.chance.bool() {
            true => self.session.send(text.clone()).await,
            false => self.session.stream(text.clone()).finish().await,
        };
        self.world.service.forget_faults();
        let turn = match turn {
            Ok(turn) => turn,
            Err(error) => {
                // The session is as it was, though a tool may have run.
                let count =
                    |of: fn(Option<Fault>) -> bool| faults.iter().filter(|f| of(**f)).count();
                match error.kind() {
                    // Lost twice where nothing can be looked at.
                    ErrorKind::AnswerLost => {
                        assert_ne!(self.history_mode, HistoryMode::Conversation);
                        assert_eq!(count(loses), 2);
                    }
                    kind => {
                        assert_eq!(kind, ErrorKind::Rejected, "{error:?}");
                        assert_eq!(count(|fault| fault == Some(Fault::Failed)), 2);
                    }
                }
                self.called = self.ran.load(Ordering::SeqCst);
                return;
            }
        };
        self.answered(text);
        if !self.compacted && self.called_by(self.model.len() - 1).is_none() {
            let seen = format!("{} questions before", self.model.len() - 1);
            assert!(
                turn.output_text().contains(&seen),
                "{seen}: {}",
                turn.output_text()
            );
        }
    }

    fn called_by(&self, index: usize) -> Option<&str> {
        self.model[index].split_once("call:").map(|(_, call)| call)
    }

    fn answered(&mut self, text: String) {
        self.called += u32::from(text.contains("call:"));
        self.model.push(text);
    }

    async fn refuse(&mut self) {
        self.log.push("refused".to_owned());
        self.world.service.fail(Fault::Refused);
        self.session.send("refused").await.unwrap_err();
    }

    async fn drop_stream(&mut self) {
        let text = format!("question {} dropped", self.names);
        let steps = self.chance.u32(0..6);
        self.log.push(format!("drop {text:?} after {steps} steps"));
        let before = self.session.turns(0, u32::MAX).await.unwrap().len();
        let mut stream = self.session.stream(text.clone());
        for _ in 0..steps {
            let _ = stream.next().await;
        }
        drop(stream);
        let _ = self.session.recover().await;
        let turns = self.session.turns(0, u32::MAX).await.unwrap();
        // Given up before it began, given up midway, or answered: the session says which.
        if turns.len() > before && turns[before].state == TurnState::Committed {
            self.answered(text);
        }
    }

    async fn crash(&mut self) {
        let text = self.text();
        let fault = *self
            .chance
            .choice([Fault::Hang, Fault::HangAfterStoring].iter())
            .unwrap();
        self.log.push(format!("crash in {text:?} with {fault:?}"));
        self.world.service.fail(fault);
        let (sessions, id) = (self.world.process(), self.session.id().clone());
        let asked = text.clone();
        crash(self.world.service.hanging.clone(), move || async move {
            sessions.resume(id).await.unwrap().send(asked).await
        })
        .await;
        self.session = self
            .world
            .process()
            .resume(self.session.id().clone())
            .await
            .unwrap();
        self.session.recover().await.unwrap().unwrap();
        self.answered(text);
    }

    async fn rewind(&mut self) {
        let turns = self.session.turns(0, u32::MAX).await.unwrap();
        let to = self.chance.usize(0..=turns.len());
        self.log.push(format!("rewind to {to} of {}", turns.len()));
        self.session.rewind(to as u64).await.unwrap();
        let kept = turns[..to]
            .iter()
            .filter(|turn| turn.state == TurnState::Committed)
            .count();
        self.model.truncate(kept);
        self.called = self.ran.load(Ordering::SeqCst);
    }

    async fn fork(&mut self) {
        self.names += 1;
        self.log.push("fork".to_owned());
        let options = SessionOptions::new()
            .name(format!("fork {}", self.names))
            .history_mode(self.history_mode);
        let before = history(&self.session).await;
        let fork = self
            .world
            .process()
            .fork(&self.session, None, options)
            .await
            .unwrap();
        assert_eq!(history(&self.session).await, before);
        self.session = fork;
    }

    async fn compact(&mut self) {
        if self.history_mode != HistoryMode::Client {
            return;
        }
        let keep = self.chance.u64(0..3);
        self.log.push(format!("compact all but {keep}"));
        self.compacted |= self.session.compact(keep).await.unwrap();
    }

    async fn check(&self) {
        let questions: Vec<String> = history(&self.session)
            .await
            .into_iter()
            .filter_map(|line| line.strip_prefix("user: ").map(str::to_owned))
            .collect();
        assert_eq!(questions, self.model);
        assert_eq!(self.session.turn_count(), self.model.len() as u64);
        assert_eq!(
            self.ran.load(Ordering::SeqCst),
            self.called,
            "tools ran exactly once"
        );
        if self.history_mode == HistoryMode::Conversation {
            assert_eq!(
                self.world.transcript(&self.session),
                history(&self.session).await
            );
        }
    }
}

#[tokio::test]
async fn whatever_happens_the_session_is_what_the_model_says() {
    for history_mode in KINDS {
        for seed in 0..runs() {
            let mut run = Run::new(history_mode, seed).await;
            for _ in 0..STEPS {
                run.step().await;
                run.check().await;
            }
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "failed: {} memory, seed {}, after {:#?}",
                self.history_mode, self.seed, self.log
            );
        }
    }
}
