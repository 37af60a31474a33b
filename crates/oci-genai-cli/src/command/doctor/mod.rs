//! `doctor`: whether the settings work, and if not, the one thing to change.
//!
//! 1. what stands in the settings, and where; 2. the credential; 3. the region and its endpoint;
//! 4. a request that counts tokens, and unless told otherwise a tiny question, both watched on the wire;
//! 5. what their answers say, read together with the rest.

mod explain;
mod probe;
mod report;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use oci_genai::{Client, Endpoint, Region, RegionResolver, RetryConfig};
use oci_genai_auth::{AuthLayer, Credentials, SystemTimeSource, TimeSource as _};
use secrecy::ExposeSecret as _;

use self::explain::{Facts, Identity, MAX_SKEW};
use self::probe::{Exchange, Probe, Seen, mask};
use self::report::{Blame, Name, Report, Step};
use crate::args;
use crate::error::{Error, chain};
use crate::output;
use crate::settings::{self, Credential, Settings, Source, Sourced, default_path, shown};

/// Where Oracle documents the Responses and Conversations APIs to be; the list grows.
const DOCUMENTED: [&str; 9] = [
    "us-ashburn-1",
    "us-chicago-1",
    "us-phoenix-1",
    "sa-saopaulo-1",
    "eu-frankfurt-1",
    "uk-london-1",
    "me-riyadh-1",
    "ap-hyderabad-1",
    "ap-osaka-1",
];

/// Models that reason think before they say anything.
const PATIENCE: Duration = Duration::from_secs(120);
/// Clocks that differ by less, in seconds, agree: dates are in whole seconds, and answers take time.
const NOISE: i64 = 5;

pub(crate) async fn run(options: &args::Doctor) -> Result<(), Error> {
    let spinner = spinner();
    let report = examine(options, &spinner).await.finish();
    spinner.finish_and_clear();
    if options.json {
        output::json(&report)?;
    } else {
        output::line(&report.text(output::columns()));
    }
    match report.exit {
        0 => Ok(()),
        code => Err(Error::Told(code)),
    }
}

/// Turns on a terminal, and is nothing elsewhere.
fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

async fn examine(options: &args::Doctor, spinner: &ProgressBar) -> Report {
    let mut report = Report::new();
    spinner.set_message("reading settings");
    let settings = match Settings::resolve(&options.connection) {
        Ok(settings) => settings,
        Err(error) => {
            report.blame(local(Name::Configuration, &error));
            return report;
        }
    };
    report.add(configuration(&settings));

    spinner.set_message("looking for the credential");
    let credential = match settings.credential() {
        Ok(credential) => Some(credential),
        Err(error) => {
            report.blame(no_credential(&error));
            None
        }
    };
    let (mut provided, mut has_ended) = (None, false);
    if let Some(credential) = &credential {
        match credential.provide().await {
            Ok(credentials) => {
                report.add(credential_step(&settings, credential, &credentials));
                provided = Some(credentials);
            }
            Err(error) => {
                has_ended = error.is_token();
                report.blame(explain::credential(&error));
            }
        }
    }
    let region = match &credential {
        Some(credential) => settings.region_for(credential),
        None => settings.region.clone(),
    };
    let place = match endpoint(&settings, region) {
        Ok((step, place)) => {
            report.add(step);
            place
        }
        Err(blame) => {
            report.blame(blame);
            return report;
        }
    };
    let doubt = match project(&settings, place.region.as_ref()) {
        Ok((step, doubt)) => {
            report.add(step);
            doubt
        }
        Err(blame) => {
            report.blame(blame);
            None
        }
    };
    let seen = Seen::default();
    let ready = credential.as_ref().zip(provided.as_ref());
    match ready.filter(|_| report.ok) {
        Some((credential, credentials)) => {
            let facts = facts(&settings, credential, credentials, &place, doubt);
            ask(
                options,
                &settings,
                credential,
                facts,
                &seen,
                &mut report,
                spinner,
            )
            .await;
        }
        // Who cannot be asked as somebody can still be reached, and tells the time.
        None => reach(&place, has_ended, &seen, &mut report, spinner).await,
    }
    if report.is_blamed(Name::Credential)
        || report.is_blamed(Name::Clock)
        || report.is_blamed(Name::Network)
    {
        report.doubt(Name::Project);
    }
    report
}

/// A failure that was found on this machine.
fn local(step: Name, error: &Error) -> Blame {
    let text = error.paragraph();
    Blame {
        step,
        cause: text.clone(),
        change: text,
        exit: error.exit_code(),
    }
}

