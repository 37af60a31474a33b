//! Content under lock and key.

use std::sync::Arc;

use oci_genai_session::clock::Timestamp;
use oci_genai_session::conformance;
use oci_genai_session::store::{
    Batch, EncryptedStore, EncryptionKeys, InMemoryStore, ItemRange, LeaseRequest, LeaseResult,
    SqliteStore, Store, StoreErrorKind,
};
use oci_genai_session::{ErrorKind, HistoryMode, SessionOptions};

use crate::world::World;

const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];

fn sealed(store: &InMemoryStore, name: &str, key: &[u8; 32]) -> EncryptedStore<InMemoryStore> {
    EncryptedStore::new(store.clone(), EncryptionKeys::new(name, key).unwrap())
}

#[tokio::test]
async fn a_sealed_store_conforms() {
    let store = sealed(&InMemoryStore::new(), "k", &OLD);
    conformance::check(Arc::new(store)).await.unwrap();
}

#[tokio::test]
async fn what_was_said_is_not_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let inner = SqliteStore::open(dir.path().join("s.db")).await.unwrap();
    let store = EncryptedStore::new(inner.clone(), EncryptionKeys::new("k", &OLD).unwrap());
    let world = World::with_store(Arc::new(store));
    let options = SessionOptions::new()
        .history_mode(HistoryMode::Client)
        .instructions("whisper-one");
    let session = world.process().create(options).await.unwrap();
    session
        .turn("whisper-two")
        .instructions("whisper-three")
        .send()
        .await
        .unwrap();
    session.compact(0).await.unwrap();
    assert!(
        session
            .send("again")
            .await
            .unwrap()
            .output_text()
            .contains("again")
    );
    inner.close().await;
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("whisper") && text.contains("sealed"));
}

#[tokio::test]
async fn a_wrong_key_is_an_error_and_changes_nothing() {
    let inner = InMemoryStore::new();
    let world = World::with_store(Arc::new(sealed(&inner, "k", &OLD)));
    let session = world.session(HistoryMode::Client).await;
    session.send("one").await.unwrap();
    let before = inner
        .items(session.id(), ItemRange::from(0, 10))
        .await
        .unwrap();
    let mut other = World::with_store(Arc::new(sealed(&inner, "k", &NEW)));
    other.service = world.service.clone();
    let error = other.process().open("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("could not decrypt"), "{source}");
    // Neither by deleting what cannot be read, nor by a writer of the wrong key.
    let record = inner.session(session.id()).await.unwrap().unwrap();
    let other = other.process();
    for error in [
        other.delete("s").await.unwrap_err(),
        other.delete_id(session.id().clone()).await.unwrap_err(),
        other.list().await.unwrap_err(),
        other.resume(session.id().clone()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Store);
    }
    assert_eq!(inner.session(session.id()).await.unwrap().unwrap(), record);
    assert_eq!(
        inner
            .items(session.id(), ItemRange::from(0, 10))
            .await
            .unwrap(),
        before
    );
    assert_eq!(
        session.send("two").await.unwrap().output_text(),
        "1 questions before; you said: two"
    );
}

#[tokio::test]
async fn content_put_elsewhere_or_laid_open_does_not_open() {
    let inner = InMemoryStore::new();
    let store = sealed(&inner, "k", &OLD);
    let world = World::with_store(Arc::new(sealed(&inner, "k", &OLD)));
    let session = world.session(HistoryMode::Client).await;
    session.send("one").await.unwrap();
    let id = session.id();
    for plain in [false, true] {
        let request = LeaseRequest::new("thief", Timestamp::default(), Default::default());
        let grant = inner.acquire(id, &request).await;
        let LeaseResult::Granted(lease, record) = grant.unwrap() else {
            panic!("the lease is free")
        };
        let mut items = inner.items(id, ItemRange::from(0, 10)).await.unwrap();
        let swapped = items[0].body.clone();
        items[0].body = if plain {
            "{}".to_owned()
        } else {
            items[1].body.clone()
        };
        items[1].body = swapped;
        let mut batch = Batch::new(*record, lease.fence);
        batch.drop_items_from = Some(0);
        batch.items = items;
        batch.release = true;
        inner.apply(&batch).await.unwrap();
        let error = store.items(id, ItemRange::from(0, 10)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Sealed);
    }
}

#[tokio::test]
async fn keys_are_rotated_without_losing_a_word() {
    let inner = InMemoryStore::new();
    let world = World::with_store(Arc::new(sealed(&inner, "old", &OLD)));
    let session = world.session(HistoryMode::Client).await;
    session.send("one").await.unwrap();
    let keys = EncryptionKeys::new("new", &NEW)
        .unwrap()
        .with_older("old", &OLD)
        .unwrap();
    assert_eq!(format!("{keys:?}"), r#"["new", "old"]"#);
    let both = EncryptedStore::new(inner.clone(), keys);
    let before = both
        .items(session.id(), ItemRange::from(0, 10))
        .await
        .unwrap();
    let new = sealed(&inner, "new", &NEW);
    let error = new
        .items(session.id(), ItemRange::from(0, 10))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("the key `old` is missing"),
        "{error}"
    );
    both.rotate(session.id(), Timestamp::default())
        .await
        .unwrap();
    assert_eq!(
        new.items(session.id(), ItemRange::from(0, 10))
            .await
            .unwrap(),
        before
    );
    assert_eq!(new.turns(session.id(), 0, 10).await.unwrap().len(), 1);
    let mut later = World::with_store(Arc::new(new));
    later.service = world.service.clone();
    let session = later.process().open("s").await.unwrap();
    assert_eq!(
        session.send("two").await.unwrap().output_text(),
        "1 questions before; you said: two"
    );
}
