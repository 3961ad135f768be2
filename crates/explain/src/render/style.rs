//! How text is laid out: colours, letters, folding.

use unicode_width::UnicodeWidthStr as _;

/// How an explanation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// With terminal escapes.
    pub colour: bool,
    /// With letters beyond ASCII for frames and arrows.
    pub unicode: bool,
    /// Columns; lines are folded at spaces. 0: never.
    pub width: usize,
    /// Seconds east of UTC in which times are shown.
    pub offset: i32,
}

impl Style {
    /// For what is not a terminal: no colours, no frames that break, no folding, UTC.
    pub const PLAIN: Self = Self {
        colour: false,
        unicode: false,
        width: 0,
        offset: 0,
    };

    /// Columns that a text takes as it will be shown.
    pub(super) fn width_of(&self, text: &str) -> usize {
        self.letters(text).width()
    }

    /// Without control characters, and without frames where they break.
    fn letters(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                // What came from outside must not drive the terminal or reorder its lines.
                c if c.is_control() || is_bidi(c) => out.extend(c.escape_unicode()),
                '✕' if !self.unicode => out.push('x'),
                '─' | '–' if !self.unicode => out.push('-'),
                '→' if !self.unicode => out.push_str("->"),
                '·' if !self.unicode => out.push('|'),
                '…' if !self.unicode => out.push_str("..."),
                '“' | '”' if !self.unicode => out.push('"'),
                c => out.push(c),
            }
        }
        out
    }
}

/// Marks that change the direction of what follows.
const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What a colour is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Paint {
    Refused,
    Allowed,
    Unknown,
    Frame,
    Name,
}

impl Paint {
    const fn escape(self) -> &'static str {
        match self {
            Self::Refused => "\x1b[1;31m",
            Self::Allowed => "\x1b[1;32m",
            Self::Unknown => "\x1b[1;33m",
            Self::Frame => "\x1b[1;34m",
            Self::Name => "\x1b[1m",
        }
    }
}

/// Text that grows line by line.
#[derive(Debug)]
pub(super) struct Text<'a> {
    style: &'a Style,
    out: String,
}

/// Where the lines below an item begin.
const INDENT: usize = 10;

impl<'a> Text<'a> {
    pub(super) const fn new(style: &'a Style) -> Self {
        Self {
            style,
            out: String::new(),
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(&self.style.letters(text));
    }

    pub(super) fn paint(&mut self, paint: Paint, text: &str) {
        if self.style.colour {
            self.out.push_str(paint.escape());
            self.push(text);
            self.out.push_str("\x1b[0m");
        } else {
            self.push(text);
        }
    }

    pub(super) fn end(&mut self) {
        self.out.push('\n');
    }

    /// A line of the drawing.
    pub(super) fn bar(&mut self, text: &str) {
        self.paint(Paint::Frame, "   |");
        if !text.is_empty() {
            self.push(" ");
            self.push(text);
        }
        self.end();
    }

    /// `= name: text`, and lines below.
    pub(super) fn item(&mut self, name: &str, text: &str, lines: &[String]) {
        self.paint(Paint::Frame, "   = ");
        self.paint(Paint::Name, name);
        self.push(": ");
        let used = 5 + self.style.width_of(name) + 2;
        self.fold(text, used);
        for line in lines {
            self.push(&" ".repeat(INDENT));
            self.fold(line, INDENT);
        }
    }

    /// A text that begins in column `used` and goes on below, folded at spaces.
    fn fold(&mut self, text: &str, used: usize) {
        let width = self.style.width;
        if width == 0 {
            self.push(text);
            self.end();
            return;
        }
        let mut column = used;
        for (nth, word) in text.split(' ').enumerate() {
            let size = self.style.width_of(word);
            if nth > 0 && column + 1 + size > width {
                self.end();
                self.push(&" ".repeat(INDENT));
                column = INDENT;
            } else if nth > 0 {
                self.push(" ");
                column += 1;
            }
            self.push(word);
            column += size;
        }
        self.end();
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}
