//! Random values of a type that has one of every kind.

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::types::*;
use super::{strict, validator};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Everything {
    text: String,
    letter: char,
    small: i8,
    large: u64,
    number: f64,
    maybe: Option<Box<Everything>>,
    list: Vec<Internal>,
    flat: FlatInternal,
    two: Option<FlatTwo>,
    adjacent: [Adjacent; 2],
    tagged: TagOverFlat,
    expression: Expression,
}

fn any_internal() -> impl Strategy<Value = Internal> + Clone {
    prop_oneof![
        (any::<String>(), any::<u8>()).prop_map(|(name, age)| Internal::Dog(Dog { name, age })),
        (any::<i64>(), any::<Option<bool>>())
            .prop_map(|(lives, indoor)| Internal::Cat(Box::new(Cat { lives, indoor }))),
        proptest::num::f64::NORMAL.prop_map(|x| Internal::Fields { x }),
        Just(Internal::Unit),
    ]
}

fn any_adjacent() -> impl Strategy<Value = Adjacent> + Clone {
    prop_oneof![
        any::<String>().prop_map(Adjacent::Text),
        any::<(u8, u8)>().prop_map(|(a, b)| Adjacent::Pair(a, b)),
        any::<Option<i32>>().prop_map(|x| Adjacent::Fields { x }),
        Just(Adjacent::Unit),
    ]
}

fn any_expression() -> impl Strategy<Value = Expression> {
    let leaf = any::<i64>().prop_map(Expression::Number);
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Expression::Sum {
                left: Box::new(left),
                right: Box::new(right),
            }),
            proptest::collection::vec(inner, 0..4).prop_map(Expression::Product),
        ]
    })
}

fn any_everything() -> impl Strategy<Value = Everything> {
    let scalars = (
        any::<String>(),
        any::<char>(),
        any::<i8>(),
        any::<u64>(),
        proptest::num::f64::NORMAL,
    );
    let types = (
        proptest::collection::vec(any_internal(), 0..4),
        (any::<Option<i32>>(), any_internal()),
        proptest::option::of((any::<bool>(), any_internal())),
        [any_adjacent(), any_adjacent()],
        proptest::option::of(any_adjacent()),
        any_expression(),
    );
    let leaf = (scalars, types).prop_map(|(scalars, types)| {
        let (text, letter, small, large, number) = scalars;
        let (list, (own, animal), two, adjacent, tagged, expression) = types;
        Everything {
            text,
            letter,
            small,
            large,
            number,
            maybe: None,
            list,
            flat: FlatInternal { own, animal },
            two: two.map(|(good, animal)| FlatTwo {
                own: 1,
                mood: if good { Mood::Good } else { Mood::Bad },
                animal,
            }),
            adjacent,
            tagged: tagged.map_or(TagOverFlat::Other, |adjacent| {
                TagOverFlat::Flat(FlatOwn { own: 2, adjacent })
            }),
            expression,
        }
    });
    proptest::collection::vec(leaf, 1..4).prop_map(|all| {
        let chain = |inner: Option<Everything>, mut outer: Everything| {
            outer.maybe = inner.map(Box::new);
            Some(outer)
        };
        all.into_iter().fold(None, chain).expect("one at least")
    })
}

proptest! {
    #[test]
    fn any_value_fits(value in any_everything()) {
        static VALIDATOR: std::sync::LazyLock<jsonschema::Validator> =
            std::sync::LazyLock::new(|| validator(&strict::<Everything>()));
        let written = serde_json::to_value(&value).unwrap();
        if let Err(error) = VALIDATOR.validate(&written) {
            prop_assert!(false, "{error} in {written:#}");
        }
        let read: Everything = serde_json::from_value(written).unwrap();
        prop_assert_eq!(read, value);
    }
}
