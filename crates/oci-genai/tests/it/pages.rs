//! Lists of items over many pages.

use futures_util::TryStreamExt;
use oci_genai::{Error, ItemExt};
use serde_json::{Value, json};

use crate::scripted::{self, Scripted};

/// A page with the items of these numbers.
fn page(numbers: &[u32], more: Value) -> Value {
    let items: Vec<Value> = numbers
        .iter()
        .map(|n| json!({"type": "message", "id": format!("msg_{n}"), "role": "user", "content": "x"}))
        .collect();
    let mut page = json!({"object": "list", "data": items});
    page.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    page
}

async fn listed(replies: Vec<Value>) -> (Vec<String>, Result<(), Error>, Vec<String>) {
    let replies = replies
        .iter()
        .map(|page| scripted::json(200, page))
        .collect();
    let server = Scripted::start(replies).await;
    let list = server.client().conversations().items("conv_1").list();
    let mut items = std::pin::pin!(list.stream());
    let mut ids = Vec::new();
    let outcome = loop {
        match items.try_next().await {
            Ok(Some(item)) => ids.push(item.id().unwrap()),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    let received = server.received();
    let after = received.iter().map(|request| {
        let query = request
            .line()
            .split_once('?')
            .map_or("", |(_, query)| query);
        query.split(' ').next().unwrap_or_default().to_owned()
    });
    (ids, outcome, after.collect())
}

#[tokio::test]
async fn a_list_with_repeating_pages_ends_with_an_error() {
    let pages = |circle: &[u32]| -> Vec<Value> {
        let more = |n: u32| json!({"has_more": true, "last_id": format!("msg_{n}")});
        circle.iter().map(|n| page(&[*n], more(*n))).collect()
    };
    for circle in [&[1, 1][..], &[1, 2, 1], &[1, 2, 3, 4, 2], &[1, 2, 3, 3]] {
        let (ids, outcome, _) = listed(pages(circle)).await;
        let error = outcome.unwrap_err();
        assert!(
            error.is_decode() && error.to_string().contains("repeats"),
            "{error}"
        );
        // The items of the repeated page were listed before.
        assert_eq!(ids.len(), circle.len() - 1);
    }
    let nowhere = page(&[], json!({"has_more": true}));
    let (_, outcome, _) = listed(vec![nowhere]).await;
    assert!(outcome.unwrap_err().is_decode());
}

#[tokio::test]
async fn a_list_continues_after_its_last_item_until_has_more_is_false() {
    for last_id in [json!({}), json!({"last_id": null}), json!({"last_id": ""})] {
        let mut more = last_id;
        more["has_more"] = true.into();
        let (ids, outcome, after) = listed(vec![
            page(&[1, 2], more.clone()),
            page(&[3], more),
            page(&[4], json!({"has_more": false})),
        ])
        .await;
        outcome.unwrap();
        assert_eq!(ids, ["msg_1", "msg_2", "msg_3", "msg_4"]);
        assert_eq!(after, ["", "after=msg_2", "after=msg_3"]);
    }
    for last in [page(&[1], json!({})), page(&[1], json!({}))["data"].clone()] {
        let (ids, outcome, _) = listed(vec![last]).await;
        outcome.unwrap();
        assert_eq!(ids, ["msg_1"]);
    }
}
