//! Families of codes: what is told where a service tells as little as it can.

use super::Code;

/// A family of codes, and the words that stand for every code of it under minimal disclosure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// What stands before the dot.
    pub name: &'static str,
    /// What the family is about, to be continued after "about".
    pub about: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One sentence that fits every code of the family.
    pub detail: &'static str,
    /// What a caller can do, whichever code it is.
    pub fix: &'static str,
}

impl Family {
    /// Every family, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self {
            name: "connection",
            about: "what happens before a request is understood: TLS, framing, size, time",
            title: "Request not accepted",
            detail: "The request, or the connection that it came over, is not accepted as it is.",
            fix: "Check how the client connects, and what it sends.",
        },
        Self {
            name: "client",
            about: "whose address a request comes from",
            title: "Client address not known",
            detail: "It is not known where the request comes from.",
            fix: "Give the request id to the gateway's operators.",
        },
        Self {
            name: "edge",
            about: "what an address may send, before anything is known about the request",
            title: "Not accepted at the edge",
            detail: "Requests from where this one comes from are not accepted now.",
            fix: "Wait, or give the request id to the gateway's operators.",
        },
        Self {
            name: "route",
            about: "the way from host, path and method to an operation",
            title: "Request leads nowhere",
            detail: "The request does not lead to an operation.",
            fix: "Check the method, the path and the host.",
        },
        Self {
            name: "network",
            about: "the lists of addresses of a service",
            title: "Network not accepted",
            detail: "Requests from where this one comes from are not accepted here.",
            fix: "Call from another network, or give the request id to the owners of the service.",
        },
        Self {
            name: "cors",
            about: "what pages of other origins may ask for from a browser",
            title: "Not allowed from this origin",
            detail: "Pages of this origin may not send this request from a browser.",
            fix: "Call from a page of an allowed origin, or from a server.",
        },
        Self {
            name: "headers",
            about: "what a request has to say about itself",
            title: "Request headers not accepted",
            detail: "The request's headers are not as this operation demands them.",
            fix: "Compare the request's headers with the API's documentation.",
        },
        Self {
            name: "parameter",
            about: "what a request says in its path, its query, its headers and its cookies",
            title: "Request parameters not accepted",
            detail: "The request's parameters are not as this operation describes them.",
            fix: "Compare the request's parameters with the API's documentation.",
        },
        Self {
            name: "body",
            about: "what a request may bring along",
            title: "Request body not accepted",
            detail: "The request's body is not as this operation demands it.",
            fix: "Compare the request's body with the API's documentation.",
        },
        Self {
            name: "credential",
            about: "the proof of who sent a request",
            title: "Credentials not accepted",
            detail: "The request did not prove who sent it in a way that is accepted here.",
            fix: "Check the credentials that the request carries.",
        },
        Self {
            name: "token",
            about: "the tokens that callers bring from somebody else",
            title: "Token not accepted",
            detail: "The token that came with the request is not accepted here.",
            fix: "Check the token that the request carries, or get a new one.",
        },
        Self {
            name: "session",
            about: "people who were signed in at their browsers",
            title: "Not signed in",
            detail: "Whoever sent the request is not signed in here, or no longer.",
            fix: "Sign in again.",
        },
        Self {
            name: "signature",
            about: "signatures of requests",
            title: "Request signature not accepted",
            detail: "The signature of the request is not accepted as it is.",
            fix: "Sign the request again, as the documentation of the API says.",
        },
        Self {
            name: "dpop",
            about: "the proof that a token is its sender's",
            title: "Proof of possession not accepted",
            detail: "The request did not show that the token which it carries is its sender's.",
            fix: "Send the token with a new proof, signed by the key that it is bound to.",
        },
        Self {
            name: "grant",
            about: "the tokens that the gateway itself makes for apps",
            title: "Token request not accepted",
            detail: "The request for a token is not one that is answered with a token.",
            fix: "Ask as RFC 6749 §4.4 says: `grant_type=client_credentials`, with the id of a key and the key.",
        },
        Self {
            name: "identity_provider",
            about: "those who say who callers are",
            title: "Identity provider not available",
            detail: "It cannot be told now whether the token is good.",
            fix: "Try again in a moment.",
        },
        Self {
            name: "csrf",
            about: "whose pages may change something with what browsers send on their own",
            title: "Not allowed from this site",
            detail: "A page of another site may not have a browser send this request.",
            fix: "Send the request from a page of the site itself, or with a key.",
        },
        Self {
            name: "account",
            about: "whether a known caller may act at all",
            title: "Account not active",
            detail: "The account that sent the request may not act now.",
            fix: "Give the request id to the gateway's operators.",
        },
        Self {
            name: "tenant",
            about: "what one tenant may see of another",
            title: "Not shared",
            detail: "The request does not lead to an operation.",
            fix: "Check the method, the path and the host.",
        },
        Self {
            name: "subscription",
            about: "whether an app may use a service",
            title: "No subscription in force",
            detail: "No subscription in force covers the request.",
            fix: "Check the app's subscriptions.",
        },
        Self {
            name: "authorization",
            about: "what a known caller may do",
            title: "Not authorized",
            detail: "The caller may not do this.",
            fix: "Ask the owners of the service for access.",
        },
        Self {
            name: "limit",
            about: "how often a caller may call",
            title: "Limit exceeded",
            detail: "A limit is used up.",
            fix: "Wait, then send the request again.",
        },
        Self {
            name: "upstream",
            about: "the way from the gateway to what stands behind it",
            title: "Upstream failed",
            detail: "The service behind the gateway could not answer.",
            fix: "Try again; if it lasts, give the request id to the owners of the service.",
        },
        Self {
            name: "transform",
            about: "what the gateway changes in requests and answers",
            title: "Transformation failed",
            detail: "The gateway could not prepare the request or its answer.",
            fix: "Give the request id to the owners of the service.",
        },
        Self {
            name: "origin",
            about: "refusals of the service itself, which the gateway passed on",
            title: "Refused by the upstream",
            detail: "The service behind the gateway refused; the gateway had let the request through.",
            fix: "Give the request id to the owners of the service.",
        },
        Self {
            name: "gateway",
            about: "the gateway itself",
            title: "Gateway unavailable",
            detail: "The gateway cannot serve the request now.",
            fix: "Try again; if it lasts, give the request id to the gateway's operators.",
        },
    ];

    /// The family of that name.
    pub fn parse(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|family| family.name == name)
    }

    /// The family of a code.
    pub fn of(code: Code) -> &'static Self {
        const UNNAMED: Family = Family {
            name: "",
            about: "",
            title: "Refused",
            detail: "The request was refused.",
            fix: "",
        };
        // A test knows that every code has one.
        Self::parse(code.family()).unwrap_or(&UNNAMED)
    }

    /// The codes of the family.
    pub fn codes(&self) -> impl Iterator<Item = Code> {
        let name = self.name;
        Code::ALL
            .iter()
            .copied()
            .filter(move |code| code.family() == name)
    }
}
