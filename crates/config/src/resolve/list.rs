//! Lists of addresses.

use super::Resolver;
use super::declared::{TENANT, refer};
use crate::code::Code;
use crate::document::list as document;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::source::Span;
use ipnet::IpNet;
use postern_model::entity::{AddressList, ListEntry, ListFormat, ListPlace, ListSource, Name};
use std::collections::HashMap;

/// The index of each list.
pub(super) type Lists = HashMap<Name, usize>;

/// An entry and where it stands.
struct Placed {
    entry: ListEntry,
    span: Span,
}

impl Resolver<'_, '_> {
    pub(super) fn lists(&mut self, given: Map<document::AddressList>) -> (Vec<AddressList>, Lists) {
        let lists: Vec<_> = given
            .0
            .into_iter()
            .map(|(name, given)| self.list(&name, given))
            .collect();
        let index = lists.iter().enumerate();
        let index = index.map(|(at, list)| (list.name.clone(), at)).collect();
        (lists, index)
    }

    fn list(&mut self, name: &At<String>, given: document::AddressList) -> AddressList {
        let shown = format!("list {}", quote(&name.value));
        if let Some(tenant) = &given.tenant {
            refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                format!("{shown} belongs to a tenant that does not exist")
            });
        }
        if let Some(expires) = &given.expires_at
            && expires.value.0 <= self.secrets.now()
        {
            let message = format!("{shown} has expired");
            let label = "it counts as empty: it lets nobody in, and refuses nobody";
            self.findings
                .warning(Code::Expired, expires.span, &message, label)
                .help("remove the list where it is named, or give it a later time");
        }
        let source = self.list_source(name, &shown, &given);
        let entries = given.entries.into_iter().flat_map(|entries| entries.value);
        let entries = entries.filter_map(|entry| self.entry(&shown, entry));
        let entries: Vec<Placed> = entries.collect();
        self.redundant(&shown, &entries);
        AddressList {
            name: name.value.as_str().into(),
            tenant: given.tenant.map(|tenant| tenant.value.into()),
            expires_at: given.expires_at.map(|date| date.value.0),
            entries: entries.into_iter().map(|placed| placed.entry).collect(),
            source,
        }
    }

    /// Where the ranges of a list come from, if that is elsewhere.
    fn list_source(
        &mut self,
        name: &At<String>,
        shown: &str,
        given: &document::AddressList,
    ) -> Option<ListSource> {
        let Some(source) = &given.source else {
            if given.entries.is_none() && name.intact {
                let message = format!("{shown} has no `entries`");
                self.findings
                    .error(Code::MissingField, name.span, &message, "nor a `source`")
                    .help("add `entries: [203.0.113.0/24]` or `source: {file: FILE}`, say");
            }
            return None;
        };
        if let Some(entries) = &given.entries {
            let message = format!("{shown} has `entries` and a `source`");
            self.findings
                .error(Code::Conflict, entries.span, &message, "one of them")
                .help("make two lists, and name both where they are used");
        }
        let place = match (&source.value.file, &source.value.url) {
            (Some(file), None) => ListPlace::File(self.readable(&file.value.0, file.span).into()),
            (None, Some(url)) => {
                if !url.value.0.starts_with("https://") {
                    let message = format!("{shown} comes over an open connection");
                    self.findings.error(
                        Code::InvalidUrl,
                        url.span,
                        &message,
                        "expected `https://…`",
                    );
                }
                ListPlace::Url(url.value.0.clone())
            }
            (file, url) => {
                if source.intact {
                    let label = match (file, url) {
                        (Some(_), Some(_)) => "it has both",
                        _ => "it has none",
                    };
                    let message = format!("the source of {shown} has to be a `file` or a `url`");
                    self.findings
                        .error(Code::Conflict, source.span, &message, label);
                }
                return None;
            }
        };
        let usual = ListSource::usual(place);
        let given = &source.value;
        Some(ListSource {
            format: match given.format {
                Some(document::ListFormat::Json) => ListFormat::Json,
                Some(document::ListFormat::Text) | None => ListFormat::Text,
            },
            refresh: given.refresh.map_or(usual.refresh, |time| time.0),
            stale_after: given.stale_after.map_or(usual.stale_after, |time| time.0),
            ..usual
        })
    }

    fn entry(&mut self, shown: &str, given: At<document::ListEntry>) -> Option<Placed> {
        let described = match given.value {
            document::ListEntry::Range(range) => {
                return Some(Placed {
                    entry: ListEntry {
                        range: range.0,
                        comment: None,
                        added_at: None,
                        expires_at: None,
                    },
                    span: given.span,
                });
            }
            document::ListEntry::Described(described) => described,
        };
        if let Some(expires) = &described.expires_at
            && expires.value.0 <= self.secrets.now()
        {
            let message = format!("an entry of {shown} has expired");
            self.findings
                .warning(
                    Code::Expired,
                    expires.span,
                    &message,
                    "it does not count any more",
                )
                .help("remove the entry, or give it a later time");
        }
        let range = described.range?;
        Some(Placed {
            entry: ListEntry {
                range: range.value.0,
                comment: described.comment.map(|comment| comment.0),
                added_at: described.added_at.map(|date| date.0),
                expires_at: described.expires_at.map(|date| date.value.0),
            },
            span: range.span,
        })
    }

    /// Warns of entries that another one makes superfluous. Ranges are nested or apart, so that
    /// in their order those around an entry are the open ones before it.
    fn redundant(&mut self, shown: &str, entries: &[Placed]) {
        let mut sorted: Vec<&Placed> = entries.iter().collect();
        sorted.sort_by_key(|placed| {
            let range = placed.entry.range;
            (range.network(), range.prefix_len(), placed.span.start)
        });
        let mut open: Vec<&Placed> = Vec::new();
        for placed in sorted {
            let ListEntry {
                range, expires_at, ..
            } = &placed.entry;
            while open.last().is_some_and(|o| !o.entry.range.contains(range)) {
                open.pop();
            }
            let outlives = |other: &&&Placed| match (other.entry.expires_at, expires_at) {
                (None, _) => true,
                (Some(theirs), Some(ours)) => theirs >= *ours,
                (Some(_), None) => false,
            };
            if let Some(around) = open.iter().find(outlives) {
                let message = format!("{} of {shown} is superfluous", written(range));
                let line = self.findings.line(around.span.start);
                let label = format!(
                    "lies within `{}` in line {line}",
                    written(&around.entry.range)
                );
                self.findings
                    .warning(Code::Redundant, placed.span, &message, &label);
            }
            open.push(placed);
        }
    }

    /// The indices of lists that something refers to.
    pub(super) fn lists_of(
        &mut self,
        given: &[At<String>],
        lists: &Lists,
        what: impl Fn() -> String,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        for name in given {
            refer(
                self.findings,
                &super::declared::LIST,
                &self.names.lists,
                name,
                &what,
            );
            found.extend(lists.get(name.value.as_str()));
        }
        found
    }
}

/// A range as people write it.
fn written(range: &IpNet) -> String {
    if range.prefix_len() == range.max_prefix_len() {
        range.addr().to_string()
    } else {
        range.to_string()
    }
}
