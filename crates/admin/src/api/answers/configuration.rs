//! Documents that are declared, imported and sealed.

use super::answers;
use postern_control::answers::{ImportDifference, ImportReport};
use postern_control::{Plan, Refusal};
use schemars::JsonSchema;

answers! {
    /// A document that changed.
    ChangedDocument {
        /// Its kind.
        kind: String,
        /// Its id.
        id: String,
        /// `added`, `changed` or `removed`.
        did: String,
    }
    /// What an import does, or would.
    Imported {
        /// Whether nothing was made.
        dry_run: bool,
        /// `SERVICE/VERSION`.
        service: String,
        /// What the document calls its version.
        api_version: Option<String>,
        /// What the document calls itself.
        title: Option<String>,
        /// Which rules it was written by: `OpenAPI 3.0`.
        dialect: String,
        /// How many operations it has.
        found: u64,
        /// Whether the original is kept.
        document_kept: bool,
        /// What was not understood.
        report: ImportReport,
        /// What becomes of the version's operations.
        difference: ImportDifference,
        /// What is done besides.
        also: Vec<String>,
        /// The version of the service's document that this was made up from; 0: there was none.
        expect: Option<u64>,
        /// The number of the change set; none of a dry run.
        sequence: Option<u64>,
        /// The revision that it made.
        revision: Option<String>,
        /// The documents that changed.
        entries: Option<Vec<ChangedDocument>>,
    }
    /// A configuration file.
    WrittenConfiguration {
        /// Its text.
        text: String,
    }
    /// What a configuration file would change.
    PlannedConfiguration {
        /// What changes.
        plan: Plan,
        /// How many documents the file has.
        documents: u64,
        /// Warnings about the file, as text.
        warnings: String,
        /// Why it could not be applied.
        refused: Option<Refusal>,
    }
    /// What a configuration file changed.
    AppliedConfiguration {
        /// What changed.
        plan: Plan,
        /// How many documents the file has.
        documents: u64,
        /// Warnings about the file, as text.
        warnings: String,
        /// The number of the change set.
        sequence: u64,
        /// The revision that it made.
        revision: Option<String>,
        /// The documents that changed.
        entries: Vec<ChangedDocument>,
    }
    /// A secret that was sealed.
    SealedSecret {
        /// What to write in the document: `sealed:…`.
        sealed: String,
        /// The document that it can be opened in.
        r#for: String,
    }
    /// Secrets that were sealed anew.
    RotatedSecrets {
        /// How many documents have some.
        documents: u64,
        /// Whether the master key was replaced, too.
        master: bool,
    }
}
