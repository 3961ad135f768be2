//! The whole way from bytes to compiled rules, for fuzzing.

use crate::{Code, Secrets, Severity, parse};
use postern_model::Secret;
use postern_model::entity::KeyDigest;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A world where every secret and every file exists.
struct Plenty;

impl Secrets for Plenty {
    fn env(&self, _: &str) -> Option<Secret<Arc<str>>> {
        Some(Secret::new("secret".into()))
    }

    fn check_file(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn read_file(&self, _: &Path) -> io::Result<Secret<Vec<u8>>> {
        Ok(Secret::new(b"secret".to_vec()))
    }

    fn keyed(&self, digest: &[u8; 32]) -> KeyDigest {
        KeyDigest(*digest)
    }

    fn now(&self) -> i64 {
        1_800_000_000
    }
}

/// Reads any bytes, and says what did not hold of the result: a configuration that is accepted
/// compiles, and one that is refused is refused for reasons that stand in the text.
///
/// # Errors
/// What did not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(data) else {
        return Ok(());
    };
    match parse("fuzz.yaml", text, &Plenty) {
        Ok(loaded) => {
            let configuration = Arc::new(loaded.configuration);
            postern_policy::Rules::compile(configuration, "fuzz".into())
                .map(drop)
                .map_err(|error| format!("accepted, but does not compile: {error}"))
        }
        Err(report) => {
            if !report
                .diagnostics
                .iter()
                .any(|d| d.severity == Severity::Error)
            {
                return Err("refused without an error".to_owned());
            }
            for diagnostic in &report.diagnostics {
                let Some(position) = &diagnostic.position else {
                    if diagnostic.code != Code::TooComplex {
                        return Err(format!("an error without a place: {}", diagnostic.message));
                    }
                    continue;
                };
                let line = text
                    .trim_start_matches('\u{feff}')
                    .lines()
                    .nth(position.line - 1);
                let length = line.unwrap_or_default().chars().count();
                if position.column > length + 1 {
                    return Err(format!("not in the text: {}", diagnostic.message));
                }
            }
            let plain = report.render(false);
            if plain.chars().any(|c| c.is_control() && c != '\n') {
                return Err("control characters in a report".to_owned());
            }
            Ok(())
        }
    }
}
