//! Kind `mask`: what is hidden of JSON documents.

mod kinds;
#[cfg(test)]
mod tests;
mod way;

use crate::failure::Fault;
use crate::json::Json;
use crate::pointer::Pointer;
use kinds::Kind;
use postern_model::entity::{Hidden, MaskRule, Name, Sought, Way};
use regex::{Regex, RegexBuilder};
use way::hidden;

/// Largest compiled expression, bytes.
const LARGEST: usize = 1 << 20;

/// A policy of the kind `mask`, compiled.
#[derive(Debug)]
pub struct Mask {
    rules: Vec<Rule>,
    max_body: usize,
    pass_unreadable: bool,
}

#[derive(Debug)]
struct Rule {
    label: Name,
    what: What,
    way: Way,
    only_records: bool,
}

#[derive(Debug)]
enum What {
    Place(Pointer),
    Kind(Kind),
    Expression(Regex),
}

impl Mask {
    /// Compiles a rule.
    ///
    /// # Errors
    /// The first thing to hide that cannot be found.
    pub fn new(rule: &MaskRule) -> Result<Self, Fault> {
        let rules = rule.hide.iter().enumerate();
        let rules = rules.map(|(at, hide)| compile(at, hide));
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
            max_body: rule.max_body,
            pass_unreadable: rule.pass_unreadable,
        })
    }

    /// The longest answer that is read, bytes.
    pub const fn max_body(&self) -> usize {
        self.max_body
    }

    /// Whether answers that are no JSON pass as they are.
    pub const fn passes_unreadable(&self) -> bool {
        self.pass_unreadable
    }

    /// Whether anything is hidden from callers.
    pub fn hides_from_callers(&self) -> bool {
        self.rules.iter().any(|rule| !rule.only_records)
    }

    /// What each of its rules is called: its place, its kind, or `matching` and its number.
    pub fn labels(&self) -> impl Iterator<Item = &Name> {
        self.rules.iter().map(|rule| &rule.label)
    }

    /// Hides what is to be hidden, and says how many values each rule has hidden. `record`: for a
    /// record, and not for a caller.
    pub fn apply(&self, json: &mut Json, record: bool) -> Vec<u64> {
        let rules = self.rules.iter();
        rules
            .map(|rule| {
                if rule.only_records && !record {
                    return 0;
                }
                rule.apply(json)
            })
            .collect()
    }
}

fn compile(at: usize, hide: &Hidden) -> Result<Rule, Fault> {
    let step = || format!("hide {}", at + 1);
    let what = match &hide.what {
        Sought::Place(text) => match Pointer::new(text) {
            Ok(pointer) => What::Place(pointer),
            Err(fault) => {
                return Err(Fault {
                    step: step(),
                    problem: fault.to_string(),
                    range: None,
                });
            }
        },
        Sought::Kind(kind) => What::Kind(Kind::new(*kind, step)?),
        Sought::Expression(text) => What::Expression(expression(text, step)?),
    };
    Ok(Rule {
        label: hide.label(at),
        what,
        way: hide.way.clone(),
        only_records: hide.only_records,
    })
}

/// A regular expression that matches in time linear in what it looks at.
fn expression(text: &str, step: impl Fn() -> String) -> Result<Regex, Fault> {
    let fault = |problem: String| Fault {
        step: step(),
        problem,
        range: None,
    };
    let regex = RegexBuilder::new(text).size_limit(LARGEST).build();
    let regex = regex.map_err(|error| {
        // Before its last line it draws the expression.
        let error = error.to_string();
        let last = error.lines().last().unwrap_or_default();
        let last = last.strip_prefix("error: ").unwrap_or(last);
        fault(format!("it is no regular expression: {last}"))
    })?;
    if regex.is_match("") {
        return Err(fault("it matches a text of no length".to_owned()));
    }
    Ok(regex)
}

impl Rule {
    fn apply(&self, json: &mut Json) -> u64 {
        let mut count = 0;
        match &self.what {
            What::Place(pointer) => pointer.visit(json, &mut |value| {
                count += u64::from(self.whole(value));
            }),
            What::Kind(kind) => self.kind(kind, None, json, &mut count),
            What::Expression(regex) => each(json, &mut |value| {
                let text = match &*value {
                    Json::Text(text) => text.clone(),
                    Json::Word(word) if **word != *"null" => word.to_string(),
                    _ => return,
                };
                let found: Vec<_> = regex.find_iter(&text).map(|found| found.range()).collect();
                if !found.is_empty() {
                    count += found.len() as u64;
                    *value = Json::Text(way::without(&text, &found, &self.way));
                }
            }),
        }
        count
    }

    /// Hides a value, whatever it is; says whether there was one.
    fn whole(&self, value: &mut Json) -> bool {
        let masked = match &*value {
            Json::Word(word) if **word == *"null" => return false,
            Json::Word(word) => hidden(word, &self.way),
            Json::Text(text) => hidden(text, &self.way),
            // Of what has parts, no part is shown.
            Json::List(_) | Json::Object(_) => match &self.way {
                Way::Replace(text) => text.to_string(),
                Way::Partial { .. } | Way::Truncate(_) => way::STARS.to_owned(),
            },
        };
        *value = Json::Text(masked);
        true
    }

    /// `member`: the name of the nearest member around.
    fn kind(&self, kind: &Kind, member: Option<&str>, json: &mut Json, count: &mut u64) {
        match json {
            Json::List(items) => items
                .iter_mut()
                .for_each(|item| self.kind(kind, member, item, count)),
            Json::Object(members) => members.iter_mut().for_each(|(name, value)| {
                // What stands in a name's parts belongs to the name.
                let inherits = member.filter(|member| kind.is_member(member));
                let name = name.clone();
                self.kind(kind, Some(inherits.unwrap_or(&name)), value, count);
            }),
            Json::Word(word) if **word == *"null" => {}
            Json::Text(_) | Json::Word(_) if member.is_some_and(|name| kind.is_member(name)) => {
                *count += u64::from(kind.is_value(json) && self.whole(json));
            }
            Json::Text(text) => {
                let found = kind.find(text);
                if !found.is_empty() {
                    *count += found.len() as u64;
                    *text = way::without(text, &found, &self.way);
                }
            }
            Json::Word(word) => {
                if kind.is_number(word) {
                    *count += 1;
                    *json = Json::Text(hidden(word, &self.way));
                }
            }
        }
    }
}

/// Calls `visit` for every value without parts.
fn each(json: &mut Json, visit: &mut impl FnMut(&mut Json)) {
    match json {
        Json::List(items) => items.iter_mut().for_each(|item| each(item, visit)),
        Json::Object(members) => members.iter_mut().for_each(|(_, value)| each(value, visit)),
        Json::Text(_) | Json::Word(_) => visit(json),
    }
}
