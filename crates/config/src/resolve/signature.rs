//! Signed requests: what a service asks of signatures, and the keys that make them.

use super::Resolver;
use super::credential::Seen;
use super::declared::{Bound, bounds};
use crate::code::Code;
use crate::document::access::{Demand, Hmac, Signature};
use crate::document::account as document;
use crate::findings::quote;
use crate::located::At;
use crate::scalar;
use crate::scalar::reference::{PublicKeyReference, SecretReference};
use postern_model::entity::{
    Proof, SignatureAlgorithm, SignatureTerms, SigningKey, SigningMaterial,
};
use postern_model::{Holder, Secret, key};
use postern_proof::message::MessageKey;
use std::time::Duration;

/// How long a signature may be good: every one is remembered for so long.
const LONGEST: Duration = Duration::from_hours(1);
/// The longest body that is read before it goes on.
const MOST_BODY: u64 = 64 << 20;

impl Resolver<'_, '_> {
    /// What a service asks of signatures.
    pub(super) fn signature_terms(&mut self, shown: &str, given: &Signature) -> SignatureTerms {
        let mut terms = SignatureTerms::default();
        if let Some(components) = &given.components {
            terms.components.clear();
            for one in components {
                if !terms.components.contains(&one.value.0) {
                    terms.components.push(one.value.0.clone());
                }
            }
        }
        let spans = [given.max_age.as_ref(), given.leeway.as_ref()];
        self.bounded_terms(shown, spans, given.max_body.as_ref(), &mut terms);
        terms.nonce = given.nonce == Some(Demand::Required);
        terms.digest = given.digest != Some(Demand::Optional);
        terms
    }

    /// What a service asks of signatures in `Authorization`.
    pub(super) fn hmac_terms(&mut self, shown: &str, given: &Hmac) -> SignatureTerms {
        let mut terms = SignatureTerms {
            components: ["@method", "@path", "@query"].map(Into::into).into(),
            ..SignatureTerms::default()
        };
        let headers = given.headers.as_ref();
        let headers = headers.map_or_else(
            || vec!["host".into()],
            |all| all.iter().map(|one| one.value.0.clone()).collect(),
        );
        for name in headers {
            let name = if *name == *"host" {
                "@authority".into()
            } else {
                name
            };
            if !terms.components.contains(&name) {
                terms.components.push(name);
            }
        }
        let spans = [given.max_age.as_ref(), given.leeway.as_ref()];
        self.bounded_terms(shown, spans, given.max_body.as_ref(), &mut terms);
        terms.digest = given.digest != Some(Demand::Optional);
        terms
    }

    fn bounded_terms(
        &mut self,
        shown: &str,
        [max_age, leeway]: [Option<&At<scalar::duration::Duration>>; 2],
        max_body: Option<&At<scalar::size::Size>>,
        terms: &mut SignatureTerms,
    ) {
        for (name, given, most, kept) in [
            ("max_age", max_age, LONGEST, &mut terms.max_age),
            ("leeway", leeway, LONGEST, &mut terms.leeway),
        ] {
            let Some(given) = given else { continue };
            if given.value.0 > most {
                let message = format!("{shown} has a `{name}` that is too long");
                self.findings
                    .error(Code::InvalidDuration, given.span, &message, "more than 1h")
                    .help("every signature is remembered for so long, that it is not used twice");
            }
            *kept = given.value.0;
        }
        if let Some(most) = max_body {
            if most.value.0 > MOST_BODY {
                let message = format!("{shown} has a `max_body` that is too large");
                self.findings
                    .error(Code::InvalidSize, most.span, &message, "more than 64MiB")
                    .help("the whole body is kept until its digest was checked");
            }
            terms.max_body = most.value.0;
        }
    }

    /// The key that signs for a credential.
    pub(super) fn signing_proof(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &document::Credential,
        signing: &At<document::SigningKey>,
        seen: &mut Seen,
    ) -> Option<Proof> {
        let of_others = [
            Bound::new("sha256", given.sha256.as_ref(), false),
            Bound::new("secret", given.secret.as_ref(), false),
            Bound::new("imported", given.imported.as_ref(), false),
            Bound::new("hmac", given.hmac.as_ref(), false),
            Bound::new("client", given.client.as_ref(), false),
        ];
        let whole = id.intact && signing.intact;
        let why = "a credential with `signing_key`";
        bounds(self.findings, whole, id.span, shown, why, &of_others);
        let key = &signing.value;
        let (algorithm, material) = match (&key.public_key, &key.secret) {
            (Some(public), None) => self.public_key(shown, public, key.algorithm.as_ref())?,
            (None, Some(secret)) => {
                self.signing_secret(id, shown, secret, key.algorithm.as_ref())?
            }
            (Some(_), Some(secret)) => {
                let message = format!("{shown} has both `public_key` and `secret`");
                let label = "one of them is enough";
                self.findings
                    .error(Code::Conflict, secret.span, &message, label);
                return None;
            }
            (None, None) => {
                if whole {
                    let message = format!("{shown} has a signing key without a key");
                    let label = "nothing proves it";
                    self.findings
                        .error(Code::MissingField, signing.span, &message, label)
                        .help("add `public_key:` with PEM text, or `secret: env:NAME`");
                }
                return None;
            }
        };
        let name = key.key_id.as_ref().map(|name| name.value.0.clone());
        self.own_name(id, shown, key.key_id.as_ref(), seen)?;
        Some(Proof::Signing(Box::new(SigningKey {
            name,
            algorithm,
            material,
        })))
    }

