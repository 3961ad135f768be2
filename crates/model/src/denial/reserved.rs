//! Codes that have a name, a place and a meaning, and that nothing raises yet: clients and
//! dashboards may be written for them, and nothing else may use their names.

use super::Fault;
use crate::Stage;

/// A code that nothing raises yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserved {
    /// The public name, `family.reason`.
    pub name: &'static str,
    /// A short sentence in the words that people search for.
    pub title: &'static str,
    /// Status by default; 0: the status of the answer that is passed on.
    pub status: u16,
    /// The other statuses that a profile or policy may choose.
    pub other_statuses: &'static [u16],
    /// Whose business it is, unless the evidence proves otherwise.
    pub fault: Fault,
    /// The stage that will refuse.
    pub stage: Stage,
    /// What it means.
    pub means: &'static str,
    /// What a caller can do.
    pub caller: &'static str,
    /// What the publisher of the service or the operator of the gateway can do.
    pub owner: &'static str,
}

impl Reserved {
    /// Every code that has a name and is not raised, family by family.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        RESERVED.iter()
    }

    /// The reserved code of that name.
    pub fn parse(name: &str) -> Option<&'static Self> {
        Self::all().find(|code| code.name == name)
    }

    /// The family: what stands before the dot.
    pub fn family(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(family, _)| family)
    }
}

/// Writes a row, whose columns are those of [`Reserved`].
macro_rules! reserved {
    ($($name:literal $title:literal $status:literal [$($other:literal),*] $fault:ident $stage:ident
        $means:literal $caller:literal $owner:literal,)*) => {
        &[$(Reserved {
            name: $name,
            title: $title,
            status: $status,
            other_statuses: &[$($other),*],
            fault: Fault::$fault,
            stage: Stage::$stage,
            means: $means,
            caller: $caller,
            owner: $owner,
        }),*]
    };
}

// A code that begins to be raised moves from here to `table.rs`.
#[rustfmt::skip]
const RESERVED: &[Reserved] = reserved! {
    "account.user_deactivated" "User deactivated" 403 [] Consumer Account
        "The user that the credential stands for may not use the gateway any more."
        "Ask the gateway's operators what it takes to be reactivated."
        "Reactivate the user when the cause is settled.",
    "limit.tokens_exceeded" "Token limit exceeded" 429 [] Consumer Limits
        "More tokens of AI models were used in a window than may be."
        "Wait as long as `Retry-After` says, or send shorter prompts."
        "Raise the limit in the plan.",
    "limit.budget_exhausted" "Budget exhausted" 402 [429] Consumer Limits
        "The money for a key, app, tenant or model has been spent."
        "Wait until the budget is renewed, or ask for more."
        "Raise the budget.",
    "limit.state_unavailable" "Limits cannot be counted" 503 [] Operator Limits
        "The counters of limits cannot be reached, and the policy says that nobody is let in then. The caller is not to blame."
        "Try again later."
        "Bring the counters' store back, or let requests pass while it is away.",
    "waf.blocked" "Blocked by the web application firewall" 403 [] Consumer Body
        "What the request holds looks like an attack to rules of the firewall."
        "Rephrase the part that is named, or give the request id to the owners of the service."
        "Exclude the rule for that part of this operation, if it was a false alarm.",
    "waf.limit_reached" "Too large for the web application firewall" 413 [] Consumer Body
        "The body or its arguments are beyond what the firewall looks at."
        "Send less at once."
        "Raise the firewall's limits for the operation.",
    "waf.response_blocked" "Response blocked by the web application firewall" 502 [] Upstream Response
        "What the upstream answered looks like a leak to rules of the firewall."
        "Give the request id to the owners of the service."
        "Mend the upstream.",
    "model.unknown" "Unknown model" 404 [] Consumer Content
        "No model of that name is offered here."
        "Use a name that `GET /v1/models` lists."
        "Offer the model, or an alias for it.",
    "model.not_allowed" "Model not allowed" 403 [] Consumer Content
        "The model is offered, but not to this key, app or plan."
        "Use a model that is allowed, or ask for this one."
        "Allow the model in the plan.",
    "model.capability_missing" "Model cannot do this" 400 [] Consumer Content
        "The request asks for something that the model does not have: images, tools, a JSON schema."
        "Use another model, or leave it out."
        "Route such requests to a model that can.",
    "prompt.blocked" "Prompt blocked" 400 [403] Consumer Content
        "A guardrail does not let the prompt pass."
        "Rephrase the part that is named."
        "Loosen the guardrail, if it was a false alarm.",
    "completion.blocked" "Completion blocked" 200 [502] Operator Response
        "A guardrail does not let the model's answer pass: it ends as the caller's dialect ends filtered content."
        "Ask in another way."
        "Loosen the guardrail, if it was a false alarm.",
    "prompt.variable_missing" "Prompt variable missing" 400 [] Consumer Content
        "The prompt behind the operation needs a variable that did not come."
        "Send the variable that is named."
        "Give the variable a default.",
    "prompt.variable_invalid" "Invalid prompt variable" 400 [] Consumer Content
        "A variable of the prompt behind the operation is not as its schema asks."
        "Send a value that the schema allows."
        "Widen the variable's schema.",
    "provider.credentials_rejected" "Provider rejected the gateway's key" 502 [] Operator Upstream
        "The provider does not take the gateway's own key. The caller's key is not meant."
        "Try again later; give the request id to the gateway's operators."
        "Replace the key of the provider.",
    "provider.rate_limited" "Provider's limits used up" 503 [429] Upstream Upstream
        "Every key that the gateway has for the provider is over its limit."
        "Wait as long as `Retry-After` says."
        "Add keys, or another provider to fall back to.",
    "provider.refused" "Refused by the provider" 0 [] Upstream Upstream
        "The provider refused the request: its content policy, the context's length, something that it does not take. Its answer comes in the caller's dialect."
        "Mend what the provider names."
        "Look in the provider's documentation for its code.",
};
