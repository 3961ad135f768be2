//! Places in JSON documents: JSON pointers (RFC 6901), where `*` stands for every item or member.

use crate::json::Json;

/// Most steps of one pointer.
const MOST_STEPS: usize = 32;

/// A place, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    text: Box<str>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(Box<str>),
    Every,
}

/// Why a text is no pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointerFault {
    /// It does not begin with a slash.
    #[error("a JSON pointer begins with `/`")]
    NoSlash,
    /// `~` is followed by something other than 0 or 1.
    #[error("`~` stands for itself as `~0`, and `~1` for `/`")]
    Tilde,
    /// There are too many steps.
    #[error("a pointer has at most {MOST_STEPS} steps")]
    TooLong,
    /// `*` where one place is needed.
    #[error("`*` is for masks: this needs one place")]
    Every,
    /// The whole document where a part of it is needed.
    #[error("the whole document cannot be moved or removed; use `replace`")]
    Whole,
}

impl Pointer {
    /// Reads one. `*` as a whole step stands for all.
    ///
    /// # Errors
    /// What is wrong.
    pub fn new(text: &str) -> Result<Self, PointerFault> {
        let mut steps = Vec::new();
        if !text.is_empty() {
            let inner = text.strip_prefix('/').ok_or(PointerFault::NoSlash)?;
            for step in inner.split('/') {
                if steps.len() == MOST_STEPS {
                    return Err(PointerFault::TooLong);
                }
                steps.push(if step == "*" {
                    Step::Every
                } else {
                    Step::Name(unescaped(step)?)
                });
            }
        }
        Ok(Self {
            text: text.into(),
            steps,
        })
    }

    /// Reads one that means one place below the whole.
    ///
    /// # Errors
    /// What is wrong.
    pub fn single(text: &str) -> Result<Self, PointerFault> {
        let pointer = Self::new(text)?;
        if pointer.steps.contains(&Step::Every) {
            return Err(PointerFault::Every);
        }
        if pointer.steps.is_empty() {
            return Err(PointerFault::Whole);
        }
        Ok(pointer)
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its steps as texts, `*` for every one.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| match step {
            Step::Name(name) => &**name,
            Step::Every => "*",
        })
    }

    /// The value at one place.
    pub(crate) fn find<'j>(&self, json: &'j Json) -> Option<&'j Json> {
        self.steps.iter().try_fold(json, |json, step| match step {
            Step::Name(name) => match json {
                Json::List(items) => items.get(index(name)?),
                _ => json.get(name),
            },
            Step::Every => None,
        })
    }

    /// Calls `each` for every value at the places it means, with where it stands.
    pub(crate) fn visit(&self, json: &mut Json, each: &mut impl FnMut(&mut Json)) {
        fn walk(steps: &[Step], json: &mut Json, each: &mut impl FnMut(&mut Json)) {
            let Some((step, rest)) = steps.split_first() else {
                each(json);
                return;
            };
            match (step, json) {
                (Step::Every, Json::List(items)) => {
                    for item in items.iter_mut() {
                        walk(rest, item, each);
                    }
                }
                (Step::Every, Json::Object(members)) => {
                    for (_, member) in members.iter_mut() {
                        walk(rest, member, each);
                    }
                }
                (Step::Name(name), Json::List(items)) => {
                    if let Some(item) = index(name).and_then(|at| items.get_mut(at)) {
                        walk(rest, item, each);
                    }
                }
                (Step::Name(name), json) => {
                    if let Some(member) = json.get_mut(name) {
                        walk(rest, member, each);
                    }
                }
                (Step::Every, _) => {}
            }
        }
        walk(&self.steps, json, each);
    }

    /// Puts a value at one place; objects on the way are made where nothing stands. In a list, the
    /// index of an item replaces it and `-` adds one. Says whether there was a way.
    pub(crate) fn set(&self, json: &mut Json, value: Json) -> bool {
        let mut at = json;
        for step in &self.steps {
            let Step::Name(name) = step else {
                return false;
            };
            if at.word() == Some("null") {
                *at = Json::Object(Vec::new());
            }
            at = match at {
                Json::Object(members) => {
                    let found = members.iter().position(|(n, _)| *n == **name);
                    let place = found.unwrap_or_else(|| {
                        members.push((name.to_string(), Json::Word("null".into())));
                        members.len() - 1
                    });
                    match members.get_mut(place) {
                        Some((_, member)) => member,
                        None => return false,
                    }
                }
                Json::List(items) => {
                    let place = if **name == *"-" {
                        items.push(Json::Word("null".into()));
                        Some(items.len() - 1)
                    } else {
                        index(name)
                    };
                    match place.and_then(|at| items.get_mut(at)) {
                        Some(item) => item,
                        None => return false,
                    }
                }
                _ => return false,
            };
        }
        *at = value;
        true
    }

    /// Takes the value at one place out; `None` where nothing stands there.
    pub(crate) fn take(&self, json: &mut Json) -> Option<Json> {
        let (last, way) = self.steps.split_last()?;
        let mut at = json;
        for step in way {
            at = match (step, at) {
                (Step::Name(name), Json::List(items)) => items.get_mut(index(name)?)?,
                (Step::Name(name), json) => json.get_mut(name)?,
                (Step::Every, _) => return None,
            };
        }
        match (last, at) {
            (Step::Name(name), Json::Object(members)) => {
                let place = members.iter().position(|(n, _)| *n == **name)?;
                Some(members.remove(place).1)
            }
            (Step::Name(name), Json::List(items)) => {
                let place = index(name).filter(|at| *at < items.len())?;
                Some(items.remove(place))
            }
            _ => None,
        }
    }

    /// Gives the member at one place another name, and leaves it where it stands in its object.
    /// `None` where there is no such member; `Some(false)` where the other name is taken.
    pub(crate) fn rename(&self, json: &mut Json, to: &str) -> Option<bool> {
        let (last, way) = self.steps.split_last()?;
        let mut at = json;
        for step in way {
            at = match (step, at) {
                (Step::Name(name), Json::List(items)) => items.get_mut(index(name)?)?,
                (Step::Name(name), json) => json.get_mut(name)?,
                (Step::Every, _) => return None,
            };
        }
        let (Step::Name(name), Json::Object(members)) = (last, at) else {
            return None;
        };
        let place = members.iter().position(|(n, _)| *n == **name)?;
        if **name != *to && members.iter().any(|(n, _)| n == to) {
            return Some(false);
        }
        let (member, _) = members.get_mut(place)?;
        to.clone_into(member);
        Some(true)
    }
}

