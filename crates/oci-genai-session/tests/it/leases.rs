//! The lease that a turn holds: prolonged for as long as the turn takes, and lost only with it.

use std::sync::Arc;
use std::time::Duration;

use oci_genai_session::clock::TimeSource;
use oci_genai_session::store::{InMemoryStore, LeaseRequest, LeaseResult};
use oci_genai_session::{ErrorKind, HistoryMode};

use crate::counted::Counted;
use crate::double::Fault;
use crate::world::World;

#[tokio::test]
async fn a_turn_that_takes_longer_than_its_lease_keeps_it() {
    let counted = Counted::new(Arc::new(InMemoryStore::new()));
    let world = World::with_store(Arc::new(counted.clone()));
    let session = world.session(HistoryMode::Conversation).await;
    world.service.fail(Fault::Slow);
    let turn = tokio::spawn({
        let session = session.clone();
        async move { session.send("one").await }
    });
    world.service.hanging.notified().await;
    let ttl = world.policy.lease_ttl;
    // Five times as long as a lease lasts.
    for _ in 0..15 {
        world.clock.advance(ttl / 3);
        counted.renewed.notified().await;
        let request = LeaseRequest::new("somebody", world.clock.now(), ttl);
        let LeaseResult::Held(held) = world.store.acquire(session.id(), &request).await.unwrap()
        else {
            panic!("the turn keeps its lease")
        };
        assert_eq!((held.mark_timeout, held.left), (ttl, ttl));
    }
    world.service.resume.notify_one();
    turn.await.unwrap().unwrap();
    assert_eq!(session.turn_count(), 1);
    // Nothing prolongs it any more, and it was given back.
    counted.take();
    world.clock.advance(ttl);
    tokio::task::yield_now().await;
    assert!(!counted.take().contains_key("renew"));
    let request = LeaseRequest::new("somebody", world.clock.now(), ttl);
    let grant = world.store.acquire(session.id(), &request).await;
    assert!(matches!(grant.unwrap(), LeaseResult::Granted(..)));
}

#[tokio::test]
async fn a_writer_that_lost_its_lease_writes_nothing_more() {
    let world = World::new();
    let session = world.session(HistoryMode::Conversation).await;
    world.service.fail(Fault::Slow);
    let turn = tokio::spawn({
        let session = session.clone();
        async move { session.send("one").await }
    });
    world.service.hanging.notified().await;
    // The process stood still for so long that another one took the session over.
    let later = world.clock.now().after(Duration::from_secs(60));
    let request = LeaseRequest::new("somebody", later, Duration::from_secs(1));
    let LeaseResult::Granted(lease, before) =
        world.store.acquire(session.id(), &request).await.unwrap()
    else {
        panic!("the lease has run out by then")
    };
    world.service.resume.notify_one();
    let error = turn.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseLost);
    assert_eq!(
        world.store.session(session.id()).await.unwrap().unwrap(),
        *before
    );
    world.store.release(&lease).await.unwrap();
    // The next holder finds the response on the service and sends nothing twice.
    session.recover().await.unwrap().unwrap();
    assert_eq!(world.service.requests().len(), 1);
    assert_eq!(world.transcript(&session).len(), 2);
}
