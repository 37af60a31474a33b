//! One session in memory, and the application of a batch.

use std::collections::BTreeMap;

use crate::store::{
    Batch, ItemRecord, LeaseState, SessionId, SessionRecord, SessionSnapshot, StoreError,
    StoreErrorKind, ToolCallRecord, TurnRecord,
};

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) record: SessionRecord,
    pub(super) turns: BTreeMap<u64, TurnRecord>,
    pub(super) items: BTreeMap<u64, ItemRecord>,
    pub(super) effects: BTreeMap<(u64, String), ToolCallRecord>,
    pub(super) lease: LeaseState,
}

pub(super) fn not_found(id: &SessionId) -> StoreError {
    StoreError::new(
        StoreErrorKind::NotFound,
        format!("there is no session `{id}`"),
    )
}

pub(super) fn fenced(id: &SessionId) -> StoreError {
    StoreError::new(
        StoreErrorKind::Fenced,
        format!("another writer took over session `{id}`"),
    )
}

pub(super) fn exists(what: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Exists, format!("{what} is taken"))
}

impl Entry {
    pub(super) fn new(record: SessionRecord) -> Self {
        Self {
            record,
            turns: BTreeMap::new(),
            items: BTreeMap::new(),
            effects: BTreeMap::new(),
            lease: LeaseState::default(),
        }
    }

    /// Checks a batch before it is written. A rejected batch changes nothing.
    pub(super) fn check(&self, batch: &Batch) -> Result<(), StoreError> {
        let id = &batch.session.id;
        if self.lease.fence != batch.fence {
            return Err(fenced(id));
        }
        if self.record.generation != batch.session.generation {
            return Err(StoreError::new(
                StoreErrorKind::Conflict,
                format!(
                    "session `{id}` is at generation {}, not {}",
                    self.record.generation, batch.session.generation
                ),
            ));
        }
        let kept = batch.drop_items_from.unwrap_or(u64::MAX);
        let mut positions: Vec<u64> = batch.items.iter().map(|item| item.position).collect();
        positions.sort_unstable();
        let twice = positions.windows(2).any(|pair| pair[0] == pair[1]);
        if twice
            || positions
                .iter()
                .any(|p| *p < kept && self.items.contains_key(p))
        {
            return Err(exists("the position of a new item"));
        }
        if let Some(turn) = &batch.turn {
            let last = batch.drop_turns_after.unwrap_or(u64::MAX);
            let taken = self.turns.values().any(|other| {
                other.seq <= last && other.seq != turn.seq && other.turn_id == turn.turn_id
            });
            if taken {
                return Err(exists(&format!("the turn id `{}`", turn.turn_id)));
            }
        }
        Ok(())
    }

    pub(super) fn write(&mut self, batch: &Batch) {
        if let Some(from) = batch.drop_items_from {
            self.items.split_off(&from);
        }
        if let Some(last) = batch.drop_turns_after {
            self.turns.retain(|seq, _| *seq <= last);
            self.effects.retain(|(turn, _), _| *turn <= last);
        }
        for item in &batch.items {
            self.items.insert(item.position, item.clone());
        }
        for effect in &batch.effects {
            self.effects
                .insert((effect.turn, effect.key()), effect.clone());
        }
        if let Some(turn) = &batch.turn {
            self.turns.insert(turn.seq, turn.clone());
        }
        self.record = batch.session.clone();
        self.record.generation += 1;
        if batch.release {
            self.lease.release(batch.fence);
        }
    }

    pub(super) fn snapshot(&self) -> SessionSnapshot {
        let mut snapshot = SessionSnapshot::new(self.record.clone());
        snapshot.turns = self.turns.values().cloned().collect();
        snapshot.effects = self.effects.values().cloned().collect();
        snapshot
            .effects
            .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        snapshot.items = self.items.values().cloned().collect();
        snapshot
    }
}
