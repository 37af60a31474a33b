//! The registered faults.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;
use oci_genai_auth::redact;
use serde::Serialize;

use super::plan::Plan;
use super::{Fault, Scenario};
use crate::authenticate::AcceptedCredential;
use crate::error_chain;
use crate::json_error::JsonError;

/// Id of a registered fault.
pub type FaultId = u64;

/// A registered fault and its counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FaultState {
    /// Id of the fault.
    pub id: FaultId,
    /// Number of requests that matched.
    pub matched: u64,
    /// Number of requests that the fault affected.
    pub struck: u64,
    /// True if the fault is enabled. A disabled fault does not count matching requests.
    pub on: bool,
    /// The fault.
    pub fault: Fault,
}

/// Error for an invalid scenario or fault.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file could not be read.
    #[error("could not read the scenario {}", redact::shown_path(path))]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The text is not a scenario.
    #[error("not a valid fault or scenario")]
    Malformed(#[source] JsonError),
    /// A fault is invalid.
    #[error("invalid fault {effect}: {reason}")]
    Fault {
        /// The fault's effect.
        effect: String,
        /// The reason.
        reason: String,
    },
}

impl fmt::Debug for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        error_chain::debug(self, "ScenarioError", f)
    }
}

/// The faults of an emulator. Clones share the same faults.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    faults: Vec<FaultState>,
    next: FaultId,
    chance: fastrand::Rng,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            faults: Vec::new(),
            next: 1,
            chance: fastrand::Rng::with_seed(0),
        }
    }
}

impl Faults {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a fault.
    ///
    /// # Errors
    ///
    /// Returns [`ScenarioError::Fault`] if its numbers or its route are invalid.
    pub fn add(&self, fault: Fault) -> Result<FaultId, ScenarioError> {
        check(&fault)?;
        let mut inner = self.lock();
        let id = inner.next;
        inner.next += 1;
        inner.faults.push(FaultState {
            id,
            matched: 0,
            struck: 0,
            on: true,
            fault,
        });
        Ok(id)
    }

    /// Replaces all faults by those of a scenario.
    ///
    /// # Errors
    ///
    /// Returns [`ScenarioError::Fault`] if one of them is invalid. Nothing changes then.
    pub fn load(&self, scenario: Scenario) -> Result<(), ScenarioError> {
        scenario.faults.iter().try_for_each(check)?;
        let mut inner = self.lock();
        inner.faults.clear();
        inner.chance = fastrand::Rng::with_seed(scenario.seed);
        for fault in scenario.faults {
            let id = inner.next;
            inner.next += 1;
            inner.faults.push(FaultState {
                id,
                matched: 0,
                struck: 0,
                on: true,
                fault,
            });
        }
        Ok(())
    }

    /// Reads a scenario from a JSON file of at most 4 MiB and replaces all faults by its faults.
    ///
    /// # Errors
    ///
    /// Returns [`ScenarioError`] if the file cannot be read, is malformed, or has an invalid fault.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<(), ScenarioError> {
        self.load(Scenario::read(path)?)
    }

    /// Enables or disables a fault. Returns `false` if it does not exist. Its counts continue from
    /// their last values.
    pub fn set_enabled(&self, id: FaultId, on: bool) -> bool {
        let mut inner = self.lock();
        let found = inner.faults.iter_mut().find(|state| state.id == id);
        found.map(|state| state.on = on).is_some()
    }

    /// Removes a fault. Returns `false` if it does not exist.
    pub fn remove(&self, id: FaultId) -> bool {
        let mut inner = self.lock();
        let before = inner.faults.len();
        inner.faults.retain(|state| state.id != id);
        inner.faults.len() < before
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.lock().faults.clear();
    }

    /// Returns the registered faults.
    pub fn list(&self) -> Vec<FaultState> {
        self.lock().faults.clone()
    }

    /// Returns the effects on a request, and counts the faults that affect it. Evaluates the
    /// credential only if a fault depends on it.
    pub(crate) fn plan(
        &self,
        method: &Method,
        path: &str,
        credential: impl FnOnce() -> Option<AcceptedCredential>,
    ) -> Plan {
        let mut plan = Plan::default();
        let mut inner = self.lock();
        let Inner { faults, chance, .. } = &mut *inner;
        let claimed = faults
            .iter()
            .any(|state| state.fault.credential.is_some())
            .then(credential)
            .flatten();
        for state in faults.iter_mut().filter(|state| state.on) {
            let fault = &state.fault;
            let for_it = fault
                .route
                .as_deref()
                .is_none_or(|route| matches(route, method, path))
                && fault
                    .credential
                    .as_ref()
                    .is_none_or(|wanted| wanted.means(claimed.as_ref()));
            if !for_it {
                continue;
            }
            state.matched += 1;
            if state.matched <= fault.skip || fault.times.is_some_and(|most| state.struck >= most) {
                continue;
            }
            if fault
                .probability
                .is_some_and(|probability| chance.f64() >= probability)
            {
                continue;
            }
            state.struck += 1;
            plan.add(&fault.effect);
        }
        plan
    }
}

