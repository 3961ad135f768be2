//! What the command line asks for: the methods of the local socket, over HTTP.
//!
//! The answer is lines of JSON as at the socket (`docs/reference/socket.md`): any number of
//! `{"item": …}` and then one `{"ok": …}` or `{"error": …}`. What is refused before anything was
//! sent is answered with a problem document.

mod lines;

use self::lines::{Lines, Sender};
use super::Api;
use super::describe::{Describer, Description};
use super::endpoint::{Asked, Endpoint, Nothing};
use super::input::Json;
use super::permission::{self as needs};
use super::problem::Problem;
use super::reply::Reply;
use super::table::Table;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use postern_control::protocol::{self, MAX_LINE};
use postern_control::{Actor, Call};
use serde_json::{Map, Value, json};

const KIND: &str = "application/x-ndjson";

/// Declares commands: type, method of the socket, and what it takes.
macro_rules! commands {
    ($($name:ident $method:literal $needs:ident $body:expr, $says:literal;)*) => {
        $(
            #[doc = $says]
            #[derive(Debug, Clone, Copy)]
            pub(crate) struct $name;

            impl Endpoint for $name {
                type Permission = needs::$needs;
                type Path = Nothing;
                type Query = Nothing;
                type Body = Json<Map<String, Value>>;
                type Answer = Value;

                const METHOD: Method = Method::POST;
                const PATH: &'static str = concat!("/commands/", $method);
                const ID: &'static str = concat!("command_", $method);
                const SUMMARY: &'static str = $says;
                const TAG: &'static str = "Commands";
                const KEPT: bool = false;
                const MAX_BODY: usize = $body;

                async fn call(api: &Api, asked: Asked<Self>) -> Result<Reply, Problem> {
                    answer(api, asked.actor, $method, Value::Object(asked.body.0)).await
                }

                fn describe(describer: &mut Describer) -> Description {
                    let line = json!({"type": "string", "description": "Lines of JSON."});
                    Description {
                        answer: (StatusCode::OK, Some((KIND, line))),
                        problems: super::problem::OF_COMMANDS.to_vec(),
                        ..describer.of::<Self>()
                    }
                }
            }
        )*

        /// Adds the endpoints.
        pub(super) fn add(table: &mut Table) {
            $(table.add::<$name>();)*
        }

        /// The methods that there are.
        #[cfg(test)]
        pub(super) const METHODS: &[&str] = &[$($method,)*];
    };
}

