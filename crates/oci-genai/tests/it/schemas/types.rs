//! Types of every kind, and values of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares types that are serialized, deserialized and described by a schema.
macro_rules! types {
    ($($item:item)*) => {$(
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        $item
    )*};
}

types! {
    /// A dog.
    pub(super) struct Dog {
        /// How it is called.
        pub(super) name: String,
        pub(super) age: u8,
    }
    pub(super) struct Cat {
        pub(super) lives: i64,
        pub(super) indoor: Option<bool>,
    }
    pub(super) struct Empty {}

    pub(super) enum Mood {
        Good,
        /// Not so good.
        Bad,
    }
    #[serde(rename_all = "kebab-case")]
    pub(super) enum External {
        JustSo,
        Also,
        One(Dog),
        Number(i32),
        Pair(i32, i32),
        Fields { a: i32, b: Option<String> },
        Nothing(()),
        Many(Vec<Dog>),
    }
    #[serde(tag = "kind")]
    pub(super) enum Internal {
        Dog(Dog),
        /// Purrs.
        Cat(Box<Cat>),
        Fields { x: f64 },
        Unit,
        Empty(Empty),
    }
    #[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
    pub(super) enum Renamed {
        FirstKind { some_field: i32 },
        SecondKind(Dog),
        #[serde(rename = "3rd")]
        Third,
    }
    #[serde(tag = "t", content = "c")]
    pub(super) enum Adjacent {
        Dog(Dog),
        Text(String),
        Pair(u8, u8),
        Fields { x: Option<i32> },
        Unit,
    }
    #[serde(untagged)]
    pub(super) enum Untagged {
        Number(i64),
        Text(String),
        Dog(Dog),
        Cat { lives: i64, purrs: bool },
    }
    #[serde(tag = "outer")]
    pub(super) enum TagInTag {
        Inner(Internal),
        Plain(Dog),
    }
    #[serde(tag = "outer")]
    pub(super) enum TagOverExternal {
        Mood(Mood),
        External(Boxed),
    }
    pub(super) enum Boxed {
        Dog(Dog),
        None,
    }
    #[serde(tag = "outer")]
    pub(super) enum TagOverAdjacent {
        Adjacent(Adjacent),
    }
    #[serde(deny_unknown_fields)]
    pub(super) struct Closed {
        pub(super) a: i32,
    }
    #[serde(tag = "kind", deny_unknown_fields)]
    pub(super) enum OverClosed {
        Closed(Closed),
        Fields { b: i32 },
    }
}

types! {
    pub(super) struct Flat {
        pub(super) own: i32,
        #[serde(flatten)]
        pub(super) dog: Dog,
    }
    pub(super) struct FlatInternal {
        pub(super) own: Option<i32>,
        #[serde(flatten)]
        pub(super) animal: Internal,
    }
    pub(super) struct FlatExternal {
        pub(super) own: i32,
        #[serde(flatten)]
        pub(super) boxed: Boxed,
    }
    pub(super) struct FlatMood {
        pub(super) own: i32,
        #[serde(flatten)]
        pub(super) mood: Mood,
    }
    pub(super) struct FlatAdjacent {
        #[serde(flatten)]
        pub(super) adjacent: Adjacent,
    }
    pub(super) struct FlatUntagged {
        pub(super) own: i32,
        #[serde(flatten)]
        pub(super) either: Either,
    }
    #[serde(untagged)]
    pub(super) enum Either {
        Dog(Dog),
        Cat { lives: i64 },
    }
    pub(super) struct FlatOption {
        pub(super) own: i32,
        #[serde(flatten)]
        pub(super) animal: Option<Internal>,
    }
    pub(super) struct FlatTwo {
        pub(super) own: i32,
        #[serde(flatten)]
        pub(super) mood: Mood,
        #[serde(flatten)]
        pub(super) animal: Internal,
    }
    pub(super) struct FlatDeep {
        #[serde(flatten)]
        pub(super) flat: FlatInternal,
        pub(super) last: bool,
    }
    #[serde(tag = "kind")]
    pub(super) enum TagOverFlat {
        Flat(FlatOwn),
        Other,
    }
    pub(super) struct FlatOwn {
        pub(super) own: i32,
        #[serde(flatten)]
        pub(super) adjacent: Adjacent,
    }

    pub(super) struct Newtype(pub(super) Dog);
    pub(super) struct Number(pub(super) f32);
    #[serde(transparent)]
    pub(super) struct Transparent {
        pub(super) dogs: Vec<Dog>,
    }
    pub(super) struct Pair(pub(super) i32, pub(super) i32);
    pub(super) struct Described {
        /// The first one.
        pub(super) first: Dog,
        /// The second one.
        pub(super) second: Option<Dog>,
        /// How it feels.
        pub(super) mood: Mood,
        /// What kind of animal.
        #[serde(default = "unit")]
        pub(super) animal: Internal,
        #[schemars(description = "A number", title = "No")]
        pub(super) number: Number,
    }
    #[serde(rename_all = "camelCase", default)]
    pub(super) struct Defaults {
        pub(super) some_text: String,
        pub(super) a_mood: Mood,
        #[serde(rename = "n\"~/%ü", alias = "n")]
        pub(super) number: i32,
        #[serde(skip)]
        pub(super) hidden: i32,
    }

    /// Ein Gefäß.
    pub(super) struct Größe {
        /// Länge in Metern.
        pub(super) länge: f64,
        /// Die Farbe.
        pub(super) farbe: 色,
        pub(super) tier: Vec<動物>,
    }
    pub(super) enum 色 { 赤, 青 }
    #[serde(tag = "種")]
    pub(super) enum 動物 {
        犬(犬),
        猫,
    }
    pub(super) struct 犬 {
        pub(super) 名前: String,
        pub(super) 友達: Option<Box<犬>>,
    }

    pub(super) struct Tree {
        pub(super) value: i32,
        pub(super) left: Option<Box<Tree>>,
        /// The other half.
        pub(super) right: Option<Box<Tree>>,
        pub(super) children: Vec<Tree>,
    }
    pub(super) enum Expression {
        Number(i64),
        /// A sum.
        Sum {
            /// The first summand.
            left: Box<Expression>,
            right: Box<Expression>,
        },
        Product(Vec<Expression>),
    }
    #[serde(tag = "op")]
    pub(super) enum Tagged {
        Leaf,
        Node(Box<Branch>),
    }
    pub(super) struct Branch {
        pub(super) left: Tagged,
        /// The other branch.
        pub(super) right: Tagged,
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Generic<T> {
    pub(super) value: T,
    pub(super) more: Vec<T>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            some_text: "some".to_owned(),
            a_mood: Mood::Good,
            number: 3,
            hidden: 0,
        }
    }
}

fn unit() -> Internal {
    Internal::Unit
}

pub(super) fn dog() -> Dog {
    Dog {
        name: "Rex".to_owned(),
        age: 255,
    }
}

pub(super) fn cat() -> Cat {
    Cat {
        lives: -9,
        indoor: None,
    }
}

pub(super) fn internal() -> Vec<Internal> {
    vec![
        Internal::Dog(dog()),
        Internal::Cat(Box::new(cat())),
        Internal::Fields { x: 0.5 },
        Internal::Unit,
        Internal::Empty(Empty {}),
    ]
}

pub(super) fn adjacent() -> Vec<Adjacent> {
    vec![
        Adjacent::Dog(dog()),
        Adjacent::Text(String::new()),
        Adjacent::Pair(0, 255),
        Adjacent::Fields { x: None },
        Adjacent::Unit,
    ]
}
