//! What a store keeps: sessions, their turns, the items exchanged and the effects of tools.

mod batch;
mod item;
mod session;
mod turn;

pub use batch::{Batch, SessionSnapshot};
pub use item::{CallPlace, Direction, ItemRecord, ToolCallRecord, ToolCallState};
pub use session::{
    CompactionPolicy, HistoryBudget, HistoryMode, SessionId, SessionRecord, TokenUsage,
};
pub use turn::{Recovery, RecoveryAction, TurnFailure, TurnRecord, TurnState};
