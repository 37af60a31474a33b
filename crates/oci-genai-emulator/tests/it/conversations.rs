//! Conversations and their items.

use oci_genai_emulator::{DEFAULT_API_KEY, Emulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Desk, answer, ids};

#[tokio::test]
async fn a_conversation_lives_and_dies() {
    let desk = Desk::new().await;
    let created = desk
        .ok("/conversations", json!({"metadata": {"topic": "offsite"}}))
        .await;
    let id = created["id"].as_str().unwrap();
    assert!(id.starts_with("conv_ord_"), "{id}");
    assert_eq!(created["object"], "conversation");
    assert_eq!(created["metadata"]["topic"], "offsite");
    assert_eq!(
        created["metadata"]["short_term_memory_optimization"],
        "false"
    );
    assert!(created["created_at"].is_u64());

    let path = format!("/conversations/{id}");
    assert_eq!(desk.get(&path).await, (200, created.clone()));
    let updated = desk
        .ok(&path, json!({"metadata": {"topic": "onsite"}}))
        .await;
    assert_eq!(updated["metadata"]["topic"], "onsite");
    assert_eq!(desk.get(&path).await.1, updated);

    let (status, deleted) = desk.delete(&path).await;
    assert_eq!(status, 200);
    assert_eq!(
        deleted,
        json!({"id": id, "object": "conversation.deleted", "deleted": true})
    );
    let (status, gone) = desk.get(&path).await;
    assert_eq!(status, 404);
    assert!(gone["error"]["message"].as_str().unwrap().contains(id));
    assert_eq!(desk.delete(&path).await.0, 404);
}

#[tokio::test]
async fn an_empty_body_makes_a_conversation() {
    let desk = Desk::new().await;
    let response = desk
        .request(Method::POST, "/conversations")
        .send()
        .await
        .unwrap();
    assert_eq!(answer(response).await.0, 200);
}

#[tokio::test]
async fn items_keep_their_order_and_are_paged() {
    let desk = Desk::new().await;
    let first: Vec<Value> = (0..20)
        .map(|n| json!({"role": "user", "content": format!("m{n}")}))
        .collect();
    let created = desk.ok("/conversations", json!({"items": first})).await;
    let path = format!("/conversations/{}/items", created["id"].as_str().unwrap());
    let added = desk
        .ok(&path, json!({"items": [
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "x"}]},
            {"role": "user", "content": "y"},
        ]}))
        .await;
    assert_eq!(added["object"], "list");
    assert_eq!(added["data"].as_array().unwrap().len(), 2);

    let (_, newest) = desk.get(&path).await;
    assert_eq!(newest["data"].as_array().unwrap().len(), 20);
    assert_eq!(newest["has_more"], true);
    assert_eq!(newest["first_id"], added["last_id"]);
    let last = newest["last_id"].as_str().unwrap();
    let (_, rest) = desk.get(&format!("{path}?after={last}&limit=100")).await;
    assert_eq!(rest["has_more"], false);
    let mut all = [ids(&newest), ids(&rest)].concat();
    all.reverse();
    assert_eq!(all.len(), 22);
    assert_eq!(all[20..], ids(&added)[..]);
    let (_, up) = desk
        .get(&format!(
            "{path}?order=asc&limit=100&include[]=message.output_text.logprobs&include=file_search_call.results"
        ))
        .await;
    assert_eq!(ids(&up), all);

    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("order=sideways", "order"),
        ("after=msg_unknown", "after"),
    ] {
        let (status, error) = desk.get(&format!("{path}?{query}")).await;
        assert_eq!(
            (status, error["error"]["param"].as_str()),
            (400, Some(param))
        );
    }
}

