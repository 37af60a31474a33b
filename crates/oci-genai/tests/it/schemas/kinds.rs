//! Values of every kind of type fit the type's schema.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use oci_genai::schema;

use super::types::*;
use super::{fits, strict, validator};
use crate::emulator::start;

#[tokio::test]
async fn scalars_and_lists() {
    let (_emulator, client) = start().await;
    fits(&client, vec![true, false]).await;
    fits(&client, vec!['x', '犬', '\n']).await;
    fits(&client, vec![String::new(), "\u{1F600}".to_owned()]).await;
    fits(&client, vec![i8::MIN, i8::MAX]).await;
    fits(&client, vec![u16::MIN, u16::MAX]).await;
    fits(&client, vec![i64::MIN, i64::MAX]).await;
    fits(&client, vec![u64::MIN, u64::MAX]).await;
    fits(&client, vec![f32::MIN, 0.1]).await;
    fits(&client, vec![f64::MAX, -0.0]).await;
    fits(&client, vec![std::num::NonZeroU32::MIN]).await;
    fits(&client, vec![std::num::NonZeroI8::MIN]).await;
    fits(&client, vec![()]).await;
    fits(&client, vec![None, Some(1)]).await;
    fits(&client, vec![vec![vec![1], vec![]]]).await;
    fits(&client, vec![[1, 2, 3]]).await;
    fits(&client, vec![[0; 0]]).await;
    fits(&client, vec![(1, 2)]).await;
    fits(&client, vec![((dog(), dog()), (dog(), dog()))]).await;
    fits(&client, vec![BTreeSet::from([1, 2]), BTreeSet::new()]).await;
    fits(&client, vec![HashSet::from([1])]).await;
    fits(&client, vec![Ok(1), Err("no".to_owned())]).await;
    fits(&client, vec![std::time::Duration::from_millis(1)]).await;
    fits(&client, vec![0..5, 0..0]).await;
    fits(&client, vec![std::path::PathBuf::from("/")]).await;
    fits(&client, vec![Box::new(std::borrow::Cow::Borrowed("text"))]).await;
}

#[tokio::test]
async fn structs() {
    let (_emulator, client) = start().await;
    fits(&client, vec![dog()]).await;
    fits(&client, vec![cat()]).await;
    fits(&client, vec![Empty {}]).await;
    fits(&client, vec![Closed { a: 1 }]).await;
    fits(&client, vec![Newtype(dog())]).await;
    fits(&client, vec![Number(1.5)]).await;
    fits(&client, vec![Transparent { dogs: vec![dog()] }]).await;
    fits(&client, vec![Pair(1, 2)]).await;
    let generic = |value: External| Generic {
        value: value.clone(),
        more: vec![value],
    };
    fits(&client, vec![generic(External::Also)]).await;
    let nested = Generic {
        value: Generic {
            value: 1,
            more: vec![],
        },
        more: vec![],
    };
    fits(&client, vec![nested]).await;
    let described = Described {
        first: dog(),
        second: None,
        mood: Mood::Bad,
        animal: Internal::Unit,
        number: Number(0.0),
    };
    fits(&client, vec![described]).await;
    fits(&client, vec![Defaults::default()]).await;
}

#[tokio::test]
async fn enums_in_every_representation() {
    let (_emulator, client) = start().await;
    fits(&client, vec![Mood::Good, Mood::Bad]).await;
    let external = vec![
        External::JustSo,
        External::Also,
        External::One(dog()),
        External::Number(-1),
        External::Pair(1, 2),
        External::Fields { a: 1, b: None },
        External::Nothing(()),
        External::Many(vec![dog(), dog()]),
    ];
    fits(&client, external).await;
    fits(&client, internal()).await;
    let renamed = vec![
        Renamed::FirstKind { some_field: 1 },
        Renamed::SecondKind(dog()),
        Renamed::Third,
    ];
    fits(&client, renamed).await;
    fits(&client, adjacent()).await;
    let untagged = vec![
        Untagged::Number(1),
        Untagged::Text("x".to_owned()),
        Untagged::Dog(dog()),
        Untagged::Cat {
            lives: 9,
            purrs: true,
        },
    ];
    fits(&client, untagged).await;
    let closed = vec![
        OverClosed::Closed(Closed { a: 1 }),
        OverClosed::Fields { b: 2 },
    ];
    fits(&client, closed).await;
}

#[tokio::test]
async fn enums_with_a_tag_over_enums() {
    let (_emulator, client) = start().await;
    let inner = internal().into_iter().map(TagInTag::Inner);
    fits(&client, inner.chain([TagInTag::Plain(dog())]).collect()).await;
    let over = vec![
        TagOverExternal::Mood(Mood::Good),
        TagOverExternal::Mood(Mood::Bad),
        TagOverExternal::External(Boxed::Dog(dog())),
        TagOverExternal::External(Boxed::None),
    ];
    fits(&client, over).await;
    let over = adjacent().into_iter().map(TagOverAdjacent::Adjacent);
    fits(&client, over.collect()).await;
}