commands! {
    Status "status" SignedIn 4096, "Say who asks, and how the process can be reached";
    Documents "documents" SignedIn 65_536, "List documents";
    Change "change" SignedIn MAX_LINE, "Make changes, all or none";
    Apply "apply" ConfigurationApply MAX_LINE, "Apply a configuration file";
    Import "import" ServicesWrite MAX_LINE, "Import an OpenAPI document";
    OpenApi "openapi" SignedIn 65_536, "Write a version as an OpenAPI document";
    Diff "diff" ConfigurationExport MAX_LINE, "Say what a configuration file would change";
    Replay "replay" ConfigurationExport MAX_LINE, "Say what a configuration file would have done to recorded requests";
    Export "export" ConfigurationExport 65_536, "Write what is stored as a configuration file";
    RevisionsList "revisions.list" RevisionsRead 4096, "List revisions";
    RevisionsShow "revisions.show" RevisionsRead 4096, "Show a revision";
    RevisionsDiff "revisions.diff" RevisionsRead 4096, "Compare two revisions";
    RevisionsRollBack "revisions.rollback" RevisionsRollBack 65_536, "Bring the rules of a revision back";
    ChangeRequestsCreate "change_requests.create" ChangesPropose MAX_LINE, "Propose changes";
    ChangeRequestsList "change_requests.list" ChangesPropose 4096, "List change requests";
    ChangeRequestsShow "change_requests.show" ChangesPropose 4096, "Show a change request";
    ChangeRequestsReplay "change_requests.replay" ChangesPropose 4096, "Say what a change request would have done to recorded requests";
    ChangeRequestsApprove "change_requests.approve" ChangesDecide 65_536, "Approve a change request";
    ChangeRequestsReject "change_requests.reject" ChangesDecide 65_536, "Reject a change request";
    Requirements "requirements" SignedIn 65_536, "Say what an operation asks of its callers";
    WhoCan "who_can" QuestionsAsk 65_536, "Say which apps may call an operation";
    Access "access" AppsRead 65_536, "Say what an app may call";
    AuditLog "audit.log" AuditRead 65_536, "Read the audit trail";
    AuditVerify "audit.verify" AuditRead 4096, "Check the chain of the audit trail";
    AuditExport "audit.export" AuditRead 65_536, "Export the audit trail";
    Backup "backup" BackupsMake 4096, "Make a backup";
    Restore "restore" BackupsMake 65_536, "Restore a backup, on the machine itself only";
    SecretsSeal "secrets.seal" SignedIn 1_048_576, "Seal a secret";
    SecretsRotate "secrets.rotate" SettingsWrite 4096, "Replace the keys of sealed secrets";
    VersionsLifecycle "versions.lifecycle" ServicesPublish 65_536, "Publish, promote or deprecate a version";
    VersionsDifference "versions.difference" ServicesRead 4096, "Say what publishing a version changes for callers";
    VersionsCallers "versions.callers" ServicesRead 4096, "List who called a version";
    VersionsRetire "versions.retire" ServicesPublish 65_536, "End a version";
    Catalogue "catalogue" SignedIn 4096, "List what is offered to one's tenants";
    SubscriptionsRequest "subscriptions.request" SubscriptionsRequest 65_536, "Ask for a subscription";
    SubscriptionsDecide "subscriptions.decide" SubscriptionsDecide 65_536, "Approve, reject, suspend or resume a subscription";
    SubscriptionsCancel "subscriptions.cancel" SubscriptionsRequest 65_536, "End a subscription";
    SubscriptionsRemind "subscriptions.remind" SubscriptionsRequest 4096, "Remind whoever decides about a subscription";
    SubscriptionsHistory "subscriptions.history" SubscriptionsRead 4096, "Show what happened to a subscription";
    Approvals "approvals" SignedIn 4096, "List what waits for one's decision";
    KeysRotate "keys.rotate" CredentialsWrite 65_536, "Replace a key, which stays good for a while";
    Why "why" CallsRead 65_536, "Explain a request";
    Again "again" CallsRead 65_536, "Decide a recorded request anew";
    Can "can" QuestionsAsk 1_048_576, "Decide a made-up request";
    Log "log" CallsRead 65_536, "List and follow requests";
    Denials "denials" CallsRead 65_536, "Count refusals";
    Fix "fix" CallsRead 65_536, "Make a fix";
    IssuersKeys "issuers.keys" IssuersRead 4096, "Show how the keys of issuers stand";
    IssuersRefresh "issuers.refresh" IssuersWrite 4096, "Fetch the keys of an issuer now";
    IssuersUses "issuers.uses" IssuersRead 4096, "Show what relies on an issuer";
    ListsUses "lists.uses" ListsRead 4096, "Show which policies use a list";
    ListsSources "lists.sources" ListsRead 4096, "Show how lists from files and URLs stand";
    BlocksList "blocks.list" BlocksLift 4096, "List who is blocked for now";
    BlocksAdd "blocks.add" BlocksLift 4096, "Block a credential or an app for a while";
    BlocksLift "blocks.lift" BlocksLift 4096, "End a block";
    SessionsList "sessions.list" SessionsRead 4096, "List who is signed in at browsers";
    SessionsRevoke "sessions.revoke" SessionsRevoke 4096, "Sign people out at browsers";
    PeopleAdminLink "people.admin_link" UsersWrite 4096, "Make a link with which an administrator signs up";
    PeopleInvite "people.invite" MembersWrite 65_536, "Invite somebody";
    PeoplePasswordLink "people.password_link" UsersWrite 4096, "Make a link with which a user chooses a password";
    WebhooksCreate "webhooks.create" WebhooksWrite 65_536, "Make a webhook";
    WebhooksRotateSecret "webhooks.rotate_secret" WebhooksWrite 4096, "Give a webhook another secret";
    WebhooksTest "webhooks.test" WebhooksWrite 4096, "Send a ping to a webhook";
    WebhooksDeliveries "webhooks.deliveries" WebhooksRead 4096, "List attempts to deliver to a webhook";
    WebhooksRedeliver "webhooks.redeliver" WebhooksWrite 4096, "Make a delivery again";
    MailTest "mail.test" SettingsWrite 4096, "Send a mail, to see whether the settings are right";
    PoliciesEffective "policies.effective" PoliciesRead 65_536, "Show which policies hold";
    PoliciesShadow "policies.shadow" PoliciesRead 65_536, "Count what policies in shadow mode would have refused";
    TokensCreate "tokens.create" ServiceAccountsWrite 65_536, "Make a token of a service account";
}

/// Answers with the lines that the socket would give.
async fn answer(
    api: &Api,
    actor: Actor,
    method: &'static str,
    params: Value,
) -> Result<Reply, Problem> {
    let (sender, mut lines) = Sender::new();
    let service = api.service.clone();
    tokio::spawn(async move {
        let mut sender = sender;
        let call = Call {
            actor: &actor,
            params,
            replies: &mut sender,
        };
        let last = match service.call(method, call).await {
            Ok(value) => protocol::Reply::Ok(value),
            Err(refusal) => {
                let (told, hidden) = refusal.abroad();
                if let Some(why) = hidden {
                    tracing::error!("`{method}` failed: {why}");
                }
                protocol::Reply::Error(told)
            }
        };
        sender.finish(&last).await;
    });
    match lines.first().await {
        Some(protocol::Reply::Error(refusal)) => {
            // Commands print what they print at the socket: here it is as that gives it.
            let told = serde_json::to_value(&refusal).unwrap_or_default();
            Err(Problem::from(refusal).with("refusal", told))
        }
        Some(first) => Ok(Reply::bytes(KIND, Body::new(Lines::new(&first, lines)))),
        None => Ok(Reply::bytes(KIND, Body::empty())),
    }
}
