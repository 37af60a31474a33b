//! A database that ends connections or crashes costs no turn.

use std::sync::Arc;

use std::time::Duration;

use oci_genai_session::store::PostgresStore;
use oci_genai_session::{HistoryMode, Session};

use sqlx::Connection;

use crate::double::Fault;
use crate::postgres::{self, Database};
use crate::world::{World, history};

/// A world over a new database.
async fn world(database: &Database) -> World {
    let store = PostgresStore::connect(&database.url).await.unwrap();
    World::with_store(Arc::new(store))
}

/// Ends all connections, in the second case with the server.
async fn strike(database: &Database, restart: bool) {
    match restart && database.is_private() {
        true => database.restart(),
        false => database.disconnect_all().await,
    }
}

/// Asks until the database is there again; each attempt is the same turn.
async fn insist(session: &Session, text: &str, id: &str) -> u64 {
    for _ in 0..20 {
        match session.turn(text).turn_id(id).send().await {
            Ok(turn) => return turn.number(),
            Err(error) => assert_eq!(
                error.kind(),
                oci_genai_session::ErrorKind::Store,
                "{error:?}"
            ),
        }
    }
    panic!("the database does not come back")
}

#[tokio::test]
async fn turns_before_and_after_an_outage_are_each_taken_once() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let world = world(&database).await;
    let session = world.session(HistoryMode::Conversation).await;
    for number in 1..=6 {
        let text = format!("turn {number}");
        assert_eq!(insist(&session, &text, &text).await, number);
        strike(&database, number % 2 == 0).await;
    }
    assert_eq!(world.service.requests().len(), 6);
    assert_eq!(world.transcript(&session).len(), 12);
}

#[tokio::test]
async fn a_process_that_stands_still_while_it_writes_holds_up_others_for_so_long_and_no_longer() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let world = world(&database).await;
    let session = world.session(HistoryMode::Conversation).await;
    session.send("one").await.unwrap();
    let mut stopped = sqlx::PgConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql("BEGIN; UPDATE sessions SET updated_at = 0")
        .execute(&mut stopped)
        .await
        .unwrap();
    // Without a bound this waits for ever.
    let turn = session.turn("two").turn_id("t2").send();
    let turn = tokio::time::timeout(Duration::from_secs(60), turn).await;
    let error = turn.expect("the wait ends").unwrap_err();
    assert_eq!(error.kind(), oci_genai_session::ErrorKind::Store);
    drop(stopped);
    assert_eq!(insist(&session, "two", "t2").await, 2);
    assert_eq!(world.transcript(&session), history(&session).await);
}

#[tokio::test]
async fn an_outage_during_a_turn_asks_nothing_twice() {
    let Some(database) = postgres::database().await else {
        return;
    };
    for restart in [false, true] {
        let world = world(&database).await;
        let options = oci_genai_session::SessionOptions::new()
            .name(format!("restart {restart}"))
            .history_mode(HistoryMode::Conversation);
        let session = world.process().create(options).await.unwrap();
        world.service.fail(Fault::Slow);
        let turn = tokio::spawn({
            let session = session.clone();
            async move { session.turn("one").turn_id("a").send().await }
        });
        world.service.hanging.notified().await;
        strike(&database, restart).await;
        world.service.resume.notify_one();
        if let Err(error) = turn.await.unwrap() {
            assert_eq!(
                error.kind(),
                oci_genai_session::ErrorKind::Store,
                "{error:?}"
            );
        }
        assert_eq!(insist(&session, "one", "a").await, 1);
        assert_eq!(world.service.requests().len(), 1, "restart: {restart}");
        assert_eq!(world.transcript(&session), history(&session).await);
    }
}