#[tokio::test]
async fn flattened_types() {
    let (_emulator, client) = start().await;
    fits(&client, vec![Flat { own: 1, dog: dog() }]).await;
    let flat = |animal| FlatInternal { own: None, animal };
    fits(&client, internal().into_iter().map(flat).collect()).await;
    let deep = |animal| FlatDeep {
        flat: flat(animal),
        last: true,
    };
    fits(&client, internal().into_iter().map(deep).collect()).await;
    let external = |boxed| FlatExternal { own: 1, boxed };
    fits(
        &client,
        vec![external(Boxed::Dog(dog())), external(Boxed::None)],
    )
    .await;
    let mood = |mood| FlatMood { own: 1, mood };
    fits(&client, vec![mood(Mood::Good), mood(Mood::Bad)]).await;
    let flat_adjacent = |adjacent| FlatAdjacent { adjacent };
    fits(&client, adjacent().into_iter().map(flat_adjacent).collect()).await;
    let untagged = |either| FlatUntagged { own: 1, either };
    let both = vec![
        untagged(Either::Dog(dog())),
        untagged(Either::Cat { lives: 7 }),
    ];
    fits(&client, both).await;
    let own = |adjacent| TagOverFlat::Flat(FlatOwn { own: 1, adjacent });
    let over = adjacent().into_iter().map(own);
    fits(&client, over.chain([TagOverFlat::Other]).collect()).await;
    let two = |animal: Internal| {
        [Mood::Good, Mood::Bad].map(|mood| FlatTwo {
            own: 1,
            mood,
            animal: animal.clone(),
        })
    };
    fits(&client, internal().into_iter().flat_map(two).collect()).await;
}

#[test]
fn a_flattened_option_may_be_left_out() {
    let validator = validator(&strict::<super::Holder<FlatOption>>());
    let animals = internal().into_iter().map(Some).chain([None]);
    for animal in animals {
        let value = FlatOption { own: 1, animal };
        let holder = super::Holder {
            value,
            list: vec![],
            maybe: None,
        };
        let written = serde_json::to_value(&holder).unwrap();
        assert!(validator.is_valid(&written), "{written:#}");
        let read: super::Holder<FlatOption> = serde_json::from_value(written).unwrap();
        assert_eq!(read.value, holder.value);
    }
}

#[tokio::test]
async fn names_in_other_alphabets() {
    let (_emulator, client) = start().await;
    let dog = 犬 {
        名前: "ポチ".to_owned(),
        友達: None,
    };
    let friend = 犬 {
        名前: String::new(),
        友達: Some(Box::new(dog.clone())),
    };
    let value = Größe {
        länge: 1.5,
        farbe: 色::青,
        tier: vec![動物::犬(friend), 動物::猫],
    };
    fits(&client, vec![value]).await;
    fits(&client, vec![色::赤, 色::青]).await;
    let parsed = client.responses().create("?").parse::<犬>().await.unwrap();
    assert_eq!(parsed.value.名前, "");
}

#[tokio::test]
async fn recursive_types() {
    let (_emulator, client) = start().await;
    let leaf = Tree {
        value: 1,
        left: None,
        right: None,
        children: vec![],
    };
    let tree = Tree {
        value: 2,
        left: Some(Box::new(leaf.clone())),
        right: None,
        children: vec![leaf.clone(), leaf.clone()],
    };
    fits(&client, vec![tree.clone()]).await;
    assert!(validator(&strict::<Tree>()).is_valid(&serde_json::to_value(tree).unwrap()));
    let number = Box::new(Expression::Number(1));
    let sum = Expression::Sum {
        left: number.clone(),
        right: number,
    };
    fits(&client, vec![sum.clone(), Expression::Product(vec![sum])]).await;
    let node = Tagged::Node(Box::new(Branch {
        left: Tagged::Leaf,
        right: Tagged::Leaf,
    }));
    fits(&client, vec![node.clone(), Tagged::Leaf]).await;
    // The tagged variant refers to the root.
    let branch = Branch {
        left: node.clone(),
        right: node,
    };
    let schema = strict::<Branch>();
    let written = serde_json::to_value(branch).unwrap();
    assert!(validator(&schema).is_valid(&written), "{schema:#}");
}

#[test]
fn newtype_structs_are_their_inner_type_at_the_top_level() {
    for schema in [
        strict::<Newtype>(),
        strict::<Arc<Newtype>>(),
        strict::<Box<Dog>>(),
    ] {
        let written = serde_json::to_value(Newtype(dog())).unwrap();
        assert!(validator(&schema).is_valid(&written), "{schema:#}");
    }
}

#[test]
fn arguments_of_every_kind_have_parameters() {
    let strict = [
        schema::parameters::<Flat>(),
        schema::parameters::<Described>(),
        schema::parameters::<Größe>(),
        schema::parameters::<Newtype>(),
        schema::parameters::<Empty>(),
        schema::parameters::<()>(),
    ];
    for parameters in strict {
        assert!(parameters.unwrap().strict);
    }
}
