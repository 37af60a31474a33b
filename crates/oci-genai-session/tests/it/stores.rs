//! Every store passes the same suite, and a file that is no store is refused and left alone.

use std::sync::Arc;

use oci_genai_session::clock::Timestamp;
use oci_genai_session::store::{
    Grant, MemoryKind, MemoryStore, PostgresStore, SessionId, SessionRecord, SqliteStore, Store,
    StoreErrorKind,
};
use oci_genai_session::{SessionOptions, conformance};

use crate::double::Fault;
use crate::postgres;
use crate::world::{KINDS, World};

#[tokio::test]
async fn the_memory_store_conforms() {
    let passed = conformance::check(Arc::new(MemoryStore::new()))
        .await
        .unwrap();
    assert_eq!(passed.len(), 24, "{passed:#?}");
}

#[tokio::test]
async fn the_sqlite_store_conforms() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("a b%23?.db"))
        .await
        .unwrap();
    conformance::check(Arc::new(store)).await.unwrap();
    assert!(dir.path().join("a b%23?.db").exists());
}

#[tokio::test]
async fn the_postgres_store_conforms() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let store = PostgresStore::connect(&database.url).await.unwrap();
    conformance::check(Arc::new(store.clone())).await.unwrap();
    store.close().await;
}

/// The example of a store of somebody else's.
#[path = "../../examples/own_store/store/mod.rs"]
mod own_store;

#[tokio::test]
async fn a_third_partys_store_conforms_and_carries_sessions() {
    let dir = tempfile::tempdir().unwrap();
    let store = own_store::RedbStore::open(dir.path().join("s.redb")).unwrap();
    let passed = conformance::check(Arc::new(store.clone())).await.unwrap();
    assert_eq!(passed.len(), 24);
    for memory in KINDS {
        let world = World::with_store(Arc::new(store.clone()));
        let options = SessionOptions::new().name(memory.as_str()).memory(memory);
        let session = world.process().create(options).await.unwrap();
        session.send("one").await.unwrap();
        world.service.fail(Fault::RequestLost);
        session.send("two").await.unwrap();
        session.rewind(1).await.unwrap();
        let session = world.process().open(memory.as_str()).await.unwrap();
        let turn = session.send("other").await.unwrap();
        assert_eq!(turn.output_text(), "1 questions before; you said: other");
    }
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    let text = "These are notes, and they shall stay. ".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    let said = error.to_string();
    assert!(
        said.contains("notes.txt") && said.contains("name another file"),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        1,
        "nothing was put beside it"
    );
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("other.db");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    for statement in [
        "CREATE TABLE birds (name TEXT)",
        "CREATE TABLE trees (name TEXT)",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let before = std::fs::read(&path).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    assert!(error.to_string().contains("another program"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_store_of_a_newer_schema_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("newer.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display()))
        .await
        .unwrap();
    let statement = "INSERT INTO _sqlx_migrations VALUES (9999, 'later', '', 1, x'00', 0)";
    sqlx::query(statement).execute(&pool).await.unwrap();
    pool.close().await;
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[tokio::test]
async fn paths_that_cannot_be_are_named() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().to_owned(), dir.path().join("no/such/place.db")] {
        let error = SqliteStore::open(&path).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
    }
    assert!(
        SqliteStore::open("")
            .await
            .unwrap_err()
            .to_string()
            .contains("empty")
    );
}

#[tokio::test]
async fn sessions_outlive_the_process_in_a_file_and_are_shared_through_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sessions.db");
    let first = SqliteStore::open(&path).await.unwrap();
    let second = SqliteStore::open(&path).await.unwrap();
    let now = Timestamp::from_millis(5);
    let record = SessionRecord::new(SessionId::generate(), MemoryKind::Conversation, now);
    first.create(&record).await.unwrap();
    let ttl = std::time::Duration::from_secs(10);
    let granted = first.acquire(&record.id, "first", now, ttl).await.unwrap();
    assert!(matches!(granted, Grant::Granted(..)));
    let held = second
        .acquire(&record.id, "second", now, ttl)
        .await
        .unwrap();
    assert_eq!(held, Grant::Held(now.after(ttl)));
    first.close().await;
    second.close().await;
    let third = SqliteStore::open(&path).await.unwrap();
    assert_eq!(third.session(&record.id).await.unwrap(), Some(record));
}

#[tokio::test]
async fn an_address_that_is_no_postgres_url_is_refused_without_repeating_it() {
    for url in [
        "",
        "mysql://u:s3cret@h/d",
        "postgres//u:s3cret@h",
        "postgres://u:s3cret@127.0.0.1:1/d",
    ] {
        let error = PostgresStore::connect(url).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
    }
}
