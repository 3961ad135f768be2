//! Files and references to secrets.

use super::{Problem, Scalar, scalar};
use crate::code::Code;

/// A file; a relative path begins at the configuration file's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilePath(pub(crate) String);

scalar!(FilePath, {
    "description": "The path of a file. A relative path begins at the folder of the configuration file.",
    "type": "string",
    "x-names-of-machine": true,
    "minLength": 1
});

impl Scalar for FilePath {
    const KIND: &'static str = "file";
    const CODE: Code = Code::InvalidReference;
    const WHAT: &'static str = "a file";
    const EXAMPLE: &'static str = "tls/gateway.crt";

    fn read(text: &str) -> Result<Self, Problem> {
        if let Some(path) = text.strip_prefix("file:") {
            let problem = Problem::new("only secrets have the prefix `file:`");
            return Err(problem.suggest(path.trim_start_matches("//")));
        }
        check_path(text)?;
        Ok(Self(text.to_owned()))
    }
}

/// Longest `OpenAPI` document as text, in bytes.
pub(crate) const MAX_API_DOCUMENT: usize = 8 << 20;

/// An `OpenAPI` document, or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiDocument {
    /// In a file.
    File(String),
    /// JSON or YAML.
    Text(String),
}

scalar!(ApiDocument, {
    "description": "An OpenAPI document (3.0 or 3.1) as JSON or YAML, or the path of a file with it. A relative path begins at the folder of the configuration file.",
    "type": "string",
    "x-names-of-machine": true,
    "minLength": 1
});

impl Scalar for ApiDocument {
    const KIND: &'static str = "openapi";
    const CODE: Code = Code::InvalidReference;
    const WHAT: &'static str = "an OpenAPI document";
    const EXAMPLE: &'static str = "orders.yaml";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.contains('\n') || text.trim_start().starts_with('{') {
            if text.len() > MAX_API_DOCUMENT {
                return Err(Problem::new("longer than 8 MiB"));
            }
            return Ok(Self::Text(text.to_owned()));
        }
        FilePath::read(text).map(|path| Self::File(path.0))
    }
}

/// Longest certificate chain as text, in bytes.
const MAX_CHAIN: usize = 256 << 10;

/// A certificate chain, or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChainReference {
    /// In a file.
    File(String),
    /// PEM text.
    Text(String),
}

scalar!(ChainReference, {
    "description": "A certificate chain as PEM text, or the path of a file with it. A relative path begins at the folder of the configuration file.",
    "type": "string",
    "x-names-of-machine": true,
    "minLength": 1,
    "x-secret": true
});

impl Scalar for ChainReference {
    const KIND: &'static str = "chain";
    const CODE: Code = Code::InvalidReference;
    const WHAT: &'static str = "a certificate";
    const EXAMPLE: &'static str = "tls/shop.crt";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.contains("PRIVATE KEY-----") {
            return Err(Problem::new(
                "a private key is never written here: name it in `key`",
            ));
        }
        if text.contains("-----BEGIN CERTIFICATE-----") {
            if text.len() > MAX_CHAIN {
                return Err(Problem::new("longer than 256 KiB"));
            }
            return Ok(Self::Text(text.to_owned()));
        }
        if text.contains('\n') {
            return Err(Problem::new(
                "neither a file nor PEM text with `-----BEGIN CERTIFICATE-----`",
            ));
        }
        FilePath::read(text).map(|path| Self::File(path.0))
    }
}

/// Longest public key as text, in bytes.
const MAX_PUBLIC_KEY: usize = 8 << 10;

/// A public key, or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKeyReference {
    /// In a file.
    File(String),
    /// A JWK, or PEM text.
    Text(String),
}

scalar!(PublicKeyReference, {
    "description": "A public key as PEM text or JWK, or the path of a file with it. A relative path begins at the folder of the configuration file.",
    "type": "string",
    "x-names-of-machine": true,
    "minLength": 1,
    "x-secret": true
});

