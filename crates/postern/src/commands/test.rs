//! `postern test`: whether a configuration makes of requests what is expected.

mod junit;
mod offline;
mod told;

use self::offline::Offline;
use crate::cli::expectations::TestArgs;
use crate::output;
use anyhow::Context as _;
use postern_config::{Expectations, ExpectedRequest};
use postern_explain::{Explanation, Met};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes of a file of expectations; of a body.
const LONGEST: u64 = 16 << 20;

/// How a case went.
#[derive(Debug)]
pub(super) enum Went {
    /// As expected.
    Met(Explanation),
    /// Otherwise.
    Otherwise(Explanation),
    /// It cannot be told.
    Unknown(Explanation),
    /// It could not be asked; why.
    Unasked(String),
}

impl Went {
    /// In a word, for other programs.
    const fn name(&self) -> &'static str {
        match self {
            Self::Met(_) => "met",
            Self::Otherwise(_) => "not_met",
            Self::Unknown(_) => "cannot_tell",
            Self::Unasked(_) => "not_asked",
        }
    }

    const fn explanation(&self) -> Option<&Explanation> {
        match self {
            Self::Met(found) | Self::Otherwise(found) | Self::Unknown(found) => Some(found),
            Self::Unasked(_) => None,
        }
    }
}

/// A case, and how it went.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) case: ExpectedRequest,
    pub(super) went: Went,
}

/// A file, and how its cases went.
#[derive(Debug)]
pub(super) struct Suite {
    pub(super) file: PathBuf,
    pub(super) cases: Vec<Case>,
}

/// 0 all as expected, 1 not all, 2 a file is wrong: whoever asks must not take that for an answer.
pub(crate) fn test(args: &TestArgs) -> ExitCode {
    if args.schema {
        output::say(postern_config::expectations_schema().trim_end());
        return ExitCode::SUCCESS;
    }
    tested(args).unwrap_or_else(|error| {
        output::failed(&error);
        ExitCode::from(2)
    })
}

fn tested(args: &TestArgs) -> anyhow::Result<ExitCode> {
    let Some(files) = read_all(&args.files)? else {
        return Ok(ExitCode::from(2));
    };
    let mut worlds: BTreeMap<PathBuf, Offline> = BTreeMap::new();
    let mut suites = Vec::new();
    for (file, said) in files {
        let named = args.config.clone().or(said.configuration);
        let path = named.with_context(|| {
            format!(
                "{} does not say which configuration is tested\n  = help: say it with --config, or \
                 as `configuration` in that file",
                file.display()
            )
        })?;
        if !worlds.contains_key(&path) {
            let Some(world) = Offline::load(&path)? else {
                return Ok(ExitCode::from(2));
            };
            worlds.insert(path.clone(), world);
        }
        let world = worlds.get(&path).context("a configuration was not read")?;
        let cases = said.cases.into_iter().map(|case| run(world, case));
        suites.push(Suite {
            file,
            cases: cases.collect(),
        });
    }
    if let Some(path) = &args.junit {
        std::fs::write(path, junit::report(&suites))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if args.json {
        output::say(&serde_json::to_string_pretty(&json(&suites)).unwrap_or_default());
    } else {
        output::say(&told::all(&suites, &output::style()));
    }
    let mut cases = suites.iter().flat_map(|suite| &suite.cases);
    Ok(if cases.all(|case| matches!(case.went, Went::Met(_))) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Reads files; none where one is wrong, which was said then.
fn read_all(files: &[PathBuf]) -> anyhow::Result<Option<Vec<(PathBuf, Expectations)>>> {
    let mut all = Vec::new();
    let mut wrong = false;
    for file in files {
        let name = file.display().to_string();
        match postern_config::expectations(&name, &text(file)?) {
            Ok(said) => all.push((file.clone(), said)),
            Err(report) => {
                output::complain(&report.render(output::colours()));
                wrong = true;
            }
        }
    }
    Ok((!wrong).then_some(all))
}

fn text(file: &Path) -> anyhow::Result<String> {
    let text = String::from_utf8(bytes(file)?);
    text.with_context(|| format!("{} is not UTF-8", file.display()))
}

fn bytes(file: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = || format!("{} cannot be read", file.display());
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).with_context(unreadable)?;
    opened
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .with_context(unreadable)?;
    if bytes.len() as u64 > LONGEST {
        anyhow::bail!("{} is larger than {} MiB", file.display(), LONGEST >> 20);
    }
    Ok(bytes)
}

fn run(world: &Offline, case: ExpectedRequest) -> Case {
    let body = match (&case.body, &case.body_file) {
        (Some(text), _) => Ok(Some(text.as_bytes().to_vec())),
        (None, Some(file)) => bytes(file).map(Some),
        (None, None) => Ok(None),
    };
    let went = match body {
        Ok(body) => match world.test(&case, body.as_deref()) {
            Ok(tested) => match tested.met {
                Met::Yes => Went::Met(tested.explanation),
                Met::No => Went::Otherwise(tested.explanation),
                Met::CannotTell => Went::Unknown(tested.explanation),
            },
            Err(error) => Went::Unasked(error.to_string()),
        },
        Err(error) => Went::Unasked(format!("{error:#}")),
    };
    Case { case, went }
}

fn json(suites: &[Suite]) -> serde_json::Value {
    let all = suites.iter().flat_map(|suite| {
        suite.cases.iter().map(|one| {
            let case = &one.case;
            json!({
                "file": suite.file.display().to_string(),
                "line": case.line,
                "name": case.name,
                "request": format!("{} {}", case.method, case.target),
                "expected": told::expected(&case.expected),
                "result": one.went.name(),
                "error": match &one.went {
                    Went::Unasked(why) => Some(why),
                    _ => None,
                },
                "found": one.went.explanation(),
            })
        })
    });
    json!({ "cases": all.collect::<Vec<_>>() })
}
