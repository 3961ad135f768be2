//! A refusal as call records keep it, and back.

use crate::explanation::Value;
use postern_model::denial::Audience as Of;
use postern_model::denial::{self, Code, Denial, Fault, Retry};
use serde_json::Value as Json;
use std::borrow::Cow;

/// What the record of a refused request says about it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedDenial {
    /// The refusal.
    pub denial: Denial,
    /// The problem document that the consumer was sent.
    pub told: Option<Json>,
}

/// A recorded refusal that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no code in it.
    #[error("the record names no code")]
    NoCode,
    /// A code of another version.
    #[error("the record's code `{0}` is not known to this version")]
    Code(String),
}

impl RecordedDenial {
    /// Reads the `detail` of a call record: its `denial`, and what the `consumer` was sent. `None`
    /// of a request that was not refused.
    ///
    /// # Errors
    /// No code, or one that this version does not know.
    pub fn from_detail(detail: &Json) -> Result<Option<Self>, ReadError> {
        let Some(denial) = detail.get("denial") else {
            return Ok(None);
        };
        Ok(Some(Self {
            denial: denial_from_json(denial)?,
            told: detail
                .get("consumer")
                .filter(|told| told.is_object())
                .cloned(),
        }))
    }
}

/// Reads a refusal: code, status, fault, retry, policy, evidence. Evidence of a kind that no code of this version comes with
/// is left out.
///
/// # Errors
/// No code, or one that this version does not know.
pub fn denial_from_json(json: &Json) -> Result<Denial, ReadError> {
    let name = json
        .get("code")
        .and_then(Json::as_str)
        .ok_or(ReadError::NoCode)?;
    let code = Code::parse(name).ok_or_else(|| ReadError::Code(name.chars().take(64).collect()))?;
    let mut denial = Denial::new(code);
    if let Some(status) = json.get("status").and_then(Json::as_u64) {
        denial.status = u16::try_from(status).unwrap_or(denial.status);
    }
    let fault = json.get("fault").and_then(Json::as_str);
    if let Some(fault) = fault.and_then(Fault::parse) {
        denial.fault = fault;
    }
    denial.policy = json.get("policy").and_then(Json::as_str).map(Into::into);
    if let Some(retry) = json.get("retry") {
        let after = retry.get("after").and_then(Json::as_u64);
        denial.retry = match (retry.as_str(), after) {
            (Some("never"), _) => Retry::Never,
            (_, Some(seconds)) => Retry::After(u32::try_from(seconds).unwrap_or(u32::MAX)),
            _ => Retry::AfterChange,
        };
    }
    for evidence in json
        .get("evidence")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        let known = evidence
            .get("name")
            .and_then(Json::as_str)
            .and_then(known_name);
        let value = evidence.get("value").and_then(value);
        let (Some(name), Some(value)) = (known, value) else {
            continue;
        };
        // Who may read it never grows by what a record says.
        let recorded = match evidence.get("audience").and_then(Json::as_str) {
            Some("consumer") => Of::Consumer,
            Some("publisher") => Of::Publisher,
            _ => Of::Operator,
        };
        denial = denial.with(name, value, recorded);
    }
    Ok(denial)
}

/// The kind of evidence of that name.
fn known_name(name: &str) -> Option<&'static str> {
    Code::ALL
        .iter()
        .map(|code| code.kinds())
        .flat_map(|kinds| [kinds.consumer, kinds.publisher, kinds.operator])
        .flatten()
        .copied()
        .find(|known| *known == name)
}

fn value(json: &Json) -> Option<denial::Value> {
    match json {
        Json::String(text) => Some(text.clone().into()),
        Json::Number(number) => number.as_u64().map(Into::into),
        Json::Array(items) => {
            let texts = items.iter().filter_map(Json::as_str);
            let texts: Vec<Cow<'static, str>> = texts.map(|t| t.to_owned().into()).collect();
            Some(texts.into())
        }
        _ => None,
    }
}

impl From<&denial::Value> for Value {
    fn from(value: &denial::Value) -> Self {
        match value {
            denial::Value::Text(text) => Self::Text(text.to_string()),
            denial::Value::Number(number) => Self::Number(*number),
            denial::Value::List(items) => {
                Self::List(items.iter().map(ToString::to_string).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explanation::Audience;
    use serde_json::json;

    /// As the data plane writes it.
    fn denial_to_json(denial: &Denial) -> Json {
        let evidence: Vec<Json> = denial
            .evidence
            .iter()
            .map(|e| {
                json!({
                    "name": e.name,
                    "value": Value::from(&e.value),
                    "audience": Audience::from(e.audience),
                })
            })
            .collect();
        let retry = match denial.retry {
            Retry::Never => json!("never"),
            Retry::AfterChange => json!("after_change"),
            Retry::After(seconds) => json!({ "after": seconds }),
        };
        let mut map = serde_json::Map::new();
        map.insert("code".to_owned(), json!(denial.code.name()));
        map.insert("status".to_owned(), json!(denial.status));
        map.insert("public_code".to_owned(), json!(denial.code.shown().name()));
        map.insert("fault".to_owned(), json!(denial.fault.name()));
        map.insert("retry".to_owned(), retry);
        if let Some(policy) = &denial.policy {
            map.insert("policy".to_owned(), json!(&**policy));
        }
        map.insert("evidence".to_owned(), Json::Array(evidence));
        Json::Object(map)
    }

    #[test]
    fn a_refusal_survives_its_record() {
        for &code in Code::ALL {
            let kinds = code.kinds();
            let mut denial = Denial::new(code).retry_after(7);
            for name in kinds
                .consumer
                .iter()
                .chain(kinds.publisher)
                .chain(kinds.operator)
            {
                denial = denial.saw(name, "seen");
            }
            denial = denial.saw("limit", 5).by_policy("office-only".into());
            let json = denial_to_json(&denial);
            let detail = json!({"denial": json, "consumer": {"code": "x"}});
            let read = RecordedDenial::from_detail(&detail).unwrap().unwrap();
            assert_eq!(read.denial, denial, "{code}");
            assert_eq!(read.told, Some(json!({"code": "x"})));
        }
    }

    #[test]
    fn what_is_no_record_is_not_read() {
        assert_eq!(RecordedDenial::from_detail(&json!({})), Ok(None));
        assert_eq!(denial_from_json(&json!([])), Err(ReadError::NoCode));
        let foreign = json!({"code": "quantum.entangled"});
        assert!(matches!(
            denial_from_json(&foreign),
            Err(ReadError::Code(_))
        ));
    }
}
