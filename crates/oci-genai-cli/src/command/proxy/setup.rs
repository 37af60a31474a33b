//! Builds the proxy's settings from the options.

use oci_genai::middleware::FailoverTarget;
use oci_genai::{Client, Endpoint, Passthrough, Region, RegionResolver};
use oci_genai_proxy::{ModelDiscovery, ModelInfo, ProxyConfig};

use crate::args::ProxyOptions;
use crate::error::Error;
use crate::output;
use crate::secrets::quoted;
use crate::settings::{Credential, Settings, no_region};

/// Version of the control plane, part of its base path.
const CONTROL_PLANE: &str = "/20231130";

/// Returns the transport, and the proxy's settings without the token.
pub(super) async fn setup(options: &ProxyOptions) -> Result<(Passthrough, ProxyConfig), Error> {
    let settings = Settings::resolve(&options.connection)?;
    let credential = settings.credential()?;
    let region = match settings.region_for(&credential).await? {
        Some(region) if settings.base_url.is_none() => Some(region.resolve()?),
        _ => None,
    };
    let mut client = Client::builder();
    client = match (&settings.base_url, &region) {
        (Some(url), _) => client.base_url(&url.value),
        (None, Some(region)) => client.region(region.clone()),
        (None, None) => return Err(no_region()),
    };
    match &settings.project {
        Some(project) => client = client.project(&project.value),
        None => output::note(
            "No project is set: each request must name one in an OpenAI-Project header. Set one with --project OCID.",
        ),
    }
    if let Some(compartment) = &settings.compartment {
        client = client.compartment(&compartment.value);
    }
    for text in &options.failover {
        let target = failover(text).map_err(|error| {
            let why = error.paragraph();
            Error::usage(format!("could not use --failover {}: {why}", quoted(text)))
        })?;
        client = client.failover(target);
    }
    let upstream = client
        .auth(credential.clone().into_provider())
        .max_request_bytes(options.max_body_bytes)
        .build_passthrough()?;
    let mut config = ProxyConfig::default();
    config.allow_hosts.clone_from(&options.allow_host);
    config.allow_origins.clone_from(&options.allow_origin);
    config.max_body_bytes = options.max_body_bytes;
    config.max_in_flight = options.max_in_flight;
    config.retries = options.retries;
    config.failover = !options.failover.is_empty();
    for (from, to) in &options.map {
        config.models_map.insert(from, to);
    }
    config.models = models(options, &settings)?;
    if options.models.is_none() {
        config.discovery = discovery(&settings, credential, &upstream, region)?;
    }
    Ok((upstream, config))
}

/// Another region, or base URL, and the project there.
fn failover(text: &str) -> Result<FailoverTarget, Error> {
    let (place, project) = match text.split_once('=') {
        Some((place, project)) => (place, Some(project)),
        None => (text, None),
    };
    let endpoint = match place.contains("://") {
        true => Endpoint::from_url(place)?,
        false => Endpoint::builder(RegionResolver::from_env()?.resolve(place)?).build()?,
    };
    let target = FailoverTarget::new(endpoint);
    Ok(match project {
        Some(project) => target.project(project)?,
        None => target,
    })
}

/// The models that are known without asking anybody.
fn models(options: &ProxyOptions, settings: &Settings) -> Result<Vec<ModelInfo>, Error> {
    let mut models: Vec<ModelInfo> = Vec::new();
    if let Some(path) = &options.models {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io("read", path, error))?;
        models = ModelInfo::parse_list(&text).map_err(|problem| {
            Error::file("list of models", path, std::io::Error::other(problem))
        })?;
    }
    models.extend(options.listed.0.iter().map(ModelInfo::new));
    if models.is_empty() {
        models.push(ModelInfo::new(&settings.model.value));
    }
    Ok(models)
}

/// Returns the control plane's list, which requires signing credentials and a compartment.
fn discovery(
    settings: &Settings,
    credential: Credential,
    upstream: &Passthrough,
    region: Option<Region>,
) -> Result<Option<ModelDiscovery>, Error> {
    let Some(region) = region.filter(|_| upstream.signs_bodies()) else {
        return Ok(None);
    };
    let given = settings.compartment.as_ref();
    let tenancy = credential
        .profile()
        .and_then(|profile| profile.tenancy().ok());
    let compartment = given.map(|given| given.value.as_str()).or(tenancy);
    let Some(compartment) = compartment.map(str::to_owned) else {
        return Ok(None);
    };
    let origin = upstream.endpoint().origin();
    let origin = origin.replacen("://inference.generativeai.", "://generativeai.", 1);
    let service = Client::builder()
        .base_url(format!("{origin}{CONTROL_PLANE}"))
        .auth(credential.into_provider())
        .build_passthrough()?;
    let discovery = ModelDiscovery::new(service, &compartment, Some(region.id()));
    Ok(Some(discovery))
}
