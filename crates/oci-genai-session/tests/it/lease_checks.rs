//! A writer that may have lost its lease makes sure of it before it sends anything.

use std::sync::Arc;
use std::time::Duration;

use oci_genai::Client;
use oci_genai::middleware::RetryConfig;
use oci_genai::time::ManualClock;
use oci_genai_emulator::{Effect, Fault as NetFault};
use oci_genai_session::clock::{ManualTimeSource, TimeSource, Timestamp};
use oci_genai_session::store::{InMemoryStore, LeaseRequest, LeaseResult, Store};
use oci_genai_session::{
    ErrorKind, HistoryMode, RecoveryAction, Session, SessionOptions, Sessions,
};
use serde_json::json;

use crate::counted::Counted;
use crate::double::Fault;
use crate::net::{Net, PROJECT};
use crate::world::{World, decisions};

/// Takes the lease as a process does that has seen for long enough that its holder does not move.
async fn take_over(store: &dyn Store, session: &Session, now: Timestamp) -> LeaseResult {
    let mut request = LeaseRequest::new("somebody", now, Duration::from_secs(10));
    let LeaseResult::Held(held) = store.acquire(session.id(), &request).await.unwrap() else {
        panic!("the session is held")
    };
    request.overdue = Some(held.mark);
    store.acquire(session.id(), &request).await.unwrap()
}

/// A turn that waits in the client's pause between two attempts.
struct Paused {
    net: Net,
    session: Session,
    clock: ManualTimeSource,
    client_clock: ManualClock,
}

impl Paused {
    async fn new() -> Self {
        let net = Net::new().await;
        let busy = Effect::Status {
            status: 429,
            code: Some("TooManyRequests".to_owned()),
            message: None,
            retry_after: Some("20".to_owned()),
            after: false,
        };
        let client_clock = ManualClock::new();
        let client = Client::builder()
            .base_url(net.emulator.base_url())
            .api_key("sk-emulator")
            .project(PROJECT)
            .model("m")
            .retry(RetryConfig::new())
            .clock(client_clock.clone())
            .attempt_timeout(None)
            .timeout(None)
            .build()
            .unwrap();
        let clock = ManualTimeSource::new(Timestamp::from_millis(1_700_000_000_000));
        let sessions = Sessions::builder(client, net.store.clone())
            .clock(clock.clone())
            .build();
        let options = SessionOptions::new().name("s");
        let session = sessions.create(options).await.unwrap();
        let fault = NetFault::new(busy).route("POST /responses").times(1);
        net.emulator.faults().add(fault).unwrap();
        Self {
            net,
            session,
            clock,
            client_clock,
        }
    }

    /// Runs a turn; `during` happens while it pauses.
    async fn turn(
        &self,
        during: impl AsyncFnOnce(),
    ) -> oci_genai_session::Result<oci_genai_session::Turn> {
        let session = self.session.clone();
        let turn = tokio::spawn(async move { session.send("one").await });
        while self.client_clock.slept().is_empty() {
            tokio::task::yield_now().await;
        }
        during().await;
        self.client_clock.advance(Duration::from_secs(20));
        turn.await.unwrap()
    }

    fn sent(&self) -> usize {
        let requests = self.net.emulator.requests();
        let responses = requests
            .iter()
            .filter(|request| request.method == "POST" && request.path.ends_with("/responses"));
        responses.count()
    }
}

