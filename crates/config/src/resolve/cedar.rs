//! Statements of Cedar: whether they mean something, and where they stand in the document.

use super::Resolver;
use super::declared::Declared;
use crate::code::Code;
use crate::located::At;
use crate::source::Span;
use postern_cedar::{Checker, Fault, Parameters, References};
use postern_model::entity::{CedarRule, Level, Service};
use std::ops::Range;

/// Headers that hold what callers prove themselves with, whatever services accept.
const SECRET: [&str; 6] = [
    "authorization",
    "cookie",
    "dpop",
    "proxy-authorization",
    "set-cookie",
    "x-api-key",
];

/// What statements are checked by.
pub(super) struct Statements<'s> {
    checker: Checker,
    services: &'s [Service],
}

impl<'s> Statements<'s> {
    pub(super) fn new(services: &'s [Service]) -> Self {
        Self {
            checker: Checker::default(),
            services,
        }
    }

    /// The path parameters of the operations at a level.
    fn parameters(&self, level: &Level) -> Parameters {
        let mut all: Vec<Vec<&str>> = Vec::new();
        for service in self.services {
            let here = match level {
                Level::Platform => true,
                Level::Tenant(tenant) => service.tenant.as_ref() == Some(tenant),
                Level::Service(name) | Level::Version(name, _) | Level::Operation(name, ..) => {
                    service.name == *name
                }
            };
            for version in service.versions.iter().filter(|_| here) {
                let here = match level {
                    Level::Version(_, name) | Level::Operation(_, name, _) => version.name == *name,
                    _ => true,
                };
                let prefixes = [&service.base_path, &version.base_path];
                for operation in version.operations.iter().filter(|_| here) {
                    let here = match level {
                        Level::Operation(_, _, name) => operation.name == *name,
                        _ => true,
                    };
                    if here {
                        let paths = prefixes.into_iter().chain([&operation.path]);
                        all.push(paths.flat_map(|path| parameters_in(path)).collect());
                    }
                }
            }
        }
        Parameters::of(all)
    }

    fn accepts(&self, header: &str) -> bool {
        let accepted = self.services.iter().flat_map(|service| {
            let versions = service.versions.iter();
            let operations = versions.flat_map(|version| &version.operations);
            let own = operations.filter_map(|one| one.authentication.as_deref());
            service.authentication.iter().chain(own)
        });
        let mut headers = accepted.flat_map(|accepted| &accepted.headers);
        headers.any(|name| name.eq_ignore_ascii_case(header))
    }
}

/// The parameters of a template: `{order}`, `{*rest}`.
fn parameters_in(path: &str) -> impl Iterator<Item = &str> {
    let pieces = path.split('{').skip(1);
    let names = pieces.filter_map(|piece| piece.split_once('}'));
    names.map(|(name, _)| name.trim_start_matches('*'))
}

/// What the document declares, for statements that refer to it.
struct Names<'a, 'd> {
    declared: &'a Declared<'d>,
    statements: &'a Statements<'a>,
    headers: &'a dyn Fn(&str) -> bool,
}

impl References for Names<'_, '_> {
    fn may_have(&self, kind: &str, name: &str) -> bool {
        let declared = self.declared;
        let (service, rest) = name.split_once('/').unwrap_or((name, ""));
        match kind {
            "App" => declared.apps.may_have_if_told(name),
            "Group" => declared.groups.may_have_if_told(name),
            "AccessRole" => declared.access_roles.may_have(name),
            "Tenant" => declared.tenants.may_have_if_told(name),
            "Service" => declared.services.may_have(name),
            "Version" => {
                let inside = declared.inside(service);
                let has = inside.is_some_and(|inside| inside.versions.may_have(rest));
                has && declared.services.may_have(service)
            }
            "Operation" => {
                let (version, operation) = rest.split_once('/').unwrap_or((rest, ""));
                let inside = declared.inside(service);
                inside.is_some_and(|inside| {
                    inside.versions.may_have(version)
                        && inside.operations(&[version]).may_have(operation)
                })
            }
            _ => false,
        }
    }

    fn names(&self, kind: &str) -> Vec<String> {
        let declared = self.declared;
        let owned = |names: &mut dyn Iterator<Item = &str>| names.map(str::to_owned).collect();
        let services = self.statements.services.iter();
        match kind {
            "App" => owned(&mut declared.apps.known()),
            "Group" => owned(&mut declared.groups.known()),
            "AccessRole" => owned(&mut declared.access_roles.known()),
            "Tenant" => owned(&mut declared.tenants.known()),
            "Service" => owned(&mut declared.services.known()),
            "Version" => {
                let all = services.flat_map(|service| {
                    let versions = service.versions.iter();
                    versions.map(move |version| format!("{}/{}", service.name, version.name))
                });
                all.collect()
            }
            "Operation" => {
                let all = services.flat_map(|service| {
                    service.versions.iter().flat_map(move |version| {
                        let of = format!("{}/{}", service.name, version.name);
                        let operations = version.operations.iter();
                        operations.map(move |operation| format!("{of}/{}", operation.name))
                    })
                });
                all.collect()
            }
            _ => Vec::new(),
        }
    }