fn no_credential(error: &Error) -> Blame {
    match error {
        Error::Auth(error) => explain::credential(error),
        error => local(Name::Credential, error),
    }
}

fn configuration(settings: &Settings) -> Step {
    let mut step = match &settings.file {
        Some(file) => match &file.profile {
            Some(profile) => Step::ok(
                Name::Configuration,
                format!(
                    "{}, profile {} (chosen by {})",
                    shown(&file.path),
                    profile.value,
                    profile.source
                ),
            ),
            None => {
                let path = shown(&file.path);
                let mut step = Step::ok(Name::Configuration, format!("{path}, no profile chosen"));
                if !file.names.is_empty() {
                    step.note(format!(
                        "Nothing of the file applies: choose one of its profiles ({}) with --use, or \
                         with a line `profile = \"{}\"` at its top.",
                        file.names.join(", "),
                        file.names[0],
                    ));
                }
                step
            }
        },
        None => {
            let place = default_path().map_or_else(
                || "name one with --config".to_owned(),
                |path| format!("{} would be read", shown(&path)),
            );
            Step::ok(
                Name::Configuration,
                format!("no configuration file; {place}"),
            )
        }
    };
    let auth = &settings.auth;
    step = step.with("auth", auth.value.name(), Some(auth.source.to_string()));
    if let Some(key) = &settings.api_key {
        step = step.with(
            "API key",
            mask(key.value.expose_secret()),
            Some(key.source.to_string()),
        );
    }
    let rest = [
        ("region", settings.region.as_ref()),
        ("base URL", settings.base_url.as_ref()),
        ("project", settings.project.as_ref()),
        ("compartment", settings.compartment.as_ref()),
        ("model", Some(&settings.model)),
        ("OCI config", settings.oci_config.as_ref()),
        ("OCI profile", Some(&settings.oci_profile)),
    ];
    for (name, value) in rest {
        if let Some(value) = value {
            step = step.with(name, &value.value, Some(value.source.to_string()));
        }
    }
    if let Ok(store) = settings.store_path() {
        step = step.with("store", shown(&store.value), Some(store.source.to_string()));
    }
    step
}

fn credential_step(settings: &Settings, credential: &Credential, found: &Credentials) -> Step {
    let from = credential
        .source()
        .map(|source| format!(" from {source}"))
        .unwrap_or_default();
    let mut step = Step::ok(Name::Credential, format!("{}{from}", credential.kind()));
    if let Some(key) = found.api_key() {
        step = step.with("key", mask(key.expose()), None);
        if !key.expose().starts_with("sk-") {
            step.note("Generative AI API keys begin with sk-; this one does not. Was something else copied?");
        }
    }
    if let Some(signer) = found.signer() {
        step = step.with("key id", signer.key_id().to_string(), None).with(
            "fingerprint",
            signer.public_key().fingerprint(),
            None,
        );
    }
    if let Some(profile) = credential.profile() {
        for key in ["tenancy", "user", "key_file", "security_token_file"] {
            if let Some(value) = profile.get(key) {
                step = step.with(
                    match key {
                        "key_file" => "key file",
                        "security_token_file" => "token file",
                        key => key,
                    },
                    value,
                    None,
                );
            }
        }
        let written = profile.get("fingerprint").unwrap_or_default();
        if written.bytes().any(|byte| byte.is_ascii_uppercase()) {
            step.note(
                "`fingerprint` is written in upper case, which Oracle's own tools refuse; it is used \
                 in lower case here.",
            );
        }
        if let Ok(file) = profile.key_file()
            && is_open_to_others(&file)
        {
            step.note(format!(
                "Others on this machine may read {}: `chmod 600` it.",
                shown(&file)
            ));
        }
    }
    if let Some(end) = found.expires_at() {
        let left = end
            .duration_since(SystemTimeSource.now())
            .unwrap_or_default();
        step = step.with(
            "good until",
            format!(
                "{} ({} minutes)",
                httpdate::fmt_http_date(end),
                left.as_secs() / 60
            ),
            None,
        );
    }
    let key_unused = settings.api_key.is_some() && found.api_key().is_none();
    if key_unused {
        step.note("OCI_GENAI_API_KEY is set, but not used: the profile or kind was named.");
    }
    step
}

#[cfg(unix)]
fn is_open_to_others(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &std::path::Path) -> bool {
    false
}

