//! Lease checks: one writer at a time, late writers are rejected, and waiters are served in order.

use std::time::Duration;

use super::{Broken, Check, Outcome, START, Shared, TTL, fresh, held, hold, refused, same, there};
use crate::store::{
    Batch, Held, Lease, LeaseMark, LeaseRequest, LeaseResult, SessionId, SessionRecord,
    StoreErrorKind,
};

pub(super) const CHECKS: &[Check] = &[
    ("one holder at a time", |store| Box::pin(exclusive(store))),
    (
        "a lease that has ended is taken over with a higher fence",
        |store| Box::pin(takeover(store)),
    ),
    (
        "a lease that was not renewed for its duration is taken over, however late it ends",
        |store| Box::pin(overdue(store)),
    ),
    ("a renewed lease is kept", |store| Box::pin(renewal(store))),
    ("a lease given back is free", |store| {
        Box::pin(release(store))
    }),
    ("a lease is granted in the order of the requests", |store| {
        Box::pin(queue(store))
    }),
    ("a holder that lost the lease cannot write", |store| {
        Box::pin(fencing(store))
    }),
    ("a lease is granted once under contention", |store| {
        Box::pin(contention(store))
    }),
    ("there is no lease without a session", |store| {
        Box::pin(absent(store))
    }),
];

fn request(holder: &str) -> LeaseRequest {
    LeaseRequest::new(holder, START, TTL)
}

async fn take(
    store: &Shared,
    id: &SessionId,
    request: &LeaseRequest,
) -> Result<(Lease, SessionRecord), Broken> {
    match store.acquire(id, request).await? {
        LeaseResult::Granted(lease, record) => Ok((lease, *record)),
        LeaseResult::Held(_) => Err(Broken(
            format!("`{}` did not get a free lease", request.holder),
            None,
        )),
    }
}

/// Makes a request that has to wait, and returns what blocks it.
async fn wait(store: &Shared, id: &SessionId, request: &LeaseRequest) -> Result<Held, Broken> {
    match store.acquire(id, request).await? {
        LeaseResult::Held(held) => Ok(held),
        LeaseResult::Granted(..) => Err(Broken(
            format!("`{}` got a lease that is taken", request.holder),
            None,
        )),
    }
}

/// Makes a request that has seen an unchanged mark for long enough.
fn insisting(holder: &str, mark: LeaseMark) -> LeaseRequest {
    let mut request = request(holder);
    request.overdue = Some(mark);
    request
}

async fn exclusive(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let (lease, seen) = hold(&store, &record.id).await?;
    same("the session handed over with the lease", &seen, &record)?;
    same("the first lease was free", &lease.taken_over, &false)?;
    let held = wait(&store, &record.id, &request("other")).await?;
    same(
        "how long the holder may be silent",
        &held.mark_timeout,
        &TTL,
    )?;
    same(
        "the lease ends within its length",
        &(held.left <= TTL),
        &true,
    )?;
    let (again, _) = take(&store, &record.id, &request("writer")).await?;
    same(
        "the same holder asks again: a higher fence",
        &(again.fence > lease.fence),
        &true,
    )
}

async fn takeover(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    // A lease without a duration expires at once, by any clock.
    let short = LeaseRequest::new("writer", START, Duration::ZERO);
    let (lease, _) = take(&store, &record.id, &short).await?;
    let (next, _) = take(&store, &record.id, &request("other")).await?;
    same("a higher fence", &(next.fence > lease.fence), &true)?;
    same("the lease was taken over", &next.taken_over, &true)?;
    refused(
        "a renewal after the takeover",
        store.renew(&lease, START, TTL).await,
        StoreErrorKind::Fenced,
    )
}

