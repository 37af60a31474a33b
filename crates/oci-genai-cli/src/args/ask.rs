//! `ask`.

use clap::Args;

use super::{Connection, Store};

#[derive(Args, Debug)]
pub(crate) struct Ask {
    /// The question; read from standard input when it is left out or is "-"
    pub(crate) text: Option<String>,

    /// Continue the session of this name, or begin it
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,

    /// Id of this turn, chosen by you: asked again with it, an answered turn is not made twice and
    /// an interrupted one is finished
    #[arg(long, value_name = "ID", requires = "session")]
    pub(crate) turn_id: Option<String>,

    #[command(flatten)]
    pub(crate) store: Store,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