/// Where requests go.
struct Place {
    endpoint: Endpoint,
    base_url: Option<String>,
    region: Option<Region>,
}

fn endpoint(settings: &Settings, region: Option<Sourced<String>>) -> Result<(Step, Place), Blame> {
    let wrong = |error: oci_genai::Error| local(Name::Region, &error.into());
    let found = match &region {
        Some(region) => match find_region(region) {
            Ok(found) => Some(found),
            // A base URL takes the region's place, so nothing hangs on its name.
            Err(_) if settings.base_url.is_some() => None,
            Err(blame) => return Err(blame),
        },
        None => None,
    };
    if let Some(url) = &settings.base_url {
        let endpoint = Endpoint::from_url(&url.value).map_err(|error| {
            let mut blame = wrong(error);
            blame.change = format!("correct {}: {}", url.source, blame.change);
            blame
        })?;
        let mut step = Step::ok(
            Name::Region,
            format!("base URL {} ({})", endpoint.as_str(), url.source),
        );
        if let Some(region) = &region {
            step.note(format!(
                "The region {} ({}) is not used: the base URL takes its place.",
                region.value, region.source
            ));
        }
        let place = Place {
            endpoint,
            base_url: Some(url.source.to_string()),
            region: found,
        };
        return Ok((step, place));
    }
    let (Some(found), Some(named)) = (found, region) else {
        return Err(local(Name::Region, &settings::no_region()));
    };
    let endpoint = Endpoint::builder(found.clone()).build().map_err(wrong)?;
    let realm = found.realm().map_or_else(
        || "of no known realm".to_owned(),
        |realm| format!("realm {realm}"),
    );
    let mut step = Step::ok(Name::Region, format!("{found} ({}), {realm}", named.source)).with(
        "endpoint",
        endpoint.as_str(),
        None,
    );
    if !DOCUMENTED.contains(&found.id()) {
        step.note(format!(
            "{found} is not among the regions that Oracle documents for this API; the nearest to try \
             are {}.",
            DOCUMENTED[..3].join(", ")
        ));
    }
    let place = Place {
        endpoint,
        base_url: None,
        region: Some(found),
    };
    Ok((step, place))
}

fn find_region(named: &Sourced<String>) -> Result<Region, Blame> {
    let from_oci_config = matches!(named.source, Source::OciConfig { .. });
    if from_oci_config && named.value.contains([';', '#', ' ']) {
        let text = format!(
            "take the comment out of the line `region` in {}: in that file all that stands behind the \
             `=` is the value, here {:?}",
            named.source, named.value
        );
        return Err(Blame {
            step: Name::Region,
            cause: format!("{:?} is no region", named.value),
            change: text,
            exit: 2,
        });
    }
    let resolver = RegionResolver::from_env();
    resolver
        .and_then(|resolver| resolver.resolve(&named.value))
        .map_err(|error| {
            let mut blame = local(Name::Region, &error.into());
            blame.change = format!("correct the region ({}): {}", named.source, blame.change);
            blame
        })
}

/// The project as far as its OCID tells, and what is doubtful about it.
fn project(settings: &Settings, region: Option<&Region>) -> Result<(Step, Option<String>), Blame> {
    let Some(project) = &settings.project else {
        return Err(local(Name::Project, &settings::no_project()));
    };
    let ocid = &project.value;
    let mut step = Step::ok(Name::Project, format!("{ocid} ({})", project.source));
    let parts: Vec<&str> = ocid.split('.').collect();
    let doubt = match parts.as_slice() {
        ["ocid1", "generativeaiproject", _, home, _, ..] => {
            let home = Region::known(home);
            match (home, region) {
                (Some(home), Some(region)) if home.id() != region.id() => Some(format!(
                    "It is a project of {home}, and requests go to {region}."
                )),
                _ => None,
            }
        }
        ["ocid1", kind, ..] => Some(format!(
            "It is the OCID of a {kind}, and a project's begins with ocid1.generativeaiproject."
        )),
        _ => Some(
            "It is no OCID of a project, which begins with ocid1.generativeaiproject.".to_owned(),
        ),
    };
    if let Some(doubt) = &doubt {
        step.note(doubt);
    }
    Ok((step, doubt))
}

