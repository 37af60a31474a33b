//! What a store keeps: sessions, their turns, the items exchanged and the effects of tools.

mod batch;
mod item;
mod session;
mod turn;

pub use batch::{Batch, SessionSnapshot};
pub use item::{CallPlace, Direction, EffectRecord, EffectState, ItemRecord};
pub use session::{
    CompactionPolicy, HistoryBudget, MemoryKind, SessionId, SessionRecord, TokenUsage,
};
pub use turn::{Decision, Recovery, TurnFailure, TurnRecord, TurnState};
