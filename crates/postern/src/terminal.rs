//! Asking somebody for what nobody else should see.

use anyhow::{Context as _, bail};
use postern_model::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal as _, Stdin, Write as _};

/// Bytes of a secret at most.
const LONGEST: u64 = 8192;

/// Asks for a secret, which the terminal does not show. `otherwise` is what to do where there is no
/// terminal.
pub(crate) fn secret(prompt: &str, otherwise: &str) -> anyhow::Result<Secret<String>> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("nobody can be asked here\n  = help: {otherwise}");
    }
    // A terminal that cannot be written to is not read from with success either.
    let _ = write!(std::io::stderr(), "{prompt}");
    let _ = std::io::stderr().flush();
    let quiet = Quiet::new(&stdin).context("the terminal cannot be kept from showing it")?;
    let given = line(stdin.lock());
    drop(quiet);
    given
}

/// One line.
pub(crate) fn line(from: impl BufRead) -> anyhow::Result<Secret<String>> {
    let mut text = String::new();
    let read = from.take(LONGEST + 1).read_line(&mut text);
    // An error of its own would say nothing of what was read, either.
    read.context("what was given cannot be read")?;
    if text.len() as u64 > LONGEST {
        bail!("what was given is longer than {LONGEST} bytes");
    }
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    Ok(Secret::new(text))
}

/// A terminal that shows nothing but the ends of lines, until this is dropped.
struct Quiet<'a> {
    stdin: &'a Stdin,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn new(stdin: &'a Stdin) -> std::io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        modes.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(stdin, OptionalActions::Now, &modes)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // Where that fails the terminal is gone.
        let _ = tcsetattr(self.stdin, OptionalActions::Now, &self.before);
    }
}