    fn parameters(&self, kind: &str, name: &str) -> Parameters {
        let mut names = name.splitn(3, '/').map(Into::into);
        let mut next = || names.next().unwrap_or_else(|| "".into());
        let (service, version, operation) = (next(), next(), next());
        self.statements.parameters(&match kind {
            "Operation" => Level::Operation(service, version, operation),
            "Version" => Level::Version(service, version),
            _ => Level::Service(service),
        })
    }

    fn is_secret(&self, header: &str) -> bool {
        SECRET.contains(&header) || (self.headers)(header)
    }
}

impl Resolver<'_, '_> {
    /// Checks statements against everything that they may speak of.
    pub(super) fn statements(
        &mut self,
        shown: &str,
        text: &At<String>,
        level: &Level,
        statements: &mut Statements<'_>,
    ) -> CedarRule {
        let parameters = statements.parameters(level);
        let mut checker = std::mem::take(&mut statements.checker);
        let faults = {
            let names = Names {
                declared: &self.names,
                statements,
                headers: &|header| statements.accepts(header),
            };
            checker.check(&text.value, level, &parameters, &names)
        };
        statements.checker = checker;
        for fault in faults {
            self.fault(shown, text, &fault);
        }
        CedarRule {
            policies: text.value.as_str().into(),
        }
    }

    fn fault(&mut self, shown: &str, text: &At<String>, fault: &Fault) {
        let written = self.findings.written(text.span);
        let place = fault.span.clone();
        let place = place.and_then(|span| place_in(written, &text.value, span));
        let span = place.map_or(text.span, |place| {
            Span::new(text.span.start + place.start, text.span.start + place.end)
        });
        let message = format!("{shown}: {}", fault.message);
        let found = if fault.is_warning {
            self.findings
                .warning(Code::InvalidPolicy, span, &message, &fault.label)
        } else {
            self.findings
                .error(Code::InvalidPolicy, span, &message, &fault.label)
        };
        let found = found.within(&text.value, fault.span.as_ref());
        let found = match &fault.unknown {
            Some((written, known)) => found.did_you_mean(written, known.iter().map(String::as_str)),
            None => found,
        };
        if let Some(help) = &fault.help {
            found.help(help);
        }
    }
}

/// Where a piece of a text stands in the scalar that it was read from: in one line as it is, or in a
/// block line by line, each behind its indentation. `None` where the scalar was folded or escaped.
fn place_in(written: &str, text: &str, piece: Range<usize>) -> Option<Range<usize>> {
    if let Some(at) = written.find(text.trim_end()) {
        return Some(at + piece.start..at + piece.end);
    }
    let before = text.get(..piece.start)?;
    let line = before.matches('\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    // The first line of a block says how it is read.
    let mut lines = Vec::new();
    let mut at = 0;
    for one in written.split_inclusive('\n') {
        lines.push((at, one.trim_end_matches(['\n', '\r'])));
        at += one.len();
    }
    let texts: Vec<&str> = text.lines().collect();
    let first = (0..lines.len()).find(|first| {
        let stands = |(nth, text): (usize, &&str)| {
            let line = lines.get(first + nth);
            line.is_some_and(|(_, line)| line.ends_with(*text) && line.trim() == text.trim())
        };
        texts.iter().enumerate().all(stands)
    })?;
    let (start, written) = lines.get(first + line)?;
    let indented = written.len() - texts.get(line)?.len();
    let from = start + indented + column;
    // What goes over several lines is marked to the end of its first.
    let length = piece
        .len()
        .min(written.len().saturating_sub(indented + column));
    Some(from..from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_found_where_they_stand() {
        let cases = [
            ("\"permit (a);\"", "permit (a);", "(a)"),
            (
                "|\n    permit (a)\n      when { b };\n",
                "permit (a)\n  when { b };\n",
                "b",
            ),
            (
                "permit (a)\n      when { b };\n",
                "permit (a)\n  when { b };\n",
                "when { b };",
            ),
            (
                "|-\r\n    permit (a)\r\n    when { b };",
                "permit (a)\nwhen { b };",
                "{ b }",
            ),
        ];
        for (written, text, piece) in cases {
            let at = text.find(piece).unwrap();
            let place = place_in(written, text, at..at + piece.len()).unwrap();
            assert_eq!(written.get(place), Some(piece), "{written}");
        }
        assert_eq!(place_in("\"a\\tb\"", "a\tb", 2..3), None);
    }
}
