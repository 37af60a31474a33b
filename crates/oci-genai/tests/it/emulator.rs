//! The whole client against the emulator.

use futures_util::{StreamExt, TryStreamExt};
use oci_genai::types::{Item, ListOrder};
use oci_genai::{Client, ClientBuilder, ItemExt, Memory, ResponseExt, StreamEventExt};
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};

pub(crate) async fn start() -> (Emulator, Client) {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    (emulator, client)
}

pub(crate) fn builder(emulator: &Emulator) -> ClientBuilder {
    Client::builder()
        .base_url(emulator.base_url())
        .api_key(DEFAULT_API_KEY)
        .project(DEFAULT_PROJECT)
        .model("emulated")
}

#[tokio::test]
async fn the_second_turn_builds_on_the_first() {
    let (_emulator, client) = start().await;
    let conversation = client
        .conversations()
        .create()
        .metadata([("topic", "offsite")])
        .await
        .unwrap();
    let first = client
        .responses()
        .create("Give me three ideas.")
        .conversation(&conversation)
        .send()
        .await
        .unwrap();
    assert!(first.is_completed());
    let second = client
        .responses()
        .create("Make the second cheaper.")
        .conversation(&conversation)
        .send()
        .await
        .unwrap();
    assert_eq!(
        second.output_text(),
        "I can see 2 earlier messages. The first was: \"Give me three ideas.\". \
         You just said: \"Make the second cheaper.\"."
    );
}

#[tokio::test]
async fn streams_deliver_every_delta_and_the_final_response() {
    let (_emulator, client) = start().await;
    let mut stream = client.responses().create("count:5").stream().await.unwrap();
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        if let Some(delta) = event.unwrap().text_delta() {
            text.push_str(delta);
        }
    }
    assert_eq!(text, "1 2 3 4 5");
    let response = stream.response().unwrap();
    assert!(response.is_completed());
    assert_eq!(response.output_text(), "1 2 3 4 5");
    assert_eq!(stream.final_response().await.unwrap().output_text(), text);
}

#[tokio::test]
async fn items_are_listed_in_both_orders_over_many_pages() {
    let (_emulator, client) = start().await;
    let conversation = client
        .conversations()
        .create()
        .memory(Memory::new().subject("user_1"))
        .await
        .unwrap();
    let items = client.conversations().items(&conversation);
    for batch in 0..3 {
        let texts = (0..20).map(|n| Item::user(format!("{}", batch * 20 + n)));
        items.create(texts).await.unwrap();
    }
    let oldest: Vec<Item> = items
        .list()
        .order(ListOrder::Asc)
        .limit(7)
        .stream()
        .try_collect()
        .await
        .unwrap();
    let newest: Vec<Item> = items
        .list()
        .limit(100)
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(oldest.len(), 60);
    assert!(oldest.iter().eq(newest.iter().rev()));

    let page = items.list().limit(50).await.unwrap();
    assert_eq!((page.items().len(), page.has_more()), (50, true));
    let last = page.next().await.unwrap().unwrap();
    assert_eq!((last.items().len(), last.has_more()), (10, false));
    assert!(last.next().await.unwrap().is_none());

    let id = oldest[3].id().unwrap();
    assert_eq!(items.retrieve(&id).await.unwrap(), oldest[3]);
    items.delete(&id).await.unwrap();
    assert!(items.retrieve(&id).await.unwrap_err().is_not_found());
}
