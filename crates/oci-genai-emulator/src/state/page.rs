//! Pages of a list of items.

use serde_json::{Value, json};

use super::items::Item;
use crate::error::ApiError;

/// Query of a list request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PageQuery {
    pub(crate) limit: usize,
    pub(crate) ascending: bool,
    pub(crate) after: Option<String>,
}

impl PageQuery {
    /// Parses `limit` (1 to 100, 20 if absent), `order` (`asc` or `desc`, newest first if absent)
    /// and `after`. Other parameters are ignored, as on the service.
    pub(crate) fn parse(query: &str) -> Result<Self, ApiError> {
        let mut page = Self {
            limit: 20,
            ascending: false,
            after: None,
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "limit" => {
                    page.limit = value
                        .parse()
                        .ok()
                        .filter(|limit| (1..=100).contains(limit))
                        .ok_or_else(|| ApiError::invalid("limit", "an integer from 1 to 100"))?;
                }
                "order" => {
                    page.ascending = match value.as_ref() {
                        "asc" => true,
                        "desc" => false,
                        _ => return Err(ApiError::invalid("order", "'asc' or 'desc'")),
                    };
                }
                "after" => page.after = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(page)
    }

    pub(crate) fn unknown_after(after: &str) -> ApiError {
        ApiError::parameter("after", format!("No item with id '{after}' in this list."))
            .code("invalid_value")
    }

    /// Returns the page as a list object. `items` are in the requested order and begin after
    /// `after`.
    pub(crate) fn list(&self, items: impl Iterator<Item = Item>) -> Value {
        let mut data: Vec<Item> = items.take(self.limit + 1).collect();
        let has_more = data.len() > self.limit;
        data.truncate(self.limit);
        let id = |item: Option<&Item>| item.map(|item| item.id().to_owned());
        json!({
            "object": "list",
            "first_id": id(data.first()),
            "last_id": id(data.last()),
            "has_more": has_more,
            "data": data,
        })
    }

    /// Returns a page of a plain list in the order its items were written.
    pub(crate) fn of(&self, items: &[Item]) -> Result<Value, ApiError> {
        let found = match &self.after {
            None => None,
            Some(after) => Some(
                items
                    .iter()
                    .position(|item| item.id() == after)
                    .ok_or_else(|| Self::unknown_after(after))?,
            ),
        };
        Ok(if self.ascending {
            self.list(items.iter().skip(found.map_or(0, |at| at + 1)).cloned())
        } else {
            self.list(items[..found.unwrap_or(items.len())].iter().rev().cloned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: usize) -> Vec<Item> {
        (0..count)
            .map(|n| {
                let Value::Object(map) = json!({"id": format!("i{n}")}) else {
                    unreachable!()
                };
                Item::new(map)
            })
            .collect()
    }

    #[test]
    fn defaults_and_limits() {
        assert_eq!(
            PageQuery::parse("include[]=a&include=b").unwrap(),
            PageQuery {
                limit: 20,
                ascending: false,
                after: None
            }
        );
        for bad in ["limit=0", "limit=101", "limit=-1", "limit=x", "order=up"] {
            assert!(PageQuery::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn walking_the_pages_sees_each_item_once() {
        let items = items(7);
        for order in ["asc", "desc"] {
            let mut seen = Vec::new();
            let mut after = String::new();
            loop {
                let page = PageQuery::parse(&format!("limit=3&order={order}{after}")).unwrap();
                let list = page.of(&items).unwrap();
                for item in list["data"].as_array().unwrap() {
                    seen.push(item["id"].as_str().unwrap().to_owned());
                }
                if list["has_more"] == false {
                    break;
                }
                after = format!("&after={}", list["last_id"].as_str().unwrap());
            }
            if order == "desc" {
                seen.reverse();
            }
            assert_eq!(seen, ["i0", "i1", "i2", "i3", "i4", "i5", "i6"]);
        }
    }

    #[test]
    fn an_unknown_after_is_refused() {
        let page = PageQuery::parse("after=nope").unwrap();
        assert_eq!(
            page.of(&items(2)).unwrap_err().param.as_deref(),
            Some("after")
        );
    }
}
