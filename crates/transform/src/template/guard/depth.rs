//! How much is stacked upon each other in one tag, before anything is taken apart.

use super::{TemplateFault, fault, whole};
use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

/// Most operators, filters, members and brackets that one value of a tag may be made by.
const DEEPEST: usize = 200;
/// Most `elif` of a template.
const ELSES: usize = 100;

/// What has been found at one level of brackets.
#[derive(Default)]
struct Level {
    /// Since the last comma.
    here: usize,
    /// The most before it.
    most: usize,
}

impl Level {
    fn all(&self) -> usize {
        self.here.max(self.most)
    }
}

/// # Errors
/// There is too much. What cannot be read at all is left to whoever reads it.
pub(super) fn check(text: &str) -> Result<(), TemplateFault> {
    let mut levels = vec![Level::default()];
    let mut elses = 0;
    for token in tokenize(text, false, SyntaxConfig::default()) {
        let Ok((token, span)) = token else {
            break;
        };
        let is_open = matches!(
            token,
            Token::BracketOpen | Token::ParenOpen | Token::BraceOpen
        );
        let inner = match token {
            Token::VariableStart | Token::BlockStart => {
                levels = vec![Level::default()];
                continue;
            }
            Token::BracketClose | Token::ParenClose | Token::BraceClose => {
                // One that is not open is no template, which is said elsewhere.
                levels.pop().map_or(0, |inner| inner.all())
            }
            _ => 0,
        };
        if levels.is_empty() {
            levels.push(Level::default());
        }
        let Some(level) = levels.last_mut() else {
            break;
        };
        level.here += inner;
        match token {
            Token::Comma => {
                level.most = level.all();
                level.here = 0;
            }
            Token::Ident("elif") => elses += 1,
            Token::Ident("and" | "or" | "not" | "is" | "in" | "if" | "else")
            | Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::FloorDiv
            | Token::Pow
            | Token::Mod
            | Token::Dot
            | Token::Tilde
            | Token::Pipe
            | Token::Eq
            | Token::Ne
            | Token::Gt
            | Token::Gte
            | Token::Lt
            | Token::Lte
            | Token::BracketOpen
            | Token::ParenOpen
            | Token::BraceOpen => level.here += 1,
            _ => {}
        }
        let is_deep = level.here > DEEPEST;
        if is_open {
            levels.push(Level::default());
        }
        if is_deep || levels.len() > DEEPEST {
            let problem = format!(
                "a value is made by at most {DEEPEST} operators; `{{% set %}}` parts of it before"
            );
            return Err(fault(whole(span), problem));
        }
        if elses > ELSES {
            let problem = format!("a template has at most {ELSES} `elif`");
            return Err(fault(whole(span), problem));
        }
    }
    Ok(())
}
