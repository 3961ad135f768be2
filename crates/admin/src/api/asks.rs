//! Endpoints that ask what the local socket answers, too: the parameters of path and query and the
//! members of the body together are the parameters of its method (`docs/reference/socket.md`).

use super::Api;
use super::answers::calls::DecidedQuestion;
use super::answers::configuration::{
    AppliedConfiguration, Imported, PlannedConfiguration, RotatedSecrets, SealedSecret,
    WrittenConfiguration,
};
use super::answers::policies::{
    EffectivePolicies, LiftedBlock, MadeBlock, SourcedLists, TemporaryBlocks,
};
use super::answers::revisions::{
    ChangeRequestRow, ChangeRequestsPage, DecidedChangeRequest, RevisionDifference, RevisionsPage,
    RolledBack, ShownRevision,
};
use super::endpoint::{Asked, Endpoint, Nothing};
use super::input::Json;
use super::permission as needs;
use super::problem::{Code, Place, Problem};
use super::questions::{MadeUp, ask};
use super::reply::Reply;
use super::table::Table;
use axum::http::Method;
use postern_control::audit::{AuditPage, AuditVerified};
use postern_control::{
    KeysOfIssuer, KeysOfIssuers, Proposed, ReplayReport, RevokedSessions, ShadowPolicies,
    SignedInPage, answers,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::net::IpAddr;

type Object = Map<String, Value>;

/// A body whose members are parameters.
trait Members {
    fn members(self) -> Object;
}

impl Members for Nothing {
    fn members(self) -> Object {
        Object::new()
    }
}

impl<T: Serialize> Members for Json<T> {
    fn members(self) -> Object {
        match serde_json::to_value(self.0) {
            Ok(Value::Object(members)) => members,
            _ => Object::new(),
        }
    }
}

/// Declares types of parameters. Those that are no [`Option`] have to be there.
macro_rules! parameters {
    ($($name:ident { $($(#[doc = $says:literal])+ $field:ident: $type:ty,)* })*) => {
        $(
            /// Parameters.
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            struct $name {
                $($(#[doc = $says])+ $field: $type,)*
            }
        )*
    };
}

parameters! {
    ById {
        /// The id.
        id: String,
    }
    OneOrAll {
        /// Only that of this id.
        id: Option<String>,
    }
    OfOperation {
        /// The service.
        service: String,
        /// Its version.
        version: String,
        /// The operation.
        operation: String,
    }
    Blocks {
        /// Only that of this address.
        address: Option<IpAddr>,
        /// Only those of the credential with this id.
        credential: Option<String>,
        /// Only those of this app.
        app: Option<String>,
        /// At most so many.
        limit: Option<usize>,
    }
    SessionsOf {
        /// Only those of this service.
        service: Option<String>,
        /// Only those that this issuer signed in, by its name in the configuration.
        issuer: Option<String>,
        /// Only those who signed in at this host, which may be said with its port or without.
        host: Option<String>,
        /// Only those of this person: what the upstream is told, or the issuer's subject.
        user: Option<String>,
        /// Where to go on: the `next` of the page before.
        after: Option<String>,
        /// At most so many, 1 to 1000; 100 if it is not said.
        limit: Option<usize>,
    }
    Because {
        /// Why, at most 500 bytes. Whoever was signed in reads it.
        reason: Option<String>,
    }
    RevokeSessions {
        /// Those of this service.
        service: Option<String>,
        /// Those that this issuer signed in, by its name in the configuration.
        issuer: Option<String>,
        /// Those who signed in at this host, which may be said with its port or without.
        host: Option<String>,
        /// Those of this person: what the upstream is told, or the issuer's subject.
        user: Option<String>,
        /// `true`: all, and nothing else is said.
        all: Option<bool>,
        /// Why, at most 500 bytes. Whoever was signed in reads it.
        reason: Option<String>,
    }
    NewBlock {
        /// The credential that is blocked, by its id; or else an app.
        credential: Option<String>,
        /// The app that is blocked.
        app: Option<String>,
        /// Until when, in Unix milliseconds: at most 30 days ahead.
        until_ms: i64,
        /// Why, at most 500 bytes. The caller reads it.
        reason: Option<String>,
    }
    ByCredential {
        /// The credential's id.
        credential: String,
    }
    ByAddress {
        /// The address.
        address: IpAddr,
    }
    ByNumber {
        /// The number of the revision.
        number: u64,
    }
    Shadowed {
        /// Requests from then on: Unix time in milliseconds; the last 7 days if it is not said.
        since_ms: Option<u64>,
        /// Requests before.
        until_ms: Option<u64>,
        /// Only policies of this name.
        policy: Option<String>,
        /// Only policies on this service, its versions and operations.
        service: Option<String>,
    }
    OfApp {
        /// The app.
        app: String,
    }
    OfVersion {
        /// The service.
        service: String,
        /// Its version.
        version: String,
    }
    Wanted {
        /// The operation: `SERVICE/VERSION/OPERATION`.
        operation: Option<String>,
        /// Or a method, and a path.
        method: Option<String>,
        /// The path.
        path: Option<String>,
        /// The host.
        host: Option<String>,
        /// At most so many apps.
        limit: Option<usize>,
    }
    Limit {
        /// At most so many.
        limit: Option<usize>,
    }
    Revisions {
        /// At most so many.
        limit: Option<usize>,
        /// Only those before this number.
        before: Option<u64>,
    }
    Between {
        /// From this revision.
        from: u64,
        /// To this one; what is in force, if this is not said.
        to: Option<u64>,
    }
    Requests {
        /// Only those in this state: `open`, `applied`, `rejected`, `withdrawn`, `expired`.
        state: Option<String>,
        /// At most so many.
        limit: Option<usize>,
    }
    Audit {
        /// Only what they did.
        who: Option<String>,
        /// Only about documents of this kind.
        kind: Option<String>,
        /// Only about the document of this id.
        id: Option<String>,
        /// Only what concerns this tenant. Whoever reads the trail of tenants only names one.
        tenant: Option<String>,
        /// Only events of this name.
        event: Option<String>,
        /// Not before: Unix time in milliseconds.
        since_ms: Option<i64>,
        /// Before: Unix time in milliseconds.
        until_ms: Option<i64>,
        /// At most so many lines.
        limit: Option<usize>,
        /// Where to go on: the `next` of the page before.
        before: Option<String>,
    }
    Verify {
        /// A change set whose hash was written down.
        sequence: Option<u64>,
        /// The hash.
        hash: Option<String>,
    }
    Found {
        /// Only what has this in its name, title or description.
        q: Option<String>,
    }
}

/// Everything together, as parameters of a method.
fn together(path: &impl Serialize, query: &impl Serialize, body: Object) -> Result<Value, Problem> {
    let mut all = body;
    for part in [serde_json::to_value(path), serde_json::to_value(query)] {
        let part = part.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let Value::Object(members) = part else {
            continue;
        };
        let said = members.into_iter().filter(|(_, value)| !value.is_null());
        for (name, value) in said {
            if all.contains_key(&name) {
                let detail = format!("`{name}` is said by the path.");
                let pointer = format!("/{name}");
                return Err(Problem::field(
                    Place::Body,
                    &pointer,
                    detail,
                    "the body without it",
                ));
            }
            all.insert(name, value);
        }
    }
    Ok(Value::Object(all))
}

/// Bytes that a body may have.
const USUAL: usize = 1 << 20;
/// One that has a whole document in it, as at the socket.
const UPLOAD: usize = postern_control::protocol::MAX_LINE;

/// Declares endpoints: type, HTTP method, path, name, what it needs, path, query and body, what it
/// answers, how long the body may be, the method of the socket, the room of the reference, what it does.
macro_rules! asks {
    ($($name:ident $http:ident $path:literal $id:literal $needs:ident ($in_path:ty, $in_query:ty, $body:ty) -> $answer:ty, $most:ident $method:literal $tag:literal $says:literal;)*) => {
        $(
            #[doc = $says]
            struct $name;

            impl Endpoint for $name {
                type Permission = needs::$needs;
                type Path = $in_path;
                type Query = $in_query;
                type Body = $body;
                type Answer = $answer;

                const METHOD: Method = Method::$http;
                const PATH: &'static str = $path;
                const ID: &'static str = $id;
                const SUMMARY: &'static str = $says;
                const TAG: &'static str = $tag;
                const MAX_BODY: usize = $most;

                async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
                    let params = together(&asked.path, &asked.query, asked.body.members())?;
                    let (_, answer) = ask(api, &asked.actor, $method, params).await?;
                    Ok(Reply::json(&answer))
                }
            }
        )*

        /// Adds the endpoints.
        pub(super) fn add(table: &mut Table) {
            $(table.add::<$name>();)*
            table.add::<Catalogue>();
        }
    };
}

asks! {
    Can POST "/questions/can" "ask_can" QuestionsAsk (Nothing, Nothing, Json<MadeUp>) -> DecidedQuestion, USUAL "can" "Calls" "Decide a request that nobody has sent";
    Effective GET "/services/{service}/versions/{version}/operations/{operation}/policies" "effective_policies" PoliciesRead (OfOperation, Nothing, Nothing) -> EffectivePolicies, USUAL "policies.effective" "Policies" "Show which policies hold for an operation, and where they come from";
    Shadow GET "/shadow-policies" "shadow_policies" PoliciesRead (Nothing, Shadowed, Nothing) -> ShadowPolicies, USUAL "policies.shadow" "Policies" "Count what policies in shadow mode would have refused";
    ListSources GET "/list-sources" "list_sources" ListsRead (Nothing, Nothing, Nothing) -> SourcedLists, USUAL "lists.sources" "Platform" "Show how lists from files and URLs stand";
    IssuerKeys GET "/issuer-keys" "issuer_keys" IssuersRead (Nothing, OneOrAll, Nothing) -> KeysOfIssuers, USUAL "issuers.keys" "Apps" "Show how the keys of issuers stand, as this node sees them";
    RefreshIssuer POST "/issuers/{id}/refresh" "refresh_issuer" IssuersWrite (ById, Nothing, Nothing) -> KeysOfIssuer, USUAL "issuers.refresh" "Apps" "Fetch the keys of an issuer now, or read its file again";
    ListBlocks GET "/blocks" "list_blocks" BlocksLift (Nothing, Blocks, Nothing) -> TemporaryBlocks, USUAL "blocks.list" "Platform" "List who is blocked for now: addresses, credentials and apps";
    Block POST "/blocks" "block_caller" BlocksLift (Nothing, Nothing, Json<NewBlock>) -> MadeBlock, USUAL "blocks.add" "Platform" "Block a credential or an app for a while";
    LiftCredential DELETE "/blocks/credentials/{credential}" "lift_credential" BlocksLift (ByCredential, Nothing, Nothing) -> LiftedBlock, USUAL "blocks.lift" "Platform" "End the blocks of a credential";
    LiftApp DELETE "/blocks/apps/{app}" "lift_app" BlocksLift (OfApp, Nothing, Nothing) -> LiftedBlock, USUAL "blocks.lift" "Platform" "End the blocks of an app";
    Lift DELETE "/blocks/{address}" "lift_block" BlocksLift (ByAddress, Nothing, Nothing) -> LiftedBlock, USUAL "blocks.lift" "Platform" "End the block of an address";
    ListSessions GET "/sessions" "list_browser_sessions" SessionsRead (Nothing, SessionsOf, Nothing) -> SignedInPage, USUAL "sessions.list" "Services" "List who is signed in at browsers";
    RevokeSession DELETE "/sessions/{id}" "revoke_browser_session" SessionsRevoke (ById, Because, Nothing) -> RevokedSessions, USUAL "sessions.revoke" "Services" "Revoke a session: sign somebody out at a browser";
    RevokeAll POST "/sessions/revoke" "revoke_browser_sessions" SessionsRevoke (Nothing, Nothing, Json<RevokeSessions>) -> RevokedSessions, USUAL "sessions.revoke" "Services" "Revoke the sessions of a person, a service, an issuer or a host, or all";
    Requirements GET "/requirements" "requirements" SignedIn (Nothing, Wanted, Nothing) -> answers::Requirements, USUAL "requirements" "Catalogue" "Say what an operation asks of its callers";
    WhoCan GET "/who-can" "who_can" QuestionsAsk (Nothing, Wanted, Nothing) -> answers::Callers, USUAL "who_can" "Services" "Say which apps may call an operation";
    AppAccess GET "/apps/{app}/access" "app_access" AppsRead (OfApp, Limit, Nothing) -> answers::Access, USUAL "access" "Apps" "Say what an app may call";
    ExportApi GET "/services/{service}/versions/{version}/openapi" "export_openapi" SignedIn (OfVersion, Nothing, Nothing) -> Object, USUAL "openapi" "Catalogue" "Write a version as an OpenAPI 3.1 document";
    ImportApi POST "/services/{service}/versions/{version}/import" "import_openapi" ServicesWrite (OfVersion, Nothing, Json<Object>) -> Imported, UPLOAD "import" "Services" "Make the operations of an OpenAPI document those of a version";
    Export POST "/configuration/export" "export_configuration" ConfigurationExport (Nothing, Nothing, Json<Object>) -> WrittenConfiguration, UPLOAD "export" "Configuration" "Write what is stored as a configuration file";
    Diff POST "/configuration/diff" "diff_configuration" ConfigurationExport (Nothing, Nothing, Json<Object>) -> PlannedConfiguration, UPLOAD "diff" "Configuration" "Say what a configuration file would change";
    Replay POST "/configuration/replay" "replay_configuration" ConfigurationExport (Nothing, Nothing, Json<Object>) -> ReplayReport, UPLOAD "replay" "Configuration" "Say what a configuration file would have done to recorded requests";
    Apply POST "/configuration/apply" "apply_configuration" ConfigurationApply (Nothing, Nothing, Json<Object>) -> AppliedConfiguration, UPLOAD "apply" "Configuration" "Make what is stored say what a configuration file says";
    ListRevisions GET "/revisions" "list_revisions" RevisionsRead (Nothing, Revisions, Nothing) -> RevisionsPage, USUAL "revisions.list" "Configuration" "List revisions of the rules, the newest first";
    ShowRevision GET "/revisions/{number}" "get_revision" RevisionsRead (ByNumber, Nothing, Nothing) -> ShownRevision, USUAL "revisions.show" "Configuration" "Show who made a revision, and what it changed";
    DiffRevisions GET "/revision-difference" "diff_revisions" RevisionsRead (Nothing, Between, Nothing) -> RevisionDifference, USUAL "revisions.diff" "Configuration" "Say what leads from one revision to another";
    RollBack POST "/revisions/{number}/rollback" "roll_back" RevisionsRollBack (ByNumber, Nothing, Json<Object>) -> RolledBack, USUAL "revisions.rollback" "Configuration" "Bring the rules of a revision back; keys and subscriptions stay as they are";
    ListProposals GET "/change-requests" "list_change_requests" ChangesPropose (Nothing, Requests, Nothing) -> ChangeRequestsPage, USUAL "change_requests.list" "Configuration" "List change requests";
    ShowProposal GET "/change-requests/{id}" "get_change_request" ChangesPropose (ById, Nothing, Nothing) -> ChangeRequestRow, USUAL "change_requests.show" "Configuration" "Show a change request, and what was changed since";
    Propose POST "/change-requests" "create_change_request" ChangesPropose (Nothing, Nothing, Json<Object>) -> Proposed, UPLOAD "change_requests.create" "Configuration" "Propose changes for somebody else to decide about";
    ReplayProposal POST "/change-requests/{id}/replay" "replay_change_request" ChangesPropose (ById, Nothing, Json<Object>) -> ReplayReport, USUAL "change_requests.replay" "Configuration" "Say what a change request would have done to recorded requests";
    ApproveProposal POST "/change-requests/{id}/approve" "approve_change_request" ChangesDecide (ById, Nothing, Json<Object>) -> DecidedChangeRequest, USUAL "change_requests.approve" "Configuration" "Approve a change request of somebody else, and make its changes";
    RejectProposal POST "/change-requests/{id}/reject" "reject_change_request" ChangesDecide (ById, Nothing, Json<Object>) -> DecidedChangeRequest, USUAL "change_requests.reject" "Configuration" "Reject a change request";
    AuditLog GET "/audit" "list_audit" AuditRead (Nothing, Audit, Nothing) -> AuditPage, USUAL "audit.log" "Audit" "Read the audit trail, the newest first";
    AuditVerify GET "/audit/verification" "verify_audit" AuditRead (Nothing, Verify, Nothing) -> AuditVerified, USUAL "audit.verify" "Audit" "Check the chain of the audit trail";
    Seal POST "/secrets/seal" "seal_secret" SignedIn (Nothing, Nothing, Json<Object>) -> SealedSecret, USUAL "secrets.seal" "Platform" "Seal a secret (`value`) for one document (`for`: `KIND/ID` or `KIND/ID@TENANT`) to refer to";
    RotateSecrets POST "/secrets/rotate" "rotate_secrets" SettingsWrite (Nothing, Nothing, Json<Object>) -> RotatedSecrets, USUAL "secrets.rotate" "Platform" "Make a new key for sealed secrets, and seal them anew";
}

/// What there is to subscribe to.
struct Catalogue;

impl Endpoint for Catalogue {
    type Permission = needs::SignedIn;
    type Path = Nothing;
    type Query = Found;
    type Body = Nothing;
    type Answer = Vec<postern_control::workflow::Offer>;

    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/catalogue";
    const ID: &'static str = "catalogue";
    const SUMMARY: &'static str = "List services that are offered to one's tenants";
    const TAG: &'static str = "Catalogue";

    async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
        let phrase = asked.query.q.as_deref();
        Ok(Reply::json(&api.service().catalogue(&asked.actor, phrase)))
    }
}
