//! Refusals of what a request says about itself: headers, media type, size.

use super::super::{Code, Value};
use super::Told;
use super::contract;
use super::words::{All, Either, is_empty};
use std::fmt::{self, Write};

/// What this caller sent.
pub(super) fn detail(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::HeaderMissing => match told.get("name") {
            Some(name) => write!(
                out,
                "The request came without {}, required here.",
                All(name)
            ),
            None => out.write_str("The request came without a header that is required here."),
        },
        Code::HeaderValueNotAllowed => {
            match told.get("name") {
                Some(name) => write!(
                    out,
                    "The value of `{name}` is not one that is accepted here"
                )?,
                None => out.write_str("The value of a header is not one that is accepted here")?,
            }
            match told.get("rule") {
                Some(rule) => write!(out, "; accepted is {rule}."),
                None => out.write_str("."),
            }
        }
        Code::ContentTypeMissing => {
            out.write_str("The request has a body, but no `Content-Type`")?;
            match told.get("looks_like") {
                Some(seen) => write!(out, "; the body looks like {seen}."),
                None => out.write_str("."),
            }
        }
        Code::ContentTypeUnsupported => unsupported(told, out),
        Code::LengthRequired => out.write_str(
            "The request has a body whose length it does not say beforehand, as is required here.",
        ),
        Code::BodyTooLarge => {
            out.write_str("The request's body is larger than is accepted")?;
            if let Some(coding) = told.get("coding") {
                write!(out, " once its coding, {coding}, is undone")?;
            }
            match (told.get("seen"), told.get("limit")) {
                (Some(seen), Some(limit)) => write!(
                    out,
                    ": {seen} bytes were announced or had come; the limit is {limit}."
                ),
                (None, Some(limit)) => write!(out, ": the limit is {limit} bytes."),
                (Some(seen), None) => write!(out, ": {seen} bytes were announced or had come."),
                (None, None) => out.write_str("."),
            }
        }
        Code::EncodingUnsupported
        | Code::NotAcceptable
        | Code::BodyUnreadable
        | Code::SchemaMismatch
        | Code::FileNotAllowed => contract::detail(told, out),
        _ => match told.get("value") {
            Some(value) => write!(
                out,
                "`Expect: {value}` cannot be met; only `100-continue` can."
            ),
            None => out.write_str("The `Expect` header asks for what cannot be met."),
        },
    }
}

/// What the caller can do.
pub(super) fn fix(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.code {
        Code::HeaderMissing => match told.get("name") {
            Some(name) => write!(out, "Send {}.", All(name)),
            None => out.write_str("Send the headers that the API's documentation asks for."),
        },
        Code::HeaderValueNotAllowed => {
            match told.get("name") {
                Some(name) => write!(out, "Send `{name}` with a value that is accepted")?,
                None => out.write_str("Send a value that is accepted")?,
            }
            match told.get("rule") {
                Some(rule) => write!(out, ": {rule}."),
                None => out.write_str("."),
            }
        }
        Code::ContentTypeUnsupported if told.get("looks_like").is_some() => {
            out.write_str("Send a body that is what its `Content-Type` says.")
        }
        Code::ContentTypeMissing | Code::ContentTypeUnsupported => content_type(told, out),
        Code::LengthRequired => out.write_str("Send `Content-Length`."),
        Code::BodyTooLarge => out.write_str("Send less at once, in several requests if need be."),
        Code::EncodingUnsupported
        | Code::NotAcceptable
        | Code::BodyUnreadable
        | Code::SchemaMismatch
        | Code::FileNotAllowed => contract::fix(told, out),
        _ => out.write_str("Leave `Expect` out, or send `Expect: 100-continue`."),
    }
}

fn unsupported(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    if let Some(seen) = told.get("looks_like") {
        return match told.get("sent") {
            Some(sent) => write!(out, "The body is sent as `{sent}`, but looks like {seen}."),
            None => write!(
                out,
                "The body is not what it is sent as: it looks like {seen}."
            ),
        };
    }
    match told.get("sent") {
        Some(sent) => write!(out, "A body of type `{sent}` is not accepted here")?,
        None => out.write_str("A body of this type is not accepted here")?,
    }
    match told.get("accepted").filter(|v| !is_empty(v)) {
        Some(accepted) => write!(out, "; {} is.", Either(accepted)),
        None => out.write_str("."),
    }
}

fn content_type(told: Told<'_>, out: &mut dyn Write) -> fmt::Result {
    match told.get("accepted").filter(|v| !is_empty(v)) {
        Some(Value::List(types)) if types.len() > 1 => write!(
            out,
            "Send a body of one of these types, and `Content-Type` with it: {}.",
            Either(&Value::List(types.clone()))
        ),
        Some(one) => write!(out, "Send `Content-Type: {one}`, and a body of that type."),
        None => out.write_str("Send `Content-Type` with a media type that is accepted."),
    }
}
