//! The list of models.

use oci_genai_proxy::{ModelDiscovery, ModelInfo};
use reqwest::Client;
use serde_json::{Value, json};

use crate::support::{Plan, Running, Upstream, proxy};

async fn get(running: &Running, path: &str) -> (u16, Value) {
    let url = format!("http://{}{path}", running.address());
    let response = Client::new().get(url).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn ids(list: &Value) -> Vec<&str> {
    assert_eq!(list["object"], "list");
    let data = list["data"].as_array().unwrap();
    data.iter()
        .map(|model| model["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn there_is_always_a_list() {
    let upstream = Upstream::start().await;
    let bare = proxy(upstream.with_key(), |_, _| {}).await;
    for path in ["/v1/models", "/openai/v1/models/"] {
        assert_eq!(
            get(&bare, path).await,
            (200, json!({"object": "list", "data": []}))
        );
    }
    let running = proxy(upstream.with_key(), |config, _| {
        config.models = vec![
            ModelInfo::new("openai.gpt-oss-120b"),
            ModelInfo::new("mine"),
        ];
        config.models_map.insert("gpt-4o", "openai.gpt-oss-120b");
        config.models_map.insert("mine", "openai.gpt-oss-120b");
    })
    .await;
    let (_, list) = get(&running, "/v1/models").await;
    assert_eq!(ids(&list), ["openai.gpt-oss-120b", "mine", "gpt-4o"]);
    assert_eq!(list["data"][0]["owned_by"], "openai");
    assert_eq!(list["data"][0]["object"], "model");
    for (path, id) in [
        ("/v1/models/gpt-4o", "gpt-4o"),
        ("/v1/models/a%2Fb.c", "a/b.c"),
        ("/v1/models/meta/llama", "meta/llama"),
    ] {
        let (status, model) = get(&running, path).await;
        assert_eq!((status, model["id"].as_str()), (200, Some(id)));
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn models_are_found_at_the_control_plane_page_by_page() {
    let (upstream, control) = (Upstream::start().await, Upstream::start().await);
    let page = |ids: &[&str]| {
        let items: Vec<_> = ids
            .iter()
            .map(|id| json!({"modelId": id, "vendor": "v"}))
            .collect();
        json!({ "items": items }).to_string()
    };
    control.plan(Plan::text(200, &page(&["a", "b"])).header("opc-next-page", "p 2"));
    control.plan(Plan::text(200, &page(&["b", "c", ""])));
    let service = control.with_signer().build_passthrough().unwrap();
    let running = proxy(upstream.with_key(), |config, _| {
        config.models = vec![ModelInfo::new("c")];
        config.discovery = Some(ModelDiscovery::new(
            service,
            "ocid1.tenancy.oc1..x",
            Some("us-chicago-1"),
        ));
    })
    .await;
    for _ in 0..2 {
        let (_, list) = get(&running, "/v1/models").await;
        assert_eq!(ids(&list), ["c", "a", "b"]);
        assert_eq!(list["data"][1]["owned_by"], "v");
    }
    // The second list came from what was kept.
    let asked = control.received();
    let targets: Vec<_> = asked.iter().map(|one| one.uri.to_string()).collect();
    let first = "/openai/v1/modelDiscovery?compartmentId=ocid1.tenancy.oc1..x&region=us-chicago-1";
    assert_eq!(targets, [first.to_owned(), format!("{first}&page=p+2")]);
    assert!(
        asked[0].headers["authorization"]
            .to_str()
            .unwrap()
            .starts_with("Signature")
    );
}

#[tokio::test]
async fn a_control_plane_that_fails_leaves_what_is_known() {
    let (upstream, control) = (Upstream::start().await, Upstream::start().await);
    for plan in [Plan::text(404, "{}"), Plan::text(200, "no json")] {
        control.plan(plan);
        let service = control.with_signer().build_passthrough().unwrap();
        let running = proxy(upstream.with_key(), |config, _| {
            config.models = vec![ModelInfo::new("known")];
            config.discovery = Some(ModelDiscovery::new(service, "ocid1.x", None));
        })
        .await;
        let (status, list) = get(&running, "/v1/models").await;
        assert_eq!((status, ids(&list)), (200, vec!["known"]));
    }
}
