//! Tests of the transport with `tower` stacks, over real sockets.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use http_body_util::Limited;
use oci_genai_api::types::CreateConversation;
use oci_genai_api::{Body, BoxError, Client, Error, HttpClient, Operation, Transport};
use oci_genai_api::{TRANSPORT_FAILURE_STATUS, into_transport_error};
use serde_json::{Value, json};
use tower::{ServiceBuilder, service_fn};
use tower_http::map_response_body::MapResponseBodyLayer;
use tower_http::request_id::{MakeRequestUuid, SetRequestIdLayer};
use tower_http::set_header::SetRequestHeaderLayer;

/// Returns a conversation as the service sends it.
fn conversation() -> Value {
    json!({"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {"topic": "offsite"}})
}

/// Serves `routes` on a free port. Returns the base URL.
async fn serve(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/openai/v1")
}

fn client(base_url: &str, transport: Transport) -> Client {
    Client::new_with_client(base_url, reqwest::Client::new(), transport)
}

fn http_client() -> HttpClient {
    HttpClient::new(reqwest::Client::new())
}

/// An error of a layer, with a field that a string could not carry.
#[derive(Debug, PartialEq)]
struct OutOfBudget {
    spent: u64,
}

impl std::fmt::Display for OutOfBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tokens are spent", self.spent)
    }
}

impl std::error::Error for OutOfBudget {}

#[tokio::test]
async fn a_layers_own_error_keeps_its_type() {
    let refuse = service_fn(|_: http::Request<Body>| async {
        Err::<http::Response<Body>, _>(OutOfBudget { spent: 42 })
    });
    let client = client("http://127.0.0.1:9", Transport::new(refuse));

    let error = client.retrieve_conversation("conv_1").await.unwrap_err();
    let error: BoxError = into_transport_error(error).expect("the stack failed, not the service");

    assert_eq!(
        *error.downcast::<OutOfBudget>().expect("the type survives"),
        OutOfBudget { spent: 42 }
    );
}

#[tokio::test]
async fn a_connection_failure_is_the_http_clients_error() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let client = client(&format!("http://{unused}"), Transport::new(http_client()));

    let error = into_transport_error(client.retrieve_conversation("conv_1").await.unwrap_err());

    let error = error
        .expect("the stack failed")
        .downcast::<reqwest::Error>()
        .expect("reqwest's");
    assert!(error.is_connect());
}

#[tokio::test]
async fn a_response_of_the_service_is_not_a_layers_error() {
    let routes = Router::new().route(
        "/openai/v1/conversations/{id}",
        get(|| async {
            (
                StatusCode::NOT_FOUND,
                axum::Json(json!({"code": "404", "message": "no"})),
            )
        }),
    );
    let base_url = serve(routes).await;
    let client = client(&base_url, Transport::new(http_client()));

    let error = client.retrieve_conversation("conv_1").await.unwrap_err();

    assert!(
        matches!(into_transport_error(error), Err(Error::ErrorResponse(response)) if response.status() == 404)
    );
    assert!(StatusCode::from_u16(TRANSPORT_FAILURE_STATUS).is_ok());
}

#[tokio::test]
async fn tower_http_layers_work_in_the_stack() {
    let seen = Arc::new(Mutex::new(None));
    let routes = Router::new().route(
        "/openai/v1/conversations",
        post({
            let seen = Arc::clone(&seen);
            move |headers: axum::http::HeaderMap, body: String| async move {
                *seen.lock().unwrap() = Some((headers, body));
                axum::Json(conversation())
            }
        }),
    );
    let base_url = serve(routes).await;
    let stack = ServiceBuilder::new()
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(SetRequestHeaderLayer::overriding(
            http::header::USER_AGENT,
            http::HeaderValue::from_static("transport-test"),
        ))
        // Changes the type of the response body.
        .layer(MapResponseBodyLayer::new(|body: Body| {
            Limited::new(body, 1024)
        }))
        .service(http_client());
    let client = client(&base_url, Transport::new(stack));

    let answer = client
        .create_conversation(&CreateConversation::new())
        .await
        .unwrap();

    assert_eq!(answer.id, "conv_1");
    let (headers, body) = seen.lock().unwrap().take().unwrap();
    assert_eq!(headers["user-agent"], "transport-test");
    assert!(headers.contains_key("x-request-id"));
    assert!(
        !headers.contains_key("api-version"),
        "the header must not be sent"
    );
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({}));
}

#[tokio::test]
async fn layers_see_the_operation_and_per_call_extensions() {
    #[derive(Clone, Debug, PartialEq)]
    struct Deadline(u32);

    let seen = Arc::new(Mutex::new(Vec::new()));
    let stack = service_fn({
        let seen = Arc::clone(&seen);
        move |request: http::Request<Body>| {
            let extensions = request.extensions();
            seen.lock().unwrap().push((
                extensions.get::<Operation>().map(Operation::id),
                extensions.get::<Deadline>().cloned(),
            ));
            async { Ok::<_, BoxError>(http::Response::new(Body::from(conversation().to_string()))) }
        }
    });
    let transport = Transport::new(stack);
    let hurried = client("http://localhost", transport.with_extension(Deadline(3)));

    client("http://localhost", transport)
        .retrieve_conversation("conv_1")
        .await
        .unwrap();
    hurried.delete_conversation("conv_1").await.unwrap();

    assert_eq!(
        *seen.lock().unwrap(),
        [
            (Some("retrieve_conversation"), None),
            (Some("delete_conversation"), Some(Deadline(3)))
        ]
    );
}
