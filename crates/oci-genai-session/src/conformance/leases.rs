//! Promises about leases: one writer at a time, and a late one is shut out.

use std::time::Duration;

use super::{Broken, Check, Outcome, START, Shared, TTL, fresh, held, hold, refused, same, there};
use crate::clock::Timestamp;
use crate::store::{Batch, Grant, Lease, SessionId, SessionRecord, StoreErrorKind};

pub(super) const CHECKS: &[Check] = &[
    ("one holder at a time", |store| Box::pin(exclusive(store))),
    (
        "a lease that has ended is taken over with a higher fence",
        |store| Box::pin(takeover(store)),
    ),
    ("a renewed lease is kept", |store| Box::pin(renewal(store))),
    ("a lease given back is free", |store| {
        Box::pin(release(store))
    }),
    ("who lost the lease cannot write", |store| {
        Box::pin(fencing(store))
    }),
    ("a lease is granted once under contention", |store| {
        Box::pin(contention(store))
    }),
    ("there is no lease without a session", |store| {
        Box::pin(absent(store))
    }),
];

async fn take(
    store: &Shared,
    id: &SessionId,
    holder: &str,
    now: Timestamp,
) -> Result<(Lease, SessionRecord), Broken> {
    match store.acquire(id, holder, now, TTL).await? {
        Grant::Granted(lease, record) => Ok((lease, *record)),
        Grant::Held(_) => Err(Broken(format!("`{holder}` did not get a free lease"), None)),
    }
}

async fn exclusive(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let (lease, seen) = hold(&store, &record.id).await?;
    same("the session handed over with the lease", &seen, &record)?;
    same("the end of the lease", &lease.until, &START.after(TTL))?;
    let early = START.after(TTL - Duration::from_millis(1));
    let second = store.acquire(&record.id, "other", early, TTL).await?;
    same("a second holder", &second, &Grant::Held(START.after(TTL)))?;
    let (again, _) = take(&store, &record.id, "writer", early).await?;
    same(
        "the same holder asks again: a higher fence",
        &(again.fence > lease.fence),
        &true,
    )
}

async fn takeover(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let (lease, _) = hold(&store, &record.id).await?;
    let (next, _) = take(&store, &record.id, "other", START.after(TTL)).await?;
    same("a higher fence", &(next.fence > lease.fence), &true)?;
    let renewed = store.renew(&lease, START.after(TTL * 9)).await;
    refused(
        "a renewal after the takeover",
        renewed,
        StoreErrorKind::Fenced,
    )
}

async fn renewal(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let (lease, _) = hold(&store, &record.id).await?;
    store.renew(&lease, START.after(TTL * 2)).await?;
    let second = store
        .acquire(&record.id, "other", START.after(TTL), TTL)
        .await?;
    same(
        "a second holder",
        &second,
        &Grant::Held(START.after(TTL * 2)),
    )?;
    // Ended, but nobody took it: still good.
    store.renew(&lease, START.after(TTL * 5)).await?;
    same(
        "a write under it",
        &store.apply(&Batch::new(record, lease.fence)).await?,
        &1,
    )
}

async fn release(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let (lease, _) = hold(&store, &record.id).await?;
    store.release(&lease).await?;
    let (next, _) = take(&store, &record.id, "other", START).await?;
    // A release that comes late takes nothing from the next holder.
    store.release(&lease).await?;
    let third = store.acquire(&record.id, "third", START, TTL).await?;
    same("a third holder", &matches!(third, Grant::Held(_)), &true)?;
    let mut batch = Batch::new(record.clone(), next.fence);
    batch.release = true;
    store.apply(&batch).await?;
    let (_, seen) = take(&store, &record.id, "third", START).await?;
    same(
        "the session after a batch that released",
        &seen.generation,
        &1,
    )
}

async fn fencing(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    let id = batch.session.id.clone();
    take(&store, &id, "other", START.after(TTL)).await?;
    batch.session.title = Some("late".to_owned());
    refused(
        "a late write",
        store.apply(&batch).await,
        StoreErrorKind::Fenced,
    )?;
    let record = there("the session", store.session(&id).await?)?;
    same("the title", &record.title, &None)?;
    same("the generation", &record.generation, &0)
}

async fn contention(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let attempts: Vec<_> = (0..8)
        .map(|number| {
            let (store, id) = (store.clone(), record.id.clone());
            tokio::spawn(async move {
                let holder = format!("holder {number}");
                matches!(
                    store.acquire(&id, &holder, START, TTL).await,
                    Ok(Grant::Granted(..))
                )
            })
        })
        .collect();
    let mut granted = 0;
    for attempt in attempts {
        granted += u32::from(attempt.await.unwrap_or(false));
    }
    same("leases granted", &granted, &1)
}

async fn absent(store: Shared) -> Outcome {
    let id = SessionId::generate();
    let answer = store.acquire(&id, "writer", START, TTL).await;
    refused("a lease on nothing", answer, StoreErrorKind::NotFound)?;
    let lease = Lease {
        session: id,
        holder: "writer".to_owned(),
        fence: 1,
        until: START,
    };
    refused(
        "a renewal of nothing",
        store.renew(&lease, START).await,
        StoreErrorKind::NotFound,
    )?;
    store.release(&lease).await?;
    Ok(())
}
