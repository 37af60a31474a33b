//! Settings of an emulator, and its start.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use oci_genai_auth::{private_files, redact};

use crate::app::App;
use crate::authenticate::Authenticator;
use crate::authenticate::trust::{Trust, TrustError};
use crate::clock::Clock;
use crate::config::{DEFAULT_API_KEY, EmulatorConfig};
use crate::emulator::Emulator;
use crate::explain;
use crate::fault::{Fault, Scenario, ScenarioError};
use crate::model::Model;
use crate::model::built_in::BuiltIn;
use crate::model::record::Recorded;
use crate::model::script::{Script, Scripted};
use crate::model::upstream::{Remote, Upstream, UpstreamError};
use crate::server;
use crate::state::{DataError, Store};
use crate::tls::{Tls, TlsError};

/// Why an emulator could not be started.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address could not be bound; is something else listening there?
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A setting makes no sense; it is named.
    #[error("{0}")]
    Setting(String),
    /// An OCI configuration file cannot be read, or has no profile that can be trusted.
    #[error("no profile of {} can be trusted", redact::shown_path(path))]
    OciConfig {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: TrustError,
    },
    /// The data file cannot be used.
    #[error("the data file {} cannot be used", redact::shown_path(path))]
    Data {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: DataError,
    },
    /// The upstream cannot be used.
    #[error("the upstream model cannot be used")]
    Upstream(#[from] UpstreamError),
    /// The file for the recording cannot be written.
    #[error("the recording {} cannot be written", redact::shown_path(path))]
    Recording {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate cannot be made.
    #[error("TLS cannot be served")]
    Tls(#[from] TlsError),
    /// A fault makes no sense.
    #[error("the scenario cannot be used")]
    Scenario(#[from] ScenarioError),
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        explain::debug(self, "StartError", f)
    }
}

/// Settings of an emulator that has not been started.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until it is started"]
pub struct EmulatorBuilder {
    config: EmulatorConfig,
    scenario: Scenario,
    script: Option<Script>,
    upstream: Option<Upstream>,
    recording: Option<PathBuf>,
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("config", &self.config)
            .field("faults", &self.scenario.faults.len())
            .field(
                "rules",
                &self.script.as_ref().map(|script| script.rules.len()),
            )
            .field("upstream", &self.upstream)
            .field(
                "recording",
                &self.recording.as_deref().map(redact::shown_path),
            )
            .finish()
    }
}

impl EmulatorBuilder {
    /// Replaces all settings.
    pub fn config(mut self, config: EmulatorConfig) -> Self {
        self.config = config;
        self
    }

    /// Accepts this API key. May be called several times.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.config.api_keys.push(key.into());
        self
    }

    /// Knows this API key as one of another region, which is refused here. May be called several times.
    pub fn foreign_api_key(mut self, region: impl Into<String>, key: impl Into<String>) -> Self {
        self.config
            .foreign_api_keys
            .push((region.into(), key.into()));
        self
    }

    /// Creates this project. May be called several times.
    pub fn project(mut self, ocid: impl Into<String>) -> Self {
        self.config.projects.push(ocid.into());
        self
    }

    /// Serves requests without a project header as this project: see [`EmulatorConfig::default_project`].
    pub fn default_project(mut self, ocid: impl Into<String>) -> Self {
        self.config.default_project = Some(ocid.into());
        self
    }

    /// Trusts every profile of this OCI configuration file. May be called several times.
    pub fn oci_config(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.oci_configs.push(path.into());
        self
    }

    /// Listens here instead of on a free port of loopback.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listen = address;
        self
    }

    /// Takes requests that name this host, where it listens on loopback: see
    /// [`EmulatorConfig::allow_hosts`]. May be called several times.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.config.allow_hosts.push(name.into());
        self
    }

    /// Serves over TLS, by a certificate made for this emulator: see [`Emulator::ca_pem`].
    pub fn tls(mut self) -> Self {
        self.config.tls = true;
        self
    }

    /// Emulates this region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.config.region = region.into();
        self
    }

    /// Makes turns of a conversation wait for each other instead of refusing the later one.
    pub fn queue_turns(mut self, queue: bool) -> Self {
        self.config.queue_turns = queue;
        self
    }

    /// Whether to refuse bodies that the contract does not allow: see [`EmulatorConfig::strict`].
    pub fn strict(mut self, strict: bool) -> Self {
        self.config.strict = strict;
        self
    }

    /// Keeps everything in this file, which is created if it is not there.
    pub fn data(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.data = Some(path.into());
        self
    }

    /// Answers by a script instead of with the built-in model.
    pub fn script(mut self, script: Script) -> Self {
        self.script = Some(script);
        self
    }

    /// Has another server answer. A script is then not used.
    pub fn upstream(mut self, upstream: Upstream) -> Self {
        self.upstream = Some(upstream);
        self
    }

    /// Writes what the model answers into this file, as a script.
    pub fn record(mut self, path: impl Into<PathBuf>) -> Self {
        self.recording = Some(path.into());
        self
    }

    /// Starts with this fault in force. May be called several times.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.scenario.faults.push(fault);
        self
    }

    /// Starts with a scenario's faults in force, in place of those given so far.
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    ///
    /// When the address cannot be bound, a file that is named cannot be used, or a setting or a fault makes
    /// no sense.
    pub async fn start(self) -> Result<Emulator, StartError> {
        if let Some(wrong) = self.config.wrong() {
            return Err(StartError::Setting(wrong));
        }
        let config = self.config.complete();
        if config.api_keys.is_empty() {
            tracing::info!(
                "the default API key {DEFAULT_API_KEY} is off, because an OCI configuration file is given; hint: \
                 --api-key {DEFAULT_API_KEY} accepts it as well"
            );
        }
        let clock = Clock::new();
        let trust = Trust::read(&config.oci_configs)
            .map_err(|(path, source)| StartError::OciConfig { path, source })?;
        let authenticator = Authenticator::new(&config, trust, clock.clone());
        let address = config.listen;
        let failed = |source| StartError::Listen { address, source };
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "the emulator can be reached from other machines");
        }
        let model: Arc<dyn Model> = match (self.upstream, self.script) {
            (Some(upstream), _) => Arc::new(Remote::new(upstream)?),
            (None, Some(script)) => Arc::new(Scripted::new(script)),
            (None, None) => Arc::new(BuiltIn),
        };
        let recording = self.recording.clone();
        let model: Arc<dyn Model> = match self.recording {
            Some(path) => {
                let recorded = Recorded::new(model, path.clone());
                Arc::new(recorded.map_err(|source| StartError::Recording { path, source })?)
            }
            None => model,
        };
        let store = match &config.data {
            None => Store::default(),
            Some(path) => {
                Store::open(path, config.data_slack).map_err(|source| StartError::Data {
                    path: path.clone(),
                    source,
                })?
            }
        };
        let (tls, ca_pem) = match config.tls {
            true => {
                let Tls { acceptor, ca_pem } = Tls::make(address.ip())?;
                (Some(acceptor), Some(ca_pem))
            }
            false => (None, None),
        };
        let kept = config.data.iter().chain(&recording);
        for exposed in kept.filter_map(|path| private_files::exposed(path)) {
            tracing::warn!("{exposed}");
        }
        let app = Arc::new(App::new(config, authenticator, clock, model, store));
        app.faults.load(self.scenario)?;
        tokio::spawn(server::listen::serve(app.clone(), listener, tls));
        Ok(Emulator::new(app, address, ca_pem))
    }
}
