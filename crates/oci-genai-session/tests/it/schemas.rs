//! Stores written by each earlier schema open, and nothing in them is lost.

use std::path::Path;

use oci_genai_session::store::{ItemRange, SessionId, SqliteStore, Store, TurnState};

/// Makes a database of statements, as an earlier version left it.
async fn restore(path: &Path, statements: &'static str) {
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::raw_sql(statements).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn a_store_of_the_first_schema_keeps_its_data() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("first.db");
    restore(&path, include_str!("../data/schema-1.sql")).await;
    let store = SqliteStore::open(&path).await.unwrap();
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
        store.effects(&id, 1).await.unwrap()[0].output.as_deref(),
        Some("rain")
    );
}