pub(super) fn check(fault: &Fault) -> Result<(), ScenarioError> {
    let wrong = |reason: String| ScenarioError::Fault {
        effect: fault.effect.name(),
        reason,
    };
    if let Some(probability) = fault.probability
        && !(0.0..=1.0).contains(&probability)
    {
        return Err(wrong(format!(
            "probability {probability} is not between 0 and 1"
        )));
    }
    if let Some(route) = &fault.route
        && split(route).is_none()
    {
        let shown = redact::shown(route);
        return Err(wrong(format!("route '{shown}' is not a method and a path")));
    }
    fault.effect.check().map_err(wrong)
}

fn split(route: &str) -> Option<(&str, &str)> {
    let (method, path) = route.split_once(' ')?;
    let path = path.trim();
    (path == "*" || path.starts_with('/')).then_some((method, path))
}

/// Returns true if a route matches this request. `path` is below the base path.
pub(crate) fn matches(route: &str, method: &Method, path: &str) -> bool {
    split(route).is_some_and(|(wanted, start)| {
        (wanted == "*" || wanted.eq_ignore_ascii_case(method.as_str()))
            && (start == "*" || path.starts_with(start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Effect;

    fn struck(faults: &Faults, count: usize) -> Vec<bool> {
        (0..count)
            .map(|_| faults.plan(&Method::POST, "/responses", || None).locked)
            .collect()
    }

    #[test]
    fn counts_and_routes() {
        let faults = Faults::default();
        faults
            .add(
                Fault::new(Effect::Locked)
                    .route("POST /responses")
                    .after(1)
                    .times(2),
            )
            .unwrap();
        assert!(!faults.plan(&Method::GET, "/responses/r", || None).locked);
        assert!(!faults.plan(&Method::POST, "/conversations", || None).locked);
        assert_eq!(struck(&faults, 5), [false, true, true, false, false]);
        let state = &faults.list()[0];
        assert_eq!((state.matched, state.struck), (5, 2));
        assert!(faults.remove(state.id) && !faults.remove(state.id));
    }

    #[test]
    fn faults_are_disabled_and_enabled() {
        let faults = Faults::default();
        let id = faults.add(Fault::new(Effect::Locked).times(2)).unwrap();
        assert_eq!(struck(&faults, 1), [true]);
        assert!(faults.set_enabled(id, false));
        assert_eq!(struck(&faults, 2), [false, false]);
        assert!(faults.set_enabled(id, true));
        assert_eq!(struck(&faults, 2), [true, false]);
        assert!(!faults.set_enabled(id + 1, true));
    }

    #[test]
    fn random_faults_repeat_with_the_same_seed() {
        let run = |seed| {
            let faults = Faults::default();
            let mut scenario = Scenario {
                seed,
                ..Scenario::default()
            };
            scenario
                .faults
                .push(Fault::new(Effect::Locked).probability(0.3));
            faults.load(scenario).unwrap();
            struck(&faults, 1000)
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let hits = run(1).into_iter().filter(|hit| *hit).count();
        assert!((200..400).contains(&hits), "{hits}");
    }

    #[test]
    fn invalid_faults_are_rejected_by_name() {
        let faults = Faults::default();
        for (fault, word) in [
            (Fault::new(Effect::Locked).probability(2.0), "probability"),
            (Fault::new(Effect::Locked).route("responses"), "route"),
            (Fault::new(Effect::TokensPerSecond { rate: 0 }), "rate"),
            (Fault::new(Effect::Trickle { bytes: 0, ms: 1 }), "bytes"),
        ] {
            let error = faults.add(fault).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        let error = faults.load_file("/nowhere/scenario.json").unwrap_err();
        assert!(error.to_string().contains("/nowhere/scenario.json"));
        assert!(serde_json::from_str::<Scenario>(r#"{"fault": []}"#).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"effect": "explode"}"#).is_err());
    }
}
