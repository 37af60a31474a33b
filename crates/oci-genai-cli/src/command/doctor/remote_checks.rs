//! What can be learned from the service only: whether it is there, what time it has, and what it says.

use std::net::IpAddr;
use std::time::Duration;

use oci_genai::{Client, RetryConfig};
use oci_genai_auth::{AuthLayer, Credentials, Profile};
use tower_layer::Stack;

use super::diagnose::{self, Facts, Identity, MAX_SKEW};
use super::local;
use super::local_checks::Place;
use super::probe::{Exchange, Watch};
use super::report::{Diagnosis, Name, Report, Step};
use crate::args;
use crate::error::{Error, chain};
use crate::secrets::shown;
use crate::settings::{self, Credential, Settings};
use crate::terminal::Spinner;

/// Models that reason think before they say anything.
const PATIENCE: Duration = Duration::from_secs(120);
/// Clocks that differ by less, in seconds, agree: dates are in whole seconds, and answers take time.
const NOISE: i64 = 5;

pub(super) fn facts(
    settings: &Settings,
    credential: &Credential,
    found: &Credentials,
    place: &Place,
    project_doubt: Option<String>,
) -> Facts {
    let source = credential.source();
    let from = source
        .map(|source| format!(" from {source}"))
        .unwrap_or_default();
    let identity = match (found.signer(), credential.profile()) {
        (None, _) => Identity::ApiKey,
        (Some(signer), profile) => match signer.key_id().kind() {
            oci_genai_auth::signing::KeyIdKind::Token => match profile {
                Some(profile) => Identity::Session(new_session(Some(profile), profile.name())),
                // The default chain found it where OCI_CLI_AUTH says.
                None if credential.kind() == "security token" => {
                    Identity::Session(new_session(None, &settings.oci_profile.value))
                }
                None => Identity::Principal,
            },
            _ => Identity::SigningKey(signer.key_id().to_string()),
        },
    };
    let project = settings.project.as_ref();
    Facts {
        credential: format!("{}{from}", credential.kind()),
        identity,
        clock_ahead: None,
        region: place.region.as_ref().map(|region| region.id().to_owned()),
        project_doubt,
        project_source: project.map_or_else(String::new, |project| project.source.to_string()),
        has_compartment: settings.compartment.is_some(),
        model: settings.model.value.clone(),
        is_default_model: settings.model.value == settings::DEFAULT_MODEL,
        origin: place.endpoint.origin().to_owned(),
        base_path: place.endpoint.path().to_owned(),
        proxy: proxy(settings, place.endpoint.origin()),
        base_url: place.base_url.clone(),
        asked: false,
    }
}

/// How a profile gets a new token. Those of an identity provider's exchange have no user, and
/// nobody can log in for them in a browser.
fn new_session(profile: Option<&Profile>, name: &str) -> String {
    let user = profile.and_then(|profile| profile.get("user"));
    let user = user.unwrap_or_default();
    if user.trim().eq_ignore_ascii_case("not used") {
        return "run again what exchanged an identity provider's token for this profile".to_owned();
    }
    format!(
        "log in again with `oci session authenticate --profile-name {}`",
        shown(name)
    )
}

/// The variable that names a proxy for this origin. This machine is reached without one; what
/// `NO_PROXY` excepts is not looked at.
fn proxy(settings: &Settings, origin: &str) -> Option<&'static str> {
    if is_this_machine(origin) {
        return None;
    }
    let names = if origin.starts_with("https:") {
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    } else {
        ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
    };
    let env = settings.environment();
    names
        .into_iter()
        .find(|name| settings::variable(env, name).is_some())
}

fn is_this_machine(origin: &str) -> bool {
    let uri: Option<http::Uri> = origin.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let name = host.to_ascii_lowercase();
    address
        .parse()
        .is_ok_and(|address: IpAddr| address.is_loopback())
        || name == "localhost"
        || name.ends_with(".localhost")
}

/// Reaches for the service without saying who asks: the network and the clock.
///
/// A token that seems to have ended (`has_ended`) may only seem so, by a clock that is ahead.
pub(super) async fn reach(
    place: &Place,
    has_ended: bool,
    watch: &Watch,
    report: &mut Report,
    spinner: &Spinner,
) {
    spinner.say("Reaching for the service");
    let client = Client::builder()
        .base_url(place.endpoint.as_str())
        .auth_layer(watch.clone())
        .retry(RetryConfig::new().max_attempts(1))
        .attempt_timeout(PATIENCE)
        .build();
    let Ok(client) = client else { return };
    // Refused, as it should be: what counts is that somebody answers.
    let answer = client.responses().count_input_tokens("ping").await;
    let exchanges = watch.seen();
    let Some(last) = exchanges.last().filter(|last| last.status.is_some()) else {
        if let Err(error) = answer {
            let mut step = Step::ok(Name::Network, chain(&error));
            step.note("There was no connection either.");
            report.add(step);
        }
        return;
    };
    report.add(network(place.endpoint.origin(), last));
    let ahead = last.clock_ahead_seconds;
    report.add(clock(ahead, true));
    if let Some(ahead) = ahead.filter(|ahead| has_ended && ahead.abs() > MAX_SKEW) {
        report.change = None;
        report.blame(Diagnosis {
            step: Name::Clock,
            cause: diagnose::off(ahead),
            change: diagnose::set_the_clock(ahead),
            exit: 2,
        });
    }
}

