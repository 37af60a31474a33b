//! Builder of an emulator.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use oci_genai_auth::{private_files, redact};

use crate::app::App;
use crate::authenticate::Authenticator;
use crate::authenticate::key_store::{Trust, TrustError};
use crate::clock::Clock;
use crate::config::{DEFAULT_API_KEY, EmulatorConfig};
use crate::emulator::Emulator;
use crate::error_chain;
use crate::fault::{Fault, Scenario, ScenarioError};
use crate::model::Model;
use crate::model::built_in::BuiltIn;
use crate::model::record::Recorded;
use crate::model::script::{Script, Scripted};
use crate::model::upstream::{Remote, Upstream, UpstreamError};
use crate::server;
use crate::state::{DataError, Store};
use crate::tls::{Tls, TlsError};

/// Error from starting an emulator.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address could not be bound. Another program may listen there.
    #[error("could not listen on {address}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// A setting is invalid. The message names it.
    #[error("{0}")]
    Setting(String),
    /// An OCI configuration file could not be read, or has no profile that can be trusted.
    #[error("no profile of {} can be trusted", redact::shown_path(path))]
    OciConfig {
        /// Path of the file.
        path: PathBuf,
        /// The cause.
        source: TrustError,
    },
    /// The data file could not be used.
    #[error("could not use the data file {}", redact::shown_path(path))]
    Data {
        /// Path of the file.
        path: PathBuf,
        /// The cause.
        source: DataError,
    },
    /// The upstream could not be used.
    #[error("could not use the upstream model")]
    Upstream(#[from] UpstreamError),
    /// The recording could not be written.
    #[error("could not write the recording {}", redact::shown_path(path))]
    Recording {
        /// Path of the file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The TLS certificate could not be created.
    #[error("could not set up TLS")]
    Tls(#[from] TlsError),
    /// A fault is invalid.
    #[error("could not use the scenario")]
    Scenario(#[from] ScenarioError),
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        error_chain::debug(self, "StartError", f)
    }
}

/// Builder of an [`Emulator`].
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

    /// Adds an API key of another region, which is rejected here. May be called several times.
    pub fn api_key_in_region(mut self, region: impl Into<String>, key: impl Into<String>) -> Self {
        self.config
            .api_keys_in_regions
            .push((region.into(), key.into()));
        self
    }

    /// Creates this project. May be called several times.
    pub fn project(mut self, ocid: impl Into<String>) -> Self {
        self.config.projects.push(ocid.into());
        self
    }

    /// Sets the project of requests without a project header: see
    /// [`EmulatorConfig::default_project`].
    pub fn default_project(mut self, ocid: impl Into<String>) -> Self {
        self.config.default_project = Some(ocid.into());
        self
    }

    /// Trusts every profile of this OCI configuration file. May be called several times.
    pub fn oci_config(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.oci_configs.push(path.into());
        self
    }

    /// Listens on this address instead of a free loopback port.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listen = address;
        self
    }

    /// Accepts requests that name this host while the emulator listens on loopback: see
    /// [`EmulatorConfig::allow_hosts`]. May be called several times.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.config.allow_hosts.push(name.into());
        self
    }

    /// Serves over TLS with a certificate created for this emulator: see [`Emulator::ca_pem`].
    pub fn tls(mut self) -> Self {
        self.config.tls = true;
        self
    }

    /// Emulates this region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.config.region = region.into();
        self
    }

    /// Makes turns of a conversation wait for each other instead of rejecting the later one.
    pub fn queue_turns(mut self, queue: bool) -> Self {
        self.config.queue_turns = queue;
        self
    }

    /// Rejects or accepts bodies that the contract does not allow: see [`EmulatorConfig::strict`].
    pub fn strict(mut self, strict: bool) -> Self {
        self.config.strict = strict;
        self
    }

    /// Stores all state in this file, which is created if it does not exist.
    pub fn data(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.data = Some(path.into());
        self
    }

    /// Responds according to a script instead of the built-in model.
    pub fn script(mut self, script: Script) -> Self {
        self.script = Some(script);
        self
    }

    /// Forwards turns to another server. A script is ignored then.
    pub fn upstream(mut self, upstream: Upstream) -> Self {
        self.upstream = Some(upstream);
        self
    }

    /// Records the model's output in this file, as a script.
    pub fn record(mut self, path: impl Into<PathBuf>) -> Self {
        self.recording = Some(path.into());
        self
    }

    /// Starts with this fault enabled. May be called several times.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.scenario.faults.push(fault);
        self
    }

    /// Starts with a scenario's faults enabled, and replaces the faults added so far.
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] if the address cannot be bound, a file cannot be used, or a setting
    /// or fault is invalid.
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
            tracing::warn!(%address, "other machines can reach the emulator");
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