/// An index as RFC 6901 §4 writes it.
fn index(step: &str) -> Option<usize> {
    let plain = step.bytes().all(|b| b.is_ascii_digit()) && (step == "0" || !step.starts_with('0'));
    if plain { step.parse().ok() } else { None }
}

fn unescaped(step: &str) -> Result<Box<str>, PointerFault> {
    let mut out = String::with_capacity(step.len());
    let mut chars = step.chars();
    while let Some(c) = chars.next() {
        match c {
            '~' => match chars.next() {
                Some('0') => out.push('~'),
                Some('1') => out.push('/'),
                _ => return Err(PointerFault::Tilde),
            },
            c => out.push(c),
        }
    }
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::read(text.as_bytes()).unwrap()
    }

    fn after(text: &str, change: impl FnOnce(&mut Json)) -> String {
        let mut json = json(text);
        change(&mut json);
        String::from_utf8(json.write()).unwrap()
    }

    fn at(text: &str) -> Pointer {
        Pointer::single(text).unwrap()
    }

    #[test]
    fn pointers_are_read_as_the_standard_says() {
        let document = json(r#"{"a/b":{"m~n":[10,20]},"":1}"#);
        assert_eq!(
            at("/a~1b/m~0n/1").find(&document).unwrap().word(),
            Some("20")
        );
        assert_eq!(at("/").find(&document).unwrap().word(), Some("1"));
        for none in ["/a~1b/m~0n/2", "/a~1b/m~0n/01", "/a~1b/m~0n/-", "/x/y"] {
            assert_eq!(at(none).find(&document), None, "{none}");
        }
        assert_eq!(Pointer::new("a"), Err(PointerFault::NoSlash));
        assert_eq!(Pointer::new("/a~2"), Err(PointerFault::Tilde));
        assert_eq!(Pointer::single("/a/*"), Err(PointerFault::Every));
        assert_eq!(Pointer::single(""), Err(PointerFault::Whole));
        assert_eq!(Pointer::new(&"/a".repeat(33)), Err(PointerFault::TooLong));
    }

    #[test]
    fn what_is_missing_on_the_way_is_made() {
        let set = |text, place: &str| {
            after(text, |json| {
                assert!(at(place).set(json, Json::Text("v".into())));
            })
        };
        assert_eq!(set("{}", "/a/b"), r#"{"a":{"b":"v"}}"#);
        assert_eq!(
            set(r#"{"a":null,"z":1}"#, "/a/b"),
            r#"{"a":{"b":"v"},"z":1}"#
        );
        assert_eq!(set(r#"{"a":[1,2]}"#, "/a/0"), r#"{"a":["v",2]}"#);
        assert_eq!(set(r#"{"a":[1]}"#, "/a/-"), r#"{"a":[1,"v"]}"#);
        for (text, place) in [(r#"{"a":1}"#, "/a/b"), (r#"{"a":[1]}"#, "/a/5")] {
            assert!(
                !at(place).set(&mut json(text), Json::Text("v".into())),
                "{place}"
            );
        }
    }

    #[test]
    fn parts_are_taken_out_and_renamed_where_they_stand() {
        let text = r#"{"a":{"b":1,"c":2},"l":[1,2,3]}"#;
        let taken = after(text, |json| {
            assert_eq!(at("/a/b").take(json).unwrap().word(), Some("1"));
            assert_eq!(at("/l/1").take(json).unwrap().word(), Some("2"));
            assert_eq!(at("/l/7").take(json), None);
        });
        assert_eq!(taken, r#"{"a":{"c":2},"l":[1,3]}"#);
        let renamed = after(text, |json| {
            assert_eq!(at("/a/b").rename(json, "d"), Some(true));
            assert_eq!(at("/a/d").rename(json, "c"), Some(false));
            assert_eq!(at("/a/x").rename(json, "y"), None);
        });
        assert_eq!(renamed, r#"{"a":{"d":1,"c":2},"l":[1,2,3]}"#);
    }

    #[test]
    fn a_star_means_every_item_and_member() {
        let mut seen = Vec::new();
        let pointer = Pointer::new("/l/*/a").unwrap();
        let mut document = json(r#"{"l":[{"a":1},{"b":2},{"a":3}],"m":{"a":4}}"#);
        pointer.visit(&mut document, &mut |json| {
            seen.push(json.word().unwrap().to_owned());
        });
        Pointer::new("/m/*")
            .unwrap()
            .visit(&mut document, &mut |json| {
                seen.push(json.word().unwrap().to_owned());
            });
        assert_eq!(seen, ["1", "3", "4"]);
    }
}
