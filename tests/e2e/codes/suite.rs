//! One Postern in which every row of the table can be tried, for tests that come from elsewhere: the
//! refusal, its explanation, and what mends it.

use super::ask::Asking;
use super::mended::{is_over_soon, is_refused, made, passes, waited};
use super::row::{Mend, Row, Telling};
use super::table::ROWS;
use super::world::{Place, configuration};
use crate::commands::Stored;
use crate::harness::{Response, eventually};
use serde_json::Value;

/// A running Postern, and what it is about.
pub(crate) struct Suite {
    postern: Stored,
    place: Place,
}

/// How a request came to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mended {
    /// By a change that was offered.
    ByChange,
    /// By what its caller sent instead.
    ByCaller,
}

impl Suite {
    pub(crate) fn start() -> Self {
        let place = Place::new();
        let postern = Stored::empty();
        let whole = configuration(&[Telling::DEFAULT], &place).to_string();
        let applied = postern.apply(&whole);
        assert!(applied.status.success(), "{applied:?}");
        Self { postern, place }
    }

    /// Whether a row is about the code.
    pub(crate) fn knows(code: &str) -> bool {
        ROWS.iter().any(|row| row.code == code)
    }

    /// Runs a command beside it.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        self.postern.json(arguments)
    }

    /// The refusal of a code, as its caller gets it.
    pub(crate) fn provoke(&self, code: &str) -> Result<Response, String> {
        let asking = self.asking(code)?;
        let refused = asking.provoke();
        is_refused(&asking, &refused)?;
        Ok(refused)
    }

    /// Sends another request to the services of the row about a code.
    pub(crate) fn send(&self, code: &str, text: &str) -> Result<Response, String> {
        Ok(self.asking(code)?.send(text))
    }

    /// Mends a refusal as it is offered, and else as its caller can; then the request passes.
    pub(crate) fn mend(&self, code: &str, refused: &Response) -> Result<Mended, String> {
        let asking = self.asking(code)?;
        let row = asking.row;
        if matches!(row.mend, Mend::Caller | Mend::Offered) {
            let alike = asking.send(row.alike);
            return if passes(&alike) {
                Ok(Mended::ByCaller)
            } else {
                Err(format!("refused still: {}", alike.text()))
            };
        }
        let refused = if is_over_soon(row) {
            waited(&asking, refused)?
        } else {
            refused.clone()
        };
        let id = refused.header("x-request-id").ok_or("no id")?;
        let made = made(&self.postern, row, &id)?.ok_or("nothing was made")?;
        let key = made["key"].as_str().unwrap_or_default();
        let again = row.sent.replace(
            "{key}",
            if row.mend == Mend::NewKey {
                key
            } else {
                "{key}"
            },
        );
        eventually(&format!("{code} passes"), || {
            passes(&asking.send(&again)).then_some(())
        });
        Ok(Mended::ByChange)
    }

    fn asking(&self, code: &str) -> Result<Asking<'_>, String> {
        let mut rows = ROWS.iter().enumerate();
        let found: Option<(usize, &'static Row)> = rows.find(|(_, row)| row.code == code);
        let (number, row) = found.ok_or_else(|| format!("no row is about {code}"))?;
        Ok(Asking {
            gateway: self.postern.gateway,
            tls: &self.place.tls,
            number,
            row,
            telling: Telling::DEFAULT,
        })
    }
}