async fn overdue(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let long = LeaseRequest::new("writer", START, TTL * 1000);
    let (lease, _) = take(&store, &record.id, &long).await?;
    let held = wait(&store, &record.id, &request("other")).await?;
    store.renew(&lease, START, TTL * 1000).await?;
    let moved = wait(&store, &record.id, &insisting("other", held.mark)).await?;
    same("the mark moves", &(moved.mark != held.mark), &true)?;
    let (next, _) = take(&store, &record.id, &insisting("other", moved.mark)).await?;
    same("the lease was taken over", &next.taken_over, &true)?;
    let late = store.renew(&lease, START, TTL).await;
    refused("a late renewal", late, StoreErrorKind::Fenced)?;
    // An end in the past means a wrong clock if the holder was seen to renew.
    store.renew(&next, START, Duration::ZERO).await?;
    let mut patient = request("third");
    patient.seen = Some(moved.mark);
    wait(&store, &record.id, &patient).await?;
    patient.seen = None;
    patient.holder_is_alive = true;
    wait(&store, &record.id, &patient).await?;
    let (_, seen) = take(&store, &record.id, &request("third")).await?;
    same("the session", &seen, &record)
}

async fn renewal(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let short = LeaseRequest::new("writer", START, Duration::ZERO);
    let (lease, _) = take(&store, &record.id, &short).await?;
    // Expired, but nobody took it, so it is still valid.
    store.renew(&lease, START, TTL).await?;
    let held = wait(&store, &record.id, &request("other")).await?;
    same(
        "how long the holder may be silent",
        &held.mark_timeout,
        &TTL,
    )?;
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
    let (next, _) = take(&store, &record.id, &request("other")).await?;
    same("the lease was given back", &next.taken_over, &false)?;
    // A late release takes nothing from the next holder.
    store.release(&lease).await?;
    wait(&store, &record.id, &request("third")).await?;
    let mut batch = Batch::new(record.clone(), next.fence);
    batch.release = true;
    store.apply(&batch).await?;
    let (_, seen) = take(&store, &record.id, &request("third")).await?;
    same(
        "the session after a batch that released",
        &seen.generation,
        &1,
    )
}

async fn queue(store: Shared) -> Outcome {
    let record = fresh(&store).await?;
    let id = &record.id;
    let waiting = |holder: &str| {
        let mut request = request(holder);
        request.asks_again_within = Some(Duration::from_millis(10));
        request
    };
    let (lease, _) = take(&store, id, &waiting("a")).await?;
    wait(&store, id, &waiting("b")).await?;
    wait(&store, id, &waiting("c")).await?;
    store.release(&lease).await?;
    // The last holder comes last, and nobody is served out of order.
    wait(&store, id, &waiting("a")).await?;
    wait(&store, id, &waiting("c")).await?;
    wait(&store, id, &request("d")).await?;
    let (lease, _) = take(&store, id, &waiting("b")).await?;
    store.release(&lease).await?;
    // A requester that stopped waiting is skipped by those behind it.
    let held = wait(&store, id, &waiting("a")).await?;
    same(
        "the place in the queue that comes first",
        &matches!(held.mark, LeaseMark::Waiter(_)),
        &true,
    )?;
    let mut insisting = waiting("a");
    insisting.overdue = Some(held.mark);
    let (lease, _) = take(&store, id, &insisting).await?;
    same("nothing was interrupted", &lease.taken_over, &false)
}

async fn fencing(store: Shared) -> Outcome {
    let (_, mut batch) = held(&store).await?;
    let id = batch.session.id.clone();
    let held = wait(&store, &id, &request("other")).await?;
    take(&store, &id, &insisting("other", held.mark)).await?;
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
                let request = request(&format!("holder {number}"));
                matches!(
                    store.acquire(&id, &request).await,
                    Ok(LeaseResult::Granted(..))
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
    let answer = store.acquire(&id, &request("writer")).await;
    refused("a lease on nothing", answer, StoreErrorKind::NotFound)?;
    let lease = Lease {
        session: id,
        holder: "writer".to_owned(),
        fence: 1,
        until: START,
        taken_over: false,
    };
    refused(
        "a renewal of nothing",
        store.renew(&lease, START, TTL).await,
        StoreErrorKind::NotFound,
    )?;
    store.release(&lease).await?;
    Ok(())
}
