//! What can be seen on this machine: settings, credential, region and project.

use std::path::PathBuf;

use oci_genai::{Endpoint, Region};
use oci_genai_auth::private_files::exposed;
use oci_genai_auth::{Credentials, OciConfig, SystemTimeSource, TimeSource as _};
use secrecy::ExposeSecret as _;

use super::local;
use super::probe::masked;
use super::report::{Diagnosis, Name, Step};
use crate::args::Auth;
use crate::private;
use crate::secrets::{quoted, short_path, shown};
use crate::settings::{self, ChosenRegion, Credential, Settings, Source, default_path};

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

pub(super) fn configuration(settings: &Settings) -> Step {
    let mut step = match &settings.file {
        Some(file) => match &file.profile {
            Some(profile) => Step::ok(
                Name::Configuration,
                format!(
                    "{}, profile {} (chosen by {})",
                    short_path(&file.path),
                    shown(&profile.value),
                    profile.source
                ),
            ),
            None => {
                let path = short_path(&file.path);
                let mut step = Step::ok(Name::Configuration, format!("{path}, no profile chosen"));
                if !file.names.is_empty() {
                    step.note(format!(
                        "Nothing of the file applies: choose one of its profiles ({}) with --context, or \
                         with a line `profile = \"{}\"` at its top.",
                        settings::shown_all(&file.names),
                        shown(&file.names[0]),
                    ));
                }
                step
            }
        },
        None => {
            let place = default_path().map_or_else(
                || "name one with --config".to_owned(),
                |path| format!("{} would be read", short_path(&path)),
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
            masked(key.value.expose_secret()),
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
            step = step.with(name, shown(&value.value), Some(value.source.to_string()));
        }
    }
    if let Ok(store) = settings.store_path() {
        step = step.with(
            "store",
            short_path(&store.value),
            Some(store.source.to_string()),
        );
        note_exposed(std::iter::once(store.value), &mut step);
    }
    note_variables(settings, &mut step);
    step
}

/// Variables that do something else than they seem to.
fn note_variables(settings: &Settings, step: &mut Step) {
    let env = settings.environment();
    for name in settings::VARIABLES {
        if env.is_quoted(name) {
            step.note(format!(
                "{name} has quotes around its value, which are left out here; other programs may \
                 take them for a part of it."
            ));
        }
    }
    let auth = &settings.auth;
    if let Some(word) = settings::variable(env, settings::CLI_AUTH)
        && auth.source != Source::Default
        && Auth::of_oracles_tools(&word) != Some(auth.value)
        && auth.value != Auth::Auto
    {
        step.note(format!(
            "{} asks for {}, and {} for {}: the latter counts.",
            settings::CLI_AUTH,
            shown(&word),
            auth.source,
            auth.value.name(),
        ));
    }
}

pub(super) fn credential(
    settings: &Settings,
    credential: &Credential,
    found: &Credentials,
) -> Step {
    let from = credential
        .source()
        .map(|source| format!(" from {source}"))
        .unwrap_or_default();
    let mut step = Step::ok(Name::Credential, format!("{}{from}", credential.kind()));
    if let Some(key) = found.api_key() {
        step = step.with("key", masked(key.expose()), None);
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
        let named = settings::variable(settings.environment(), "OCI_CONFIG_FILE");
        if named.is_some() && settings.oci_config.is_none() {
            step.note(
                "OCI_CONFIG_FILE counts only where ~/.oci/config does not exist, as with Oracle's \
                 libraries; OCI_CLI_CONFIG_FILE or --oci-config names another file in any case.",
            );
        }
        for key in ["tenancy", "user", "key_file", "security_token_file"] {
            if let Some(value) = profile.get(key) {
                step = step.with(
                    match key {
                        "key_file" => "key file",
                        "security_token_file" => "token file",
                        key => key,
                    },
                    shown(value),
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
        let files = [profile.key_file(), profile.security_token_file()];
        note_exposed(files.into_iter().flatten(), &mut step);
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

/// What to change where a value of the profile has a comment behind it: in that file it is part of
/// the value, and what then fails does not look like it.
pub(super) fn comment_behind_value(settings: &Settings) -> Option<String> {
    let path = settings.oci_config.as_ref().map(|path| path.value.as_str());
    let config = OciConfig::load(path, settings.environment()).ok()?;
    let profile = config.profile(&settings.oci_profile.value).ok()?;
    let keys = [
        "user",
        "tenancy",
        "fingerprint",
        "key_file",
        "security_token_file",
    ];
    let key = keys.into_iter().find(|key| {
        let value = profile.get(key).unwrap_or_default();
        value.contains(" ;") || value.contains(" #")
    })?;
    Some(format!(
        "take the comment out of the line `{key}` in the profile {} of {}: in that file all that \
         stands behind the `=` is the value",
        shown(profile.name()),
        config.path().map(short_path).unwrap_or_default(),
    ))
}

/// Names the files that others on this machine can read.
fn note_exposed(files: impl Iterator<Item = PathBuf>, step: &mut Step) {
    for found in files.filter_map(|file| exposed(&file)) {
        step.note(private::sentence(&found));
    }
}

/// Where requests go.
pub(super) struct Place {
    pub(super) endpoint: Endpoint,
    pub(super) base_url: Option<String>,
    pub(super) region: Option<Region>,
}

pub(super) fn endpoint(
    settings: &Settings,
    region: Option<ChosenRegion>,
) -> Result<(Step, Place), Diagnosis> {
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
                shown(&region.name),
                region.source
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
    if let Some(set) = &settings.region
        && set.source != named.source
    {
        step.note(format!(
            "The region {} ({}) is not used: a profile named by flag brings its own.",
            shown(&set.value),
            set.source
        ));
    }
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

fn find_region(named: &ChosenRegion) -> Result<Region, Diagnosis> {
    let from_oci_config = matches!(named.source, Source::OciConfig { .. });
    if from_oci_config && named.name.contains([';', '#', ' ']) {
        let text = format!(
            "take the comment out of the line `region` in {}: in that file all that stands behind the \
             `=` is the value, here {}",
            named.source,
            quoted(&named.name)
        );
        return Err(Diagnosis {
            step: Name::Region,
            cause: format!("{} is no region", quoted(&named.name)),
            change: text,
            exit: 2,
        });
    }
    named.resolve().map_err(|error| {
        let mut blame = local(Name::Region, &error);
        let said = named.source.to_string();
        if !blame.change.starts_with(&said) {
            blame.change = format!("correct the region ({said}): {}", blame.change);
        }
        blame
    })
}

/// Checks the project's OCID.
pub(super) fn project(
    settings: &Settings,
    region: Option<&Region>,
) -> Result<(Step, Option<String>), Diagnosis> {
    let Some(project) = &settings.project else {
        return Err(local(Name::Project, &settings::no_project()));
    };
    let ocid = &project.value;
    let found = format!("{} ({})", shown(ocid), project.source);
    let mut step = Step::ok(Name::Project, found);
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