    /// What signatures call a key, as they call no other.
    fn own_name(
        &mut self,
        id: &At<String>,
        shown: &str,
        name: Option<&At<crate::scalar::text::Text>>,
        seen: &mut Seen,
    ) -> Option<()> {
        let Some(name) = name else { return Some(()) };
        let text = &*name.value.0;
        let odd = text.len() > 256 || !text.bytes().all(|b| (0x20..0x7f).contains(&b));
        if odd {
            let message = format!("{shown} has a `key_id` that no signature can name");
            let label = "expected at most 256 characters of ASCII";
            self.findings
                .error(Code::InvalidName, name.span, &message, label);
            return None;
        }
        if key::is_credential_id(text) && *text != *id.value {
            let message = format!("{shown} has the `key_id` of another credential");
            let label = "ids of credentials name their own keys";
            self.findings
                .error(Code::Conflict, name.span, &message, label);
            return None;
        }
        if let Some((other, at)) = seen.signers.get(text) {
            let line = self.findings.line(*at);
            let message = format!(
                "credentials {} and {} have the same `key_id`",
                quote(other),
                quote(&id.value)
            );
            self.findings
                .error(
                    Code::DuplicateCredential,
                    name.span,
                    &message,
                    "the second one",
                )
                .note(format!("the first one is in line {line}"));
            return None;
        }
        let place = (id.value.clone(), name.span.start);
        seen.signers.insert(text.to_owned(), place);
        Some(())
    }

    fn public_key(
        &mut self,
        shown: &str,
        given: &At<PublicKeyReference>,
        asked: Option<&At<document::SignatureAlgorithm>>,
    ) -> Option<(SignatureAlgorithm, SigningMaterial)> {
        let text = match &given.value {
            PublicKeyReference::Text(text) => text.clone(),
            PublicKeyReference::File(path) => {
                let reference = At {
                    value: SecretReference::File(path.clone()),
                    span: given.span,
                    intact: given.intact,
                };
                // A file is no sealed secret, which alone is for a document.
                let holder = Holder {
                    kind: "credential",
                    id: "",
                    tenant: None,
                };
                let (bytes, _) = self.secret(holder, &reference, "a public key")?;
                String::from_utf8_lossy(bytes.expose()).trim().to_owned()
            }
        };
        let algorithm = asked.map(|asked| algorithm(asked.value));
        match MessageKey::public(&text, algorithm) {
            Ok(key) => Some((key.algorithm(), SigningMaterial::Public(text.into()))),
            Err(what) => {
                let message = format!("{shown} has a public key that cannot be used");
                let label = format!("it {what}");
                self.findings
                    .error(Code::InvalidKey, given.span, &message, &label)
                    .help("`openssl genpkey -algorithm ed25519 -out key.pem`, then `openssl pkey -in key.pem -pubout` prints one");
                None
            }
        }
    }

    fn signing_secret(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &At<SecretReference>,
        asked: Option<&At<document::SignatureAlgorithm>>,
    ) -> Option<(SignatureAlgorithm, SigningMaterial)> {
        if let Some(asked) = asked
            && algorithm(asked.value) != SignatureAlgorithm::HmacSha256
        {
            let message = format!("{shown} has a secret, which does not sign so");
            let label = "a secret signs by `hmac-sha256`";
            self.findings
                .error(Code::Conflict, asked.span, &message, label);
            return None;
        }
        // Its tenant is its app's.
        let holder = Holder {
            kind: "credential",
            id: &id.value,
            tenant: None,
        };
        let (value, home) = self.secret(holder, given, "the secret of a signing key")?;
        let secret = value.expose().trim_ascii_end();
        if let Err(what) = MessageKey::shared(secret) {
            let message = format!("{shown} has a secret that cannot be used");
            let label = format!("the text {home} {what}");
            self.findings
                .error(Code::InvalidKey, given.span, &message, &label)
                .help("`openssl rand -base64 48` prints one that is long enough");
            return None;
        }
        let secret = SigningMaterial::Shared(Secret::new(secret.into()));
        Some((SignatureAlgorithm::HmacSha256, secret))
    }
}

const fn algorithm(given: document::SignatureAlgorithm) -> SignatureAlgorithm {
    match given {
        document::SignatureAlgorithm::RsaPssSha512 => SignatureAlgorithm::RsaPssSha512,
        document::SignatureAlgorithm::RsaV15Sha256 => SignatureAlgorithm::RsaV15Sha256,
        document::SignatureAlgorithm::EcdsaP256Sha256 => SignatureAlgorithm::EcdsaP256Sha256,
        document::SignatureAlgorithm::EcdsaP384Sha384 => SignatureAlgorithm::EcdsaP384Sha384,
        document::SignatureAlgorithm::Ed25519 => SignatureAlgorithm::Ed25519,
        document::SignatureAlgorithm::HmacSha256 => SignatureAlgorithm::HmacSha256,
    }
}
