//! `doctor`: whether the settings work, and if not, the one thing to change.
//!
//! 1. what stands in the settings, and where; 2. the credential; 3. the region and its endpoint;
//! 4. a request that counts tokens, and unless `--free` is set a small model call, both watched on the wire;
//! 5. what their answers say, read together with the rest.

mod diagnose;
mod gateway_probe;
mod local_checks;
mod probe;
mod remote_checks;
mod report;

use self::probe::Watch;
use self::report::{Diagnosis, Name, Report};
use super::stoppable;
use crate::args;
use crate::error::Error;
use crate::output;
use crate::settings::Settings;
use crate::terminal::Spinner;

pub(crate) async fn run(options: &args::Doctor) -> Result<(), Error> {
    if options.probe {
        output::note(&gateway_probe::announcement());
    }
    let spinner = Spinner::start("Reading settings");
    let examined = async { Ok(examine(options, &spinner).await.finish()) };
    let mut report = stoppable(examined).await?;
    if options.probe && report.ok {
        let settings = Settings::resolve(&options.connection)?;
        let credential = settings.credential()?;
        report.probed(gateway_probe::probe(&settings, &credential, &spinner).await?);
    }
    drop(spinner);
    if options.probe && report.probe.is_none() {
        output::note("Not probed: what failed has to be put right first.");
    }
    if options.json {
        output::json(&report)?;
    } else {
        output::line(&report.text(output::columns()));
    }
    match report.exit {
        0 => Ok(()),
        code => Err(Error::AlreadyReported(code)),
    }
}

async fn examine(options: &args::Doctor, spinner: &Spinner) -> Report {
    let mut report = Report::new();
    let settings = match Settings::resolve(&options.connection) {
        Ok(settings) => settings,
        Err(error) => {
            report.blame(local(Name::Configuration, &error));
            return report;
        }
    };
    report.add(local_checks::configuration(&settings));

    spinner.say("Looking for the credential");
    let credential = match settings.credential() {
        Ok(credential) => Some(credential),
        Err(error) => {
            let mut blame = no_credential(&error);
            let of_profile = blame.cause.starts_with("the profile `");
            if let Some(change) =
                local_checks::comment_behind_value(&settings).filter(|_| of_profile)
            {
                blame.change = change;
            }
            report.blame(blame);
            None
        }
    };
    let (mut provided, mut has_ended) = (None, false);
    if let Some(credential) = &credential {
        match credential.provide().await {
            Ok(credentials) => {
                report.add(local_checks::credential(
                    &settings,
                    credential,
                    &credentials,
                ));
                provided = Some(credentials);
            }
            Err(error) => {
                has_ended = error.is_token();
                report.blame(diagnose::credential(&error));
            }
        }
    }
    let region = match &credential {
        Some(credential) => match settings.region_for(credential).await {
            Ok(region) => region,
            Err(error) if provided.is_some() => {
                report.blame(local(Name::Region, &error));
                return report;
            }
            // What is wrong with the credential has been said.
            Err(_) => None,
        },
        None => settings.region.clone().map(Into::into),
    };
    if provided.is_none() && region.is_none() && settings.base_url.is_none() {
        // The credential may bring a region along: nothing is wrong with it yet.
        return report;
    }
    let place = match local_checks::endpoint(&settings, region) {
        Ok((step, place)) => {
            report.add(step);
            place
        }
        Err(blame) => {
            report.blame(blame);
            return report;
        }
    };
    let doubt = match local_checks::project(&settings, place.region.as_ref()) {
        Ok((step, doubt)) => {
            report.add(step);
            doubt
        }
        Err(blame) => {
            report.blame(blame);
            None
        }
    };
    let watch = Watch::default();
    let ready = credential.as_ref().zip(provided.as_ref());
    match ready.filter(|_| report.ok) {
        Some((credential, credentials)) => {
            let facts = remote_checks::facts(&settings, credential, credentials, &place, doubt);
            remote_checks::ask(
                options,
                &settings,
                credential,
                facts,
                &watch,
                &mut report,
                spinner,
            )
            .await;
        }
        // The endpoint also answers requests without credentials, and sends its time.
        None => remote_checks::reach(&place, has_ended, &watch, &mut report, spinner).await,
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
fn local(step: Name, error: &Error) -> Diagnosis {
    let text = error.paragraph();
    Diagnosis {
        step,
        cause: text.clone(),
        change: text,
        exit: error.exit_code(),
    }
}

fn no_credential(error: &Error) -> Diagnosis {
    match error {
        Error::Auth(error) => diagnose::credential(error),
        error => local(Name::Credential, error),
    }
}
