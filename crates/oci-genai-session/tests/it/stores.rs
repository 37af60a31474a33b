//! Every store passes the same suite, and a file that is no store is refused and left alone.

use std::sync::Arc;

use oci_genai_session::clock::Timestamp;
use oci_genai_session::store::{
    Batch, Direction, HistoryMode, InMemoryStore, ItemRecord, LeaseRequest, LeaseResult,
    PostgresStore, SessionId, SessionRecord, SqliteStore, Store, StoreError, StoreErrorKind,
};
use oci_genai_session::{SessionOptions, conformance};
use sqlx::Connection;
use sqlx::migrate::Migrate;

use crate::double::Fault;
use crate::postgres;
use crate::world::{KINDS, World};

#[tokio::test]
async fn the_memory_store_conforms() {
    let passed = conformance::check(Arc::new(InMemoryStore::new()))
        .await
        .unwrap();
    assert_eq!(passed.len(), 27, "{passed:#?}");
}

#[tokio::test]
async fn the_sqlite_store_conforms() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("s.db")).await.unwrap();
    conformance::check(Arc::new(store)).await.unwrap();
}

#[tokio::test]
async fn sessions_are_in_the_file_that_was_named_whatever_its_name() {
    for name in [
        "a b%23?.db",
        "#",
        "%2e%2e",
        "é&=;+",
        ":memory:",
        "mode=memory",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        let store = SqliteStore::open(&path).await.unwrap();
        let id = held(&store).await.session.id;
        store.close().await;
        let files: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files, [path.as_path()]);
        let copy = dir.path().join("copy.db");
        std::fs::copy(&path, &copy).unwrap();
        let store = SqliteStore::open(&copy).await.unwrap();
        assert!(store.session(&id).await.unwrap().is_some(), "{name}");
    }
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
    assert_eq!(passed.len(), 27);
    for history_mode in KINDS {
        let world = World::with_store(Arc::new(store.clone()));
        let options = SessionOptions::new()
            .name(history_mode.as_str())
            .history_mode(history_mode);
        let session = world.process().create(options).await.unwrap();
        session.send("one").await.unwrap();
        world.service.fail(Fault::RequestLost);
        session.send("two").await.unwrap();
        session.rewind(1).await.unwrap();
        let session = world.process().open(history_mode.as_str()).await.unwrap();
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
    let record = SessionRecord::new(SessionId::generate(), HistoryMode::Conversation, now);
    first.create(&record).await.unwrap();
    let ttl = std::time::Duration::from_secs(10);
    let request = |who| LeaseRequest::new(who, now, ttl);
    let granted = first.acquire(&record.id, &request("first")).await.unwrap();
    assert!(matches!(granted, LeaseResult::Granted(..)));
    let held = second.acquire(&record.id, &request("second")).await;
    let LeaseResult::Held(held) = held.unwrap() else {
        panic!("the lease is held")
    };
    assert_eq!((held.mark_timeout, held.left), (ttl, ttl));
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

/// A new session and the lease to write to it.
async fn held(store: &dyn Store) -> Batch {
    let now = Timestamp::from_millis(5);
    let record = SessionRecord::new(SessionId::generate(), HistoryMode::Client, now);
    store.create(&record).await.unwrap();
    let ttl = std::time::Duration::from_secs(10);
    let request = LeaseRequest::new("me", now, ttl);
    let LeaseResult::Granted(lease, record) = store.acquire(&record.id, &request).await.unwrap()
    else {
        panic!("the lease is free")
    };
    Batch::new(*record, lease.fence)
}

#[tokio::test]
async fn a_write_that_is_refused_holds_up_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sessions.db");
    let (first, second) = (
        SqliteStore::open(&path).await.unwrap(),
        SqliteStore::open(&path).await.unwrap(),
    );
    let mut batch = held(&first).await;
    batch.items = vec![ItemRecord::new(0, 1, 0, Direction::Input, "{}".to_owned())];
    batch.session.generation = first.apply(&batch).await.unwrap();
    // More often than there are connections: each is refused midway, after the first of its statements.
    for _ in 0..10 {
        let refused = first.apply(&batch).await.unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::Exists);
        let mut other = held(&second).await;
        other.session.title = Some("written".to_owned());
        second.apply(&other).await.unwrap();
    }
    batch.items.clear();
    first.apply(&batch).await.unwrap();
}

/// Opens a store many times at once, each as a process of its own would.
async fn open_at_once<S, F>(open: impl Fn() -> F + Clone + Send + 'static) -> Vec<S>
where
    S: Send + 'static,
    F: Future<Output = Result<S, StoreError>> + Send + 'static,
{
    let starts = Arc::new(std::sync::Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (open, starts) = (open.clone(), starts.clone());
            let handle = tokio::runtime::Handle::current();
            tokio::task::spawn_blocking(move || {
                starts.wait();
                handle.block_on(open()).unwrap()
            })
        })
        .collect();
    let mut stores = Vec::new();
    for thread in threads {
        stores.push(thread.await.unwrap());
    }
    stores
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_may_be_opened_by_many_at_once() {
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sessions.db");
        let stores = open_at_once(move || SqliteStore::open(path.clone())).await;
        held(&stores[0]).await;
        assert_eq!(
            stores[7].sessions(&Default::default()).await.unwrap().len(),
            1
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_postgres_database_may_be_opened_by_many_at_once() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let url = database.url.clone();
    let stores = open_at_once(move || {
        let url = url.clone();
        async move { PostgresStore::connect(&url).await }
    })
    .await;
    held(&stores[0]).await;
    assert_eq!(
        stores[7].sessions(&Default::default()).await.unwrap().len(),
        1
    );
    for store in stores {
        store.close().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_and_its_log_are_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sessions.db");
    let store = SqliteStore::open(&path).await.unwrap();
    held(&store).await;
    let mode = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).unwrap();
        metadata.permissions().mode() & 0o777
    };
    let files: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 3, "the database, its log and the log's index");
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    store.close().await;
    // One that is there stays as its owner made it.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    SqliteStore::open(&path).await.unwrap().close().await;
    assert_eq!(mode(&path), 0o644);
}

#[tokio::test]
async fn a_file_opens_while_a_process_stands_still_in_the_middle_of_a_write() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sessions.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let record = held(&store).await.session;
    // What a process leaves that is stopped while it writes.
    let url = format!("sqlite://{}", path.display());
    let mut stopped = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE; UPDATE sessions SET updated_at = 0")
        .execute(&mut stopped)
        .await
        .unwrap();
    let other = SqliteStore::open(&path).await.unwrap();
    let found = other.session(&record.id).await.unwrap().unwrap();
    assert_eq!(found.updated_at, record.updated_at);
}

#[tokio::test]
async fn a_postgres_store_opens_while_a_process_stands_still_in_the_middle_of_opening_it() {
    let Some(database) = postgres::database().await else {
        return;
    };
    PostgresStore::connect(&database.url).await.unwrap();
    let mut stopped = sqlx::PgConnection::connect(&database.url).await.unwrap();
    stopped.lock().await.unwrap();
    // A wait for that lock never ends.
    let other = PostgresStore::connect(&database.url);
    let other = tokio::time::timeout(std::time::Duration::from_secs(30), other);
    let other = other.await.expect("it opens").unwrap();
    let id = SessionId::generate();
    assert_eq!(other.session(&id).await.unwrap(), None);
}
