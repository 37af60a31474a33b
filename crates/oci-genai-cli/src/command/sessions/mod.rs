//! `sessions`: manages the sessions in the local store.

mod branch;
mod list;
mod remove;
mod search;
mod show;
mod transfer;

use crate::args::{self, SessionsAction};
use crate::error::Error;

pub(crate) use list::table;
pub(crate) use transfer::export_to;

pub(crate) async fn run(sessions: args::Sessions) -> Result<(), Error> {
    match sessions.action {
        SessionsAction::List(list) => list::run(&list).await,
        SessionsAction::Show(show) => show::run(&show).await,
        SessionsAction::Search(search) => search::run(&search).await,
        SessionsAction::Fork(fork) => branch::fork(fork).await,
        SessionsAction::Rewind(rewind) => branch::rewind(rewind).await,
        SessionsAction::Export(export) => transfer::export(export).await,
        SessionsAction::Import(import) => transfer::import(import).await,
        SessionsAction::Delete(delete) => remove::delete(delete).await,
        SessionsAction::Purge(purge) => remove::purge(&purge).await,
    }
}
