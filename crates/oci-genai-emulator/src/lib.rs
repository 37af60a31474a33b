// The crate docs are the README. rustdoc checks the links defined here; the README defines them
// again for readers elsewhere.
//! [`Emulator`]: Emulator
//! [`EmulatorBuilder`]: EmulatorBuilder
//! [`Fault`]: Fault
//! [`Effect`]: Effect
//! [`Scenario`]: Scenario
//! [`Script`]: Script
//! [`Upstream`]: Upstream
//! [`EmulatorBuilder::allow_host`]: EmulatorBuilder::allow_host
//! [`EmulatorBuilder::strict`]: EmulatorBuilder::strict
//! [`Emulator::requests`]: Emulator::requests
//! [`Emulator::project`]: Emulator::project
//! [`Clock`]: Clock
//! [`Emulator::add_trusted_key`]: Emulator::add_trusted_key
//! [`Emulator::issue_session_token`]: Emulator::issue_session_token
//! [`Emulator::identity_url`]: Emulator::identity_url
#![doc = include_str!("../README.md")]

mod app;
mod authenticate;
mod builder;
mod clock;
mod config;
mod contract;
mod emulator;
mod error;
mod error_chain;
mod fault;
mod files;
mod gateway;
mod identity;
mod ids;
mod json_error;
mod long_term_memory;
mod masking;
mod model;
mod projects;
mod request_log;
mod server;
mod snapshot;
mod state;
mod tls;
mod turn;

pub use authenticate::key_store::TrustError;
pub use authenticate::{AcceptedCredential, CredentialKind};
pub use builder::{EmulatorBuilder, StartError};
pub use clock::Clock;
pub use config::{DEFAULT_API_KEY, DEFAULT_PROJECT, DEFAULT_REGION, EmulatorConfig};
pub use emulator::{Emulator, IssueError, ReadyRecord};
pub use error::ErrorShape;
pub use fault::{
    Effect, Fault, FaultCredential, FaultId, FaultState, Faults, Scenario, ScenarioError,
};
pub use identity::{INSTANCE, TENANCY};
pub use json_error::JsonError;
pub use model::script::{Matcher, Reply, Rule, Script, ScriptError};
pub use model::upstream::{CertificatesError, Upstream, UpstreamApi, UpstreamError};
pub use request_log::{RecordedRequest, UnexpectedRequests};
pub use snapshot::{ConversationView, ProjectView};
pub use state::DataError;
pub use tls::TlsError;