/// Asks for real, and finds out what a failure is due to.
pub(super) async fn ask(
    options: &args::Doctor,
    settings: &Settings,
    credential: &Credential,
    mut facts: Facts,
    watch: &Watch,
    report: &mut Report,
    spinner: &Spinner,
) {
    let client = match client(settings, credential, watch).await {
        Ok(client) => client,
        Err(error) => {
            report.blame(local(step_of(&error), &error));
            return;
        }
    };
    spinner.say("Counting tokens");
    let counted = client
        .responses()
        .count_input_tokens("Say the word ok.")
        .await;
    tell_the_way(&facts, watch, report);
    facts.clock_ahead = ahead(watch);
    let undecided = match &counted {
        Err(error) if !diagnose::is_undecided(error) => {
            report.blame(diagnose::call(error, &facts));
            report.requests = last(watch);
            return;
        }
        Err(error) => Some(error),
        Ok(_) => None,
    };
    if options.free {
        let step = match undecided {
            None => Step::ok(
                Name::Model,
                format!("{} was not asked (--free)", facts.model),
            ),
            Some(error) => {
                let mut blame = diagnose::call(error, &facts);
                blame.change = format!("run doctor without --free to be sure; {}", blame.change);
                report.blame(blame);
                report.requests = last(watch);
                return;
            }
        };
        report.add(step);
        report.requests = last(watch);
        return;
    }
    spinner.say(format!("Asking {}", facts.model));
    facts.asked = true;
    let answer = client
        .responses()
        .create("Say the word ok.")
        .max_output_tokens(16)
        .store(false)
        .await;
    facts.clock_ahead = ahead(watch);
    match answer {
        Ok(response) => {
            let usage = response.usage.map_or_else(String::new, |usage| {
                format!(
                    ", for {} tokens in and {} out",
                    usage.input_tokens, usage.output_tokens
                )
            });
            report.add(Step::ok(
                Name::Model,
                format!("{} answers{usage}", facts.model),
            ));
        }
        Err(error) => report.blame(diagnose::call(&error, &facts)),
    }
    report.requests = last(watch);
}

pub(super) async fn client(
    settings: &Settings,
    credential: &Credential,
    watch: &Watch,
) -> Result<Client, Error> {
    let auth = AuthLayer::new(credential.clone().into_provider());
    Ok(settings
        .builder(credential)
        .await?
        .auth_layer(Stack::new(watch.clone(), auth))
        .retry(RetryConfig::new().max_attempts(1))
        .attempt_timeout(PATIENCE)
        .timeout(PATIENCE)
        .build()?)
}

/// The step that a setting belongs to which cannot be sent.
fn step_of(error: &Error) -> Name {
    let text = error.to_string();
    if text.contains("model") {
        Name::Model
    } else if text.contains("project") || text.contains("compartment") {
        Name::Project
    } else {
        Name::Configuration
    }
}

/// What the first answer says of network and clock.
fn tell_the_way(facts: &Facts, watch: &Watch, report: &mut Report) {
    let exchanges = watch.seen();
    let Some(last) = exchanges.last().filter(|last| last.status.is_some()) else {
        return;
    };
    report.add(network(&facts.origin, last));
    report.add(clock(
        last.clock_ahead_seconds,
        facts.identity != Identity::ApiKey,
    ));
}

fn network(origin: &str, exchange: &Exchange) -> Step {
    Step::ok(
        Name::Network,
        format!("{origin} answered within {} ms", exchange.milliseconds),
    )
}

fn clock(ahead: Option<i64>, signs: bool) -> Step {
    let Some(ahead) = ahead else {
        let mut step = Step::ok(Name::Clock, "not known");
        step.note("The answer has no date to compare this machine's clock with.");
        return step;
    };
    if ahead.abs() <= NOISE {
        return Step::ok(Name::Clock, "agrees with the service's");
    }
    let mut step = Step::ok(Name::Clock, diagnose::off(ahead));
    if ahead.abs() > MAX_SKEW && !signs {
        step.note("API keys do not mind; signed requests would be refused.");
    } else if ahead.abs() > 60 {
        step.note(format!(
            "Signatures more than {MAX_SKEW} seconds off are refused."
        ));
    }
    step
}

/// How far the service's clock is ahead, by its last answer.
fn ahead(watch: &Watch) -> Option<i64> {
    watch.seen().last()?.clock_ahead_seconds
}

/// The last request: the one that decided.
fn last(watch: &Watch) -> Vec<Exchange> {
    watch.seen().pop().into_iter().collect()
}
