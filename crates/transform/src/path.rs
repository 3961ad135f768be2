//! Paths that are written anew.

use crate::template::{Form, Names, Template, TemplateFault, Templates, is_template};
use minijinja::Value;

/// Longest path, bytes.
const LONGEST: usize = 8 << 10;

/// A path with places for parameters.
#[derive(Debug)]
pub(crate) enum Path {
    Pieces(Vec<Piece>),
    Template(Template),
}

#[derive(Debug)]
pub(crate) enum Piece {
    Literal(Box<str>),
    Param(Box<str>),
}

/// The names in braces of a path that is no template.
///
/// # Errors
/// What is wrong with it.
pub fn placeholders(text: &str) -> Result<Vec<&str>, String> {
    if text.contains(['?', '#']) {
        return Err("a path ends before its query, which `query` changes".to_owned());
    }
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if before.contains('}') {
            return Err("a brace is closed that is not open".to_owned());
        }
        let (name, behind) = after
            .split_once('}')
            .ok_or_else(|| "a brace is not closed".to_owned())?;
        let name = name.strip_prefix('*').unwrap_or(name);
        if name.is_empty() || name.contains('{') {
            return Err("a name of a parameter is missing in the braces".to_owned());
        }
        names.push(name);
        rest = behind;
    }
    if rest.contains('}') {
        return Err("a brace is closed that is not open".to_owned());
    }
    Ok(names)
}

impl Path {
    pub(crate) fn new(
        text: &str,
        templates: &mut Templates,
    ) -> Result<(Self, Names), TemplateFault> {
        let fault = |problem: String| TemplateFault {
            problem,
            range: None,
        };
        if is_template(text) {
            let (template, names) = templates.add(text, Form::Path, false)?;
            return Ok((Self::Template(template), names));
        }
        if !text.starts_with('/') {
            return Err(fault("a path begins with `/`".to_owned()));
        }
        let params = placeholders(text).map_err(fault)?;
        let params = params.into_iter().map(str::to_owned).collect();
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            pieces.push(Piece::Literal(before.into()));
            pieces.push(Piece::Param(name.strip_prefix('*').unwrap_or(name).into()));
            rest = behind;
        }
        pieces.push(Piece::Literal(rest.into()));
        let names = Names {
            params,
            ..Names::default()
        };
        Ok((Self::Pieces(pieces), names))
    }

    /// Writes it. `params`: as they stood in the path that came.
    pub(crate) fn write(
        &self,
        templates: &Templates,
        params: &[(&str, &str)],
        root: impl FnOnce() -> Value,
    ) -> Result<String, String> {
        match self {
            Self::Template(template) => templates.render(template, root(), LONGEST),
            Self::Pieces(pieces) => {
                let mut out = String::new();
                for piece in pieces {
                    out.push_str(match piece {
                        Piece::Literal(text) => text,
                        Piece::Param(name) => params
                            .iter()
                            .find(|(other, _)| **other == **name)
                            .map(|(_, value)| *value)
                            .ok_or_else(|| format!("the operation has no parameter `{name}`"))?,
                    });
                }
                if out.len() > LONGEST {
                    return Err(format!("it wrote more than {LONGEST} bytes"));
                }
                Ok(out)
            }
        }
    }
}

/// As data within one segment (RFC 3986 §2.3): everything but unreserved characters is encoded.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit = |n: u8| {
                char::from_digit(n.into(), 16)
                    .unwrap_or('0')
                    .to_ascii_uppercase()
            };
            out.push('%');
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
        }
    }
    out
}