impl Scalar for PublicKeyReference {
    const KIND: &'static str = "public-key";
    const CODE: Code = Code::InvalidReference;
    const WHAT: &'static str = "a public key";
    const EXAMPLE: &'static str = "keys/till.pem";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.contains("PRIVATE KEY-----") || text.contains("\"d\"") {
            return Err(Problem::new(
                "a private key is never written here: its owner keeps it, and gives the public key",
            ));
        }
        if text.len() > MAX_PUBLIC_KEY {
            return Err(Problem::new("longer than 8 KiB"));
        }
        if text.contains("-----BEGIN PUBLIC KEY-----") || text.trim_start().starts_with('{') {
            return Ok(Self::Text(text.trim().to_owned()));
        }
        if text.contains('\n') {
            return Err(Problem::new(
                "neither a file, nor a JWK, nor PEM text with `-----BEGIN PUBLIC KEY-----`",
            ));
        }
        FilePath::read(text).map(|path| Self::File(path.0))
    }
}

/// Where a private key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyReference {
    /// In a file: a plain path, or `file:` and a path.
    File(String),
    /// In an environment variable: `env:` and its name.
    Env(String),
    /// Sealed, the whole text.
    Sealed(String),
}

scalar!(KeyReference, {
    "description": "Where a private key is: the path of a file, `file:` and a path, or `env:` and the name of an environment variable that holds the PEM text; or the PEM text itself as `postern secrets seal` sealed it. A relative path begins at the folder of the configuration file.",
    "type": "string",
    "x-names-of-machine": true,
    "minLength": 1,
    "x-secret": true
});

impl Scalar for KeyReference {
    const KIND: &'static str = "key-reference";
    const CODE: Code = Code::InvalidReference;
    const WHAT: &'static str = "a reference to a private key";
    const EXAMPLE: &'static str = "file:tls/gateway.key";

    fn read(text: &str) -> Result<Self, Problem> {
        if text.contains("-----BEGIN") || text.contains('\n') {
            return Err(Problem::new(
                "a secret is never written here: name a file, or `env:NAME`",
            ));
        }
        if text.starts_with(SEALED) {
            return check_sealed(text).map(|()| Self::Sealed(text.to_owned()));
        }
        if let Some(name) = text.strip_prefix("env:") {
            return check_variable(name).map(|()| Self::Env(name.to_owned()));
        }
        let path = text.strip_prefix("file:").unwrap_or(text);
        check_path(path)?;
        Ok(Self::File(path.to_owned()))
    }
}

/// Where an API key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretReference {
    /// In a file.
    File(String),
    /// In an environment variable.
    Env(String),
    /// Sealed, the whole text.
    Sealed(String),
}

scalar!(SecretReference, {
    "description": "Where a secret is: `file:` and the path of a file, or `env:` and the name of an environment variable; or the secret as `postern secrets seal` sealed it. A relative path begins at the folder of the configuration file.",
    "type": "string",
    "x-names-of-machine": true,
    "pattern": "^(env|file|sealed):",
    "x-secret": true
});

impl Scalar for SecretReference {
    const KIND: &'static str = "secret-reference";
    const CODE: Code = Code::InvalidReference;
    const WHAT: &'static str = "a reference to a secret";
    const EXAMPLE: &'static str = "env:FIELDFORCE_KEY";

    fn read(text: &str) -> Result<Self, Problem> {
        if let Some(name) = text.strip_prefix("env:") {
            return check_variable(name).map(|()| Self::Env(name.to_owned()));
        }
        if let Some(path) = text.strip_prefix("file:") {
            return check_path(path).map(|()| Self::File(path.to_owned()));
        }
        if text.starts_with(SEALED) {
            return check_sealed(text).map(|()| Self::Sealed(text.to_owned()));
        }
        Err(Problem::new(
            "a secret is never written here: write `env:NAME` or `file:PATH`",
        ))
    }
}

/// What a sealed secret begins with.
const SEALED: &str = "sealed:";

/// Bytes that a sealed secret may have.
const MAX_SEALED: usize = 100_000;

fn check_sealed(text: &str) -> Result<(), Problem> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b":-_./@%~".contains(&b);
    if text.len() <= MAX_SEALED && text.bytes().all(fits) {
        return Ok(());
    }
    Err(Problem::new(
        "not a sealed secret: `postern secrets seal` makes one",
    ))
}

fn check_variable(name: &str) -> Result<(), Problem> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins && name.len() <= 256 && name.bytes().all(fits) {
        return Ok(());
    }
    Err(Problem::new("not the name of an environment variable"))
}

fn check_path(path: &str) -> Result<(), Problem> {
    if path.is_empty() {
        return Err(Problem::new("the path is empty"));
    }
    if path.contains('\0') || path.len() > 4096 {
        return Err(Problem::new("no file can have this name"));
    }
    Ok(())
}
