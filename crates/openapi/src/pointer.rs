//! JSON Pointers (RFC 6901).

use std::fmt;

/// Bytes of a step that are shown.
const STEP: usize = 200;

/// Where a value stands, while a document is walked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pointer<'a> {
    above: Option<&'a Pointer<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    /// A pointer that was made before.
    Whole(&'a str),
    Member(&'a str),
    Item(usize),
}

impl<'a> Pointer<'a> {
    /// The whole document.
    pub(crate) const ROOT: Pointer<'static> = Pointer {
        above: None,
        step: Step::Whole(""),
    };

    /// A place that is known as a text.
    pub(crate) const fn of(text: &'a str) -> Self {
        Self {
            above: None,
            step: Step::Whole(text),
        }
    }

    /// A member of what stands here.
    pub(crate) const fn member<'b>(&'b self, name: &'b str) -> Pointer<'b> {
        Pointer {
            above: Some(self),
            step: Step::Member(name),
        }
    }

    /// An item of the list that stands here.
    pub(crate) const fn item(&self, at: usize) -> Pointer<'_> {
        Pointer {
            above: Some(self),
            step: Step::Item(at),
        }
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match self.step {
            Step::Whole(text) => f.write_str(text),
            Step::Item(at) => write!(f, "/{at}"),
            Step::Member(name) => {
                f.write_str("/")?;
                step(name, f)
            }
        }
    }
}

/// Writes a step: `~` and `/` as §3 has them, and no control characters.
fn step(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut left = STEP;
    for c in name.chars() {
        left = left.saturating_sub(c.len_utf8());
        if left == 0 {
            return f.write_str("…");
        }
        match c {
            '~' => f.write_str("~0")?,
            '/' => f.write_str("~1")?,
            c if c.is_control() => write!(f, "{}", c.escape_default())?,
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}

/// The pointer of a place that is kept, not shown: nothing of its steps is cut.
pub(crate) fn exact(steps: &[&str]) -> String {
    let mut out = String::new();
    for name in steps {
        out.push('/');
        out.push_str(&name.replace('~', "~0").replace('/', "~1"));
    }
    out
}
