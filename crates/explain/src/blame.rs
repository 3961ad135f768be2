//! Whose business a refusal is, where what is known says more than its code. Most codes blame
//! whoever sent the request; some of these refusals only somebody else can mend.
//!
//! It is looked for when somebody asks why, never on a request's way. Without evidence the blame
//! stays where it is.

mod near;
mod page;
mod place;
mod token;

pub(crate) use near::near;
pub(crate) use place::untrusted_proxy;

use crate::explanation::Audience;
use crate::fix::Others;
use crate::fix::case::{Case, text};
use postern_model::denial::{Code, Denial, Fault};

/// Whose business it is, and what says so.
#[derive(Debug, PartialEq)]
pub(crate) struct Blame {
    pub(crate) fault: Fault,
    pub(crate) because: String,
    /// The narrowest audience that may know.
    pub(crate) audience: Audience,
}

impl Blame {
    /// By something that operators alone may know.
    fn of(fault: Fault, because: String) -> Self {
        Self {
            fault,
            because,
            audience: Audience::Operator,
        }
    }

    /// The publisher's, by what stands in the service itself.
    fn of_publisher(because: String) -> Self {
        Self {
            fault: Fault::Publisher,
            because,
            audience: Audience::Publisher,
        }
    }
}

type Look = fn(&Case<'_>, &Denial, Others<'_>) -> Option<Blame>;

/// What is looked for, by code: the first that finds something says whose business it is.
const LOOKS: &[(Code, Look)] = &[
    (Code::NotFound, place::on_another_host),
    (Code::NotFound, place::below_its_prefix_twice),
    (Code::MethodNotAllowed, page::nobody_answers_browsers),
    (Code::AddressNotAllowed, place::of_a_proxy),
    (Code::OriginNotAllowed, page::nearly_allowed),
    (Code::OriginNotAllowed, page::of_the_service_itself),
    (Code::CorsMethodNotAllowed, page::allowed_otherwise),
    (Code::CorsHeaderNotAllowed, page::allowed_otherwise),
    (Code::CredentialKindNotAccepted, siblings),
    (Code::TokenIssuerNotTrusted, token::nearly_trusted),
    (Code::TokenIssuerNotTrusted, token::trusted_beside),
    (Code::TokenKeyUnknown, token::signed_alike_elsewhere),
    (Code::TokenSignatureInvalid, token::signed_alike_elsewhere),
    (Code::TokenAudienceMismatch, token::nearly_for_us),
    (Code::TokenAudienceMismatch, token::for_this_address),
    (Code::TokenClaimMissing, token::says_less),
];

/// Whose business a refusal is, if anything says so to that audience.
pub(crate) fn blame(
    case: &Case<'_>,
    denial: &Denial,
    audience: Audience,
    others: Others<'_>,
) -> Option<Blame> {
    LOOKS
        .iter()
        .filter(|(code, _)| *code == denial.code)
        .find_map(|(_, look)| look(case, denial, others))
        .filter(|blame| audience.reads(blame.audience))
}

/// Most other operations accept what this one does not. Who decided has counted them.
fn siblings(_: &Case<'_>, denial: &Denial, _: Others<'_>) -> Option<Blame> {
    let counted = text(denial, "siblings").filter(|_| denial.fault == Fault::Publisher)?;
    Some(Blame::of_publisher(counted.to_owned()))
}
