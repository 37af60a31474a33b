//! Clocks that are wrong, or are set: they cost a lease's length at most, and nobody who is alive loses its session.

use std::pin::Pin;
use std::time::Duration;

use oci_genai_session::clock::{ManualTimeSource, TimeSource, Timestamp};
use oci_genai_session::{ErrorKind, HistoryMode, RecoveryAction};

use crate::double::Fault;
use crate::world::{World, crash, decisions};

const FIVE_HOURS: Duration = Duration::from_secs(5 * 3600);
const FIVE_HOURS_MS: i64 = 5 * 3_600_000;

#[tokio::test]
async fn a_process_with_a_clock_far_ahead_that_dies_locks_its_session_for_one_lease() {
    let world = World::new();
    world.session(HistoryMode::Conversation).await;
    let sessions = world.process_with_clock(world.clock.with_offset(FIVE_HOURS_MS));
    world.service.fail(Fault::HangAfterStoring);
    crash(world.service.hanging.clone(), move || async move {
        sessions.open("s").await.unwrap().send("one").await
    })
    .await;
    let begun = world.clock.monotonic();
    let session = world.process().open("s").await.unwrap();
    let turn = session.send("two").await.unwrap();
    assert_eq!(turn.output_text(), "1 questions before; you said: two");
    let waited = world.clock.monotonic() - begun;
    // The lease, the last pause before it was asked for again, and the look at the service.
    assert!(waited < world.policy.lease_ttl * 2, "{waited:?}");
    assert!(waited >= world.policy.lease_ttl, "{waited:?}");
}

#[tokio::test]
async fn a_process_that_lives_keeps_its_lease_however_wrong_the_clocks_are() {
    for (holder, waiter) in [(FIVE_HOURS_MS, 0), (0, -FIVE_HOURS_MS)] {
        let world = World::new();
        world.session(HistoryMode::Conversation).await;
        let living = world.process_with_clock(world.clock.with_offset(holder));
        world.service.fail(Fault::Slow);
        let turn = tokio::spawn(async move { living.open("s").await.unwrap().send("one").await });
        world.service.hanging.notified().await;
        // The other one waits for a minute and goes away with nothing.
        let other = world.process_with_clock(world.clock.with_offset(waiter));
        let error = other
            .open("s")
            .await
            .unwrap()
            .send("two")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        world.service.resume.notify_one();
        assert_eq!(turn.await.unwrap().unwrap().number(), 1);
        assert_eq!(world.service.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_holder_that_was_seen_to_renew_keeps_its_lease_when_the_clocks_are_set_forward() {
    let world = World::new();
    world.session(HistoryMode::Conversation).await;
    // The holder's clock stands five hours back from now on; what it renews ends in the past for everybody else.
    let living = world.process_with_clock(Set::new(&world.clock, -FIVE_HOURS_MS));
    world.service.fail(Fault::Slow);
    let turn = tokio::spawn(async move { living.open("s").await.unwrap().send("one").await });
    world.service.hanging.notified().await;
    let other = world.process().open("s").await.unwrap();
    let error = other.send("two").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    world.service.resume.notify_one();
    assert_eq!(turn.await.unwrap().unwrap().number(), 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_again_and_again_freezes_no_turn() {
    let world = World::new();
    let clock = Backwards(world.clock.clone());
    world.session(HistoryMode::Conversation).await;
    let session = world.process_with_clock(clock).open("s").await.unwrap();
    // Three minutes of a locked conversation, if it is asked every five seconds.
    world.service.then([Some(Fault::Locked); 40]);
    let error = session.send("one").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    world.service.forget_faults();
    session.recover().await.unwrap().unwrap();
    world.service.fail(Fault::RequestLost);
    let turn = session.send("two").await.unwrap();
    assert!(decisions(&turn).contains(&RecoveryAction::Resent));
}

/// A clock whose time of day is right when it is first asked, and differs by so much from then on.
#[derive(Debug)]
struct Set {
    clock: ManualTimeSource,
    later: ManualTimeSource,
    since: Duration,
}

impl Set {
    fn new(clock: &ManualTimeSource, millis: i64) -> Self {
        Self {
            clock: clock.clone(),
            later: clock.with_offset(millis),
            since: clock.monotonic() + Duration::from_secs(1),
        }
    }
}

impl TimeSource for Set {
    fn now(&self) -> Timestamp {
        match self.clock.monotonic() < self.since {
            true => self.clock.now(),
            false => self.later.now(),
        }
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.clock.sleep(span)
    }

    fn timer(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.clock.timer(span)
    }
}

/// A clock that somebody sets back whenever it is waited for.
#[derive(Debug)]
struct Backwards(ManualTimeSource);

impl TimeSource for Backwards {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let millis = i64::try_from((span + FIVE_HOURS).as_millis()).unwrap();
        self.0.set_by(-millis);
        self.0.sleep(span)
    }

    fn timer(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.timer(span)
    }
}