#[tokio::test]
async fn single_items_are_read_and_removed() {
    let lenient = Emulator::builder().strict(false).start().await;
    let desk = Desk::over(lenient.unwrap());
    let id = desk.conversation().await;
    let path = format!("/conversations/{id}/items");
    let strange = json!({"type": "hologram", "id": "h_1", "depth": [1.5, {"z": null}]});
    let added = desk
        .ok(
            &path,
            json!({"items": [strange, {"role": "user", "content": "a"}]}),
        )
        .await;
    assert_eq!(desk.get(&format!("{path}/h_1")).await, (200, strange));
    let (status, conversation) = desk.delete(&format!("{path}/h_1")).await;
    assert_eq!((status, &conversation["id"]), (200, &json!(id)));
    assert_eq!(desk.get(&format!("{path}/h_1")).await.0, 404);
    assert_eq!(desk.delete(&format!("{path}/h_1")).await.0, 404);
    assert_eq!(ids(&desk.get(&path).await.1), ids(&added)[1..]);
    let (_, empty) = desk
        .get(&format!(
            "/conversations/{}/items",
            desk.conversation().await
        ))
        .await;
    assert_eq!(empty["data"], json!([]));
}

#[tokio::test]
async fn bad_requests_name_what_is_wrong() {
    let desk = Desk::new().await;
    let id = desk.conversation().await;
    let items = format!("/conversations/{id}/items");
    let many: Vec<Value> = (0..21)
        .map(|_| json!({"role": "user", "content": "x"}))
        .collect();
    let same = json!({"id": "m1", "role": "user", "content": "x"});
    for (path, body, param) in [
        (
            "/conversations",
            json!({"metadata": {"k": 1}}),
            Some("metadata.k"),
        ),
        ("/conversations", json!({"items": many}), Some("items")),
        ("/conversations", json!([]), None),
        (&format!("/conversations/{id}"), json!({}), Some("metadata")),
        (&items, json!({}), Some("items")),
        (
            &items,
            json!({"items": [{"type": "message", "role": "user"}]}),
            Some("items[0].content"),
        ),
        (&items, json!({"items": [same, same]}), Some("input")),
    ] {
        let (status, error) = desk.post(path, body).await;
        assert_eq!(
            (status, error["error"]["param"].as_str()),
            (400, param),
            "{error}"
        );
    }
    assert_eq!(
        desk.post("/conversations/conv_none/items", json!({"items": []}))
            .await
            .0,
        404
    );
    let response = desk
        .request(Method::POST, "/conversations")
        .body("{\"metadata\":")
        .send()
        .await
        .unwrap();
    assert_eq!(answer(response).await.0, 400);
}

#[tokio::test]
async fn projects_do_not_see_each_other() {
    let emulator = Emulator::builder()
        .api_key(DEFAULT_API_KEY)
        .project("p1")
        .project("p2")
        .start()
        .await;
    let desk = Desk::over(emulator.unwrap());
    let send = |method: Method, path: String, project: Option<&'static str>| {
        let mut request = reqwest::Client::new()
            .request(method, format!("{}{path}", desk.emulator.base_url()))
            .bearer_auth(DEFAULT_API_KEY);
        if let Some(project) = project {
            request = request.header("openai-project", project);
        }
        async { answer(request.send().await.unwrap()).await }
    };
    let (_, created) = send(Method::POST, "/conversations".into(), Some("p1")).await;
    let path = format!("/conversations/{}", created["id"].as_str().unwrap());
    assert_eq!(send(Method::GET, path.clone(), Some("p1")).await.0, 200);
    assert_eq!(send(Method::GET, path.clone(), Some("p2")).await.0, 404);
    assert_eq!(send(Method::DELETE, path.clone(), Some("p2")).await.0, 404);
    for project in [None, Some("p3")] {
        let (status, error) = send(Method::GET, path.clone(), project).await;
        assert_eq!(status, 400);
        assert_eq!(error["error"]["message"], "Invalid OpenAI project.");
    }
}

#[tokio::test]
async fn what_is_not_there_is_refused_as_the_service_does() {
    let desk = Desk::new().await;
    for path in [
        "/conversations",
        "/models",
        "/embeddings",
        "/conversations/a/b",
    ] {
        let (status, error) = desk.get(path).await;
        assert_eq!(status, 404, "{path}");
        assert_eq!(
            error["message"],
            "Path doesn't map to a registered service!"
        );
    }
    let id = desk.conversation().await;
    for (method, path) in [
        (Method::PUT, format!("/conversations/{id}")),
        (Method::PATCH, "/responses".to_owned()),
        (Method::DELETE, "/conversations".to_owned()),
    ] {
        let response = desk.request(method, &path).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert!(response.headers().contains_key("allow"));
        assert!(answer(response).await.1["error"]["message"].is_string());
    }
}