#[tokio::test]
async fn a_turn_whose_session_was_taken_over_during_a_pause_is_not_sent() {
    let paused = Paused::new().await;
    let result = paused
        .turn(async || {
            // The process stands still for twice a lease, and another one takes over.
            let taken = take_over(&*paused.net.store, &paused.session, paused.clock.now()).await;
            assert!(matches!(taken, LeaseResult::Granted(..)));
            paused.clock.advance(Duration::from_secs(20));
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::LeaseLost);
    assert_eq!(
        paused.sent(),
        1,
        "the attempt that was refused, and no other"
    );
}

#[tokio::test]
async fn a_turn_that_paused_for_long_renews_its_lease_and_is_sent() {
    let paused = Paused::new().await;
    let turn = paused
        .turn(async || paused.clock.advance(Duration::from_secs(20)))
        .await
        .unwrap();
    assert_eq!(turn.number(), 1);
    assert_eq!(paused.sent(), 2);
}

#[tokio::test]
async fn a_machine_that_slept_is_noticed_by_the_time_of_day() {
    let paused = Paused::new().await;
    let result = paused
        .turn(async || {
            let taken = take_over(&*paused.net.store, &paused.session, paused.clock.now()).await;
            assert!(matches!(taken, LeaseResult::Granted(..)));
            // The monotonic clock stood still meanwhile.
            paused.clock.set_by(3_600_000);
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::LeaseLost);
    assert_eq!(paused.sent(), 1);
}

#[tokio::test]
async fn nothing_is_sent_while_the_store_cannot_say_who_holds_the_session() {
    let counted = Counted::new(Arc::new(InMemoryStore::new()));
    let world = World::with_store(Arc::new(counted.clone()));
    let session = world.session(HistoryMode::Conversation).await;
    // Rejected, and then a pause of more than half a lease.
    let mut policy = world.policy.clone();
    policy.initial_backoff = Duration::from_secs(6);
    policy.max_backoff = Duration::from_secs(6);
    let world = World { policy, ..world };
    counted.refuse_renewals(true);
    world.service.fail(Fault::TurnedAway);
    let other = world.process().resume(session.id().clone()).await.unwrap();
    let error = other.send("one").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseLost);
    assert_eq!(world.service.requests().len(), 1);
    counted.refuse_renewals(false);
    // The turn stays, and the next use of the session sends it.
    assert_eq!(other.recover().await.unwrap().unwrap().number(), 1);
}

#[tokio::test]
async fn an_attempt_under_way_is_cut_off_when_no_renewal_has_succeeded_for_a_whole_lease() {
    let counted = Counted::new(Arc::new(InMemoryStore::new()));
    let world = World::with_store(Arc::new(counted.clone()));
    let session = world.session(HistoryMode::Conversation).await;
    for streaming in [false, true] {
        world.service.fail(Fault::Hang);
        let turn = tokio::spawn({
            let session = session.clone();
            async move {
                match streaming {
                    true => session.stream("one").finish().await,
                    false => session.send("one").await,
                }
            }
        });
        world.service.hanging.notified().await;
        let third = world.policy.lease_ttl / 3;
        // Each renewal moves the end on, for as long as it likes.
        for _ in 0..12 {
            world.clock.advance(third);
            counted.renewed.notified().await;
        }
        assert!(!turn.is_finished());
        counted.refuse_renewals(true);
        for _ in 0..5 {
            world.clock.advance(third);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
        let error = turn.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LeaseLost, "{error:?}");
        counted.refuse_renewals(false);
        session.recover().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_turn_that_begins_after_a_takeover_looks_first() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    // Somebody took the lease, sent a turn that has not landed yet, and died before it could be journalled.
    let request = LeaseRequest::new("somebody", world.clock.now(), Duration::ZERO);
    let taken = world.store.acquire(session.id(), &request).await.unwrap();
    assert!(matches!(taken, LeaseResult::Granted(..)));
    session.recover().await.unwrap();
    let late = json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "late" }] });
    let conversation = session.conversation_id().unwrap();
    world.service.intrude(&conversation, &late);
    let turn = session.send("two").await.unwrap();
    assert_eq!(decisions(&turn), [RecoveryAction::ForeignItems]);
    // The next one need not look.
    assert!(session.send("three").await.unwrap().recoveries().is_empty());
}

#[tokio::test]
async fn two_processes_get_their_turns_in_the_order_of_their_requests() {
    let counted = Counted::new(Arc::new(InMemoryStore::new()));
    let world = World::with_store(Arc::new(counted.clone()));
    let busy = world.session(HistoryMode::Conversation).await;
    world.service.fail(Fault::Slow);
    // One process has many turns to take.
    let many: Vec<_> = (0..6)
        .map(|number| {
            let session = busy.clone();
            tokio::spawn(async move { session.send(format!("many {number}")).await })
        })
        .collect();
    world.service.hanging.notified().await;
    // The other has one, and comes while the first of them is under way.
    let other = world.process().resume(busy.id().clone()).await.unwrap();
    counted.take();
    let one = tokio::spawn(async move { other.send("one").await });
    while counted.calls("acquire") == 0 {
        tokio::task::yield_now().await;
    }
    world.service.resume.notify_one();
    assert_eq!(one.await.unwrap().unwrap().number(), 2);
    for turn in many {
        turn.await.unwrap().unwrap();
    }
    assert_eq!(busy.turns(0, 100).await.unwrap().len(), 7);
}
