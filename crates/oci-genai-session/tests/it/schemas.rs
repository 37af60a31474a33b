//! Stores written by each earlier schema open, and nothing in them is lost.

use std::path::Path;
use std::sync::Arc;

use oci_genai_session::HistoryMode;
use oci_genai_session::clock::TimeSource;
use oci_genai_session::store::{
    ItemRange, PostgresStore, SessionId, SqliteStore, Store, TurnState,
};

use crate::postgres;
use crate::world::World;

/// The schemas so far, the current one not counted once it has a successor.
const SCHEMAS: [&str; 1] = [include_str!("../data/schema-1.sql")];

/// Makes a database of statements, as an earlier version left it.
async fn restore_sqlite(path: &Path, statements: &'static str) {
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::raw_sql(statements).execute(&pool).await.unwrap();
    sqlx::raw_sql(HELD).execute(&pool).await.unwrap();
    pool.close().await;
}

async fn restore_postgres(url: &str, statements: &str) {
    // What the two databases write differently: bytes, and moments of the migrations' own table.
    let statements = statements
        .replace("BLOB", "BYTEA")
        .replace("x'", "'\\x")
        .replace("TIMESTAMP ", "TIMESTAMPTZ ");
    let pool = sqlx::PgPool::connect(url).await.unwrap();
    let statements = sqlx::AssertSqlSafe(statements);
    sqlx::raw_sql(statements).execute(&pool).await.unwrap();
    // By the server's clock, which is the right one.
    let held = "UPDATE sessions SET lease_holder = 'old', \
        lease_until = (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT + 18000000";
    sqlx::raw_sql(held).execute(&pool).await.unwrap();
    pool.close().await;
}

/// A process of the earlier version holds the session, dies, and had a clock five hours ahead.
const HELD: &str = "UPDATE sessions SET lease_holder = 'old', lease_until = 1700018000000";

/// Every schema has the same session in it.
async fn check(store: Arc<dyn Store>) {
    let id = SessionId::from("ses_0123456789abcdef0123456789abcdef");
    let record = store.session(&id).await.unwrap().unwrap();
    assert_eq!(record.name.as_deref(), Some("offsite"));
    assert_eq!(
        (record.turns, record.usage.total(), record.generation),
        (1, 42, 2)
    );
    // Members that came later have their defaults.
    assert_eq!((record.stale, record.budget), (false, None));
    let turn = store.turn(&id, 1).await.unwrap().unwrap();
    assert_eq!((turn.state, turn.runs_tools), (TurnState::Committed, false));
    let items = store.items(&id, ItemRange::from(0, 10)).await.unwrap();
    assert_eq!(items.len(), 2);
    assert!(items[0].body.contains("three ideas") && items[1].body.contains("Hike"));
    assert_eq!(
        store.tool_calls(&id, 1).await.unwrap()[0].output.as_deref(),
        Some("rain")
    );
    // And the session goes on.
    let world = World::with_store(store);
    let session = world.process().open("offsite").await.unwrap();
    let begun = world.clock.monotonic();
    session
        .switch_history_mode(HistoryMode::Client)
        .await
        .unwrap();
    assert!(world.clock.monotonic() - begun <= world.policy.lease_ttl * 2);
    let turn = session.send("Which is the cheapest?").await.unwrap();
    assert_eq!(
        (turn.number(), turn.output_text().as_str()),
        (2, "1 questions before; you said: Which is the cheapest?")
    );
}

#[tokio::test]
async fn a_store_of_the_first_schema_keeps_its_data() {
    for schema in SCHEMAS {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("first.db");
        restore_sqlite(&path, schema).await;
        check(Arc::new(SqliteStore::open(&path).await.unwrap())).await;
    }
}

#[tokio::test]
async fn a_postgres_store_of_the_first_schema_keeps_its_data() {
    for schema in SCHEMAS {
        let Some(database) = postgres::database().await else {
            return;
        };
        restore_postgres(&database.url, schema).await;
        let store = PostgresStore::connect(&database.url).await.unwrap();
        check(Arc::new(store.clone())).await;
        store.close().await;
    }
}