fn facts(
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
                Some(profile) => Identity::Session(format!(
                    "oci session authenticate --profile-name {}",
                    profile.name()
                )),
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
        refresh: None,
        region: place.region.as_ref().map(|region| region.id().to_owned()),
        project_doubt,
        project_source: project.map_or_else(String::new, |project| project.source.to_string()),
        has_compartment: settings.compartment.is_some(),
        model: settings.model.value.clone(),
        is_default_model: settings.model.value == settings::DEFAULT_MODEL,
        origin: place.endpoint.origin().to_owned(),
        base_path: place.endpoint.path().to_owned(),
        base_url: place.base_url.clone(),
        asked: false,
    }
}

/// Reaches for the service without saying who asks: the network and the clock.
///
/// A token that seems to have ended (`has_ended`) may only seem so, by a clock that is ahead.
async fn reach(
    place: &Place,
    has_ended: bool,
    seen: &Seen,
    report: &mut Report,
    spinner: &ProgressBar,
) {
    spinner.set_message("reaching for the service");
    let probe = Probe {
        auth: None,
        seen: seen.clone(),
    };
    let client = Client::builder()
        .base_url(place.endpoint.as_str())
        .auth_layer(probe)
        .retry(RetryConfig::new().max_attempts(1))
        .attempt_timeout(PATIENCE)
        .build();
    let Ok(client) = client else { return };
    // Refused, as it should be: what counts is that somebody answers.
    let answer = client.responses().count_input_tokens("ping").await;
    let exchanges = seen.exchanges();
    let Some(last) = exchanges.last().filter(|last| last.status.is_some()) else {
        if let Err(error) = answer {
            let mut step = Step::ok(Name::Network, chain(&error));
            step.note("No connection came about either.");
            report.add(step);
        }
        return;
    };
    report.add(network(place.endpoint.origin(), last));
    let ahead = last.clock_ahead_seconds;
    report.add(clock(ahead, true));
    if let Some(ahead) = ahead.filter(|ahead| has_ended && ahead.abs() > MAX_SKEW) {
        report.change = None;
        report.blame(Blame {
            step: Name::Clock,
            cause: explain::off(ahead),
            change: explain::set_the_clock(ahead),
            exit: 2,
        });
    }
}

/// Asks for real, and finds out what a failure is due to.
async fn ask(
    options: &args::Doctor,
    settings: &Settings,
    credential: &Credential,
    mut facts: Facts,
    seen: &Seen,
    report: &mut Report,
    spinner: &ProgressBar,
) {
    let client = match client(settings, credential, seen) {
        Ok(client) => client,
        Err(error) => {
            report.blame(local(step_of(&error), &error));
            return;
        }
    };
    spinner.set_message("counting tokens");
    let counted = client
        .responses()
        .count_input_tokens("Say the word ok.")
        .await;
    tell_the_way(&facts, seen, report);
    facts.clock_ahead = seen.clock_ahead();
    facts.refresh = seen.refresh_failure();
    let undecided = match &counted {
        Err(error) if !explain::is_undecided(error) => {
            report.blame(explain::call(error, &facts));
            report.requests = last(seen);
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
                let mut blame = explain::call(error, &facts);
                blame.change = format!("run doctor without --free to be sure; {}", blame.change);
                report.blame(blame);
                report.requests = last(seen);
                return;
            }
        };
        report.add(step);
        report.requests = last(seen);
        return;
    }
    spinner.set_message(format!("asking {}", facts.model));
    facts.asked = true;
    let answer = client
        .responses()
        .create("Say the word ok.")
        .max_output_tokens(16)
        .store(false)
        .await;
    facts.clock_ahead = seen.clock_ahead();
    facts.refresh = seen.refresh_failure();
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
        Err(error) => report.blame(explain::call(&error, &facts)),
    }
    report.requests = last(seen);
}

fn client(settings: &Settings, credential: &Credential, seen: &Seen) -> Result<Client, Error> {
    let probe = Probe {
        auth: Some(AuthLayer::new(credential.clone().into_provider())),
        seen: seen.clone(),
    };
    Ok(settings
        .builder(credential)?
        .auth_layer(probe)
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
fn tell_the_way(facts: &Facts, seen: &Seen, report: &mut Report) {
    let exchanges = seen.exchanges();
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
    let mut step = Step::ok(Name::Clock, explain::off(ahead));
    if ahead.abs() > MAX_SKEW && !signs {
        step.note("API keys do not mind; signed requests would be refused.");
    } else if ahead.abs() > 60 {
        step.note(format!(
            "Signatures more than {MAX_SKEW} seconds off are refused."
        ));
    }
    step
}

/// The last request: the one that decided.
fn last(seen: &Seen) -> Vec<Exchange> {
    seen.exchanges().pop().into_iter().collect()
}
