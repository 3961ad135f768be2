//! What policies of the kind `transform` would make of a request that nobody has sent.

use crate::decide::Decided;
use crate::wire::{Change, Changed};
use postern_model::entity::{Method, Name};
use postern_policy::Rules;
use postern_policy::fields::Known;
use postern_policy::head::Head;
use postern_transform::{
    Asked, Did, Failure, Header, Json, Message, Notes, Reads, Scene, is_credential,
};

/// Names, places and shapes; of path and query what they were and would be. `None` where nothing
/// would be changed, or where that cannot be told.
pub(crate) fn changed(
    rules: &Rules,
    decided: &Decided,
    head: &Head,
    body: Option<&[u8]>,
    at: i64,
) -> Option<Changed> {
    let route = decided.route.as_ref()?;
    let path = decided.path.as_deref()?;
    let mut transforms = rules.transforms(route, at).peekable();
    transforms.peek()?;
    let template = &rules.plan(route).template;
    let params = params(template, path);
    let fields = || head.fields.iter();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let identity = decided.identity.as_ref();
    let token = identity.and_then(|identity| identity.token.as_ref());
    let plan = identity.and_then(|identity| identity.plan(rules));
    let headers = fields()
        .map(|field| (text(field.name).to_ascii_lowercase(), text(field.value)))
        .filter(|(name, _)| !is_credential(name));
    let scene = Scene::new(
        &Asked {
            method: std::str::from_utf8(head.method()).unwrap_or_default(),
            path,
            params: params
                .iter()
                .map(|(name, value)| (*name, postern_transform::decoded(value.as_bytes(), false)))
                .collect(),
            query: postern_transform::parameters(head.query().unwrap_or_default()),
            headers: headers.collect(),
            id: "",
            service: &rules.service(route).name,
            version: &rules.version(route).name,
            operation: &rules.operation(route).name,
            environment: decided.environment.as_deref().unwrap_or_default(),
            app: identity.map(|identity| &*identity.app.name),
            tenant: identity.map(|identity| &*identity.tenant.name),
            plan: plan.map(|plan| &*plan.name),
            user: token.and_then(|token| token.user.as_deref()),
        },
        Reads::ALL,
    );
    let before = Message {
        headers: fields()
            .filter(|field| field.known != Known::Host)
            .map(|field| Header {
                name: field.name.to_vec(),
                value: field.value.to_vec(),
            })
            .collect(),
        path: path.to_owned(),
        query: head.query().map(<[u8]>::to_vec),
        body: body.and_then(|body| Json::read(body).ok()),
    };
    let mut after = before.clone();
    let mut notes = Notes::default();
    let mut changed = Changed::default();
    let mut fails = |policy: &Name, failure: Failure| {
        changed.request.push(Change {
            policy: policy.to_string(),
            did: "fails".to_owned(),
            what: failure.step,
            before: None,
            after: Some(failure.problem),
        });
    };
    let mut validating = None;
    let mut failed = false;
    for (policy, transform) in transforms {
        let done = transform.request(policy, &mut after, Some(&scene), &params, &mut notes);
        if let Err(failure) = done {
            fails(policy, failure);
            failed = true;
            break;
        }
        validating = validating.or(transform.validates().then_some(policy));
    }
    let method = Method::parse(head.method());
    if let (Some(policy), Some(method), false) = (validating, method, failed)
        && let Some(failure) = rules.against_document(route, method, &after, &params)
    {
        fails(policy, failure);
    }
    let made = notes.notes.into_iter().map(|note| Change {
        policy: note.policy.into(),
        did: note.did.name().to_owned(),
        what: note.what,
        before: match note.did {
            Did::Path => Some(before.path.clone()),
            _ => note.before,
        },
        after: match note.did {
            Did::Path => Some(after.path.clone()),
            _ => note.after,
        },
    });
    changed.request.splice(0..0, made);
    (!changed.request.is_empty()).then_some(changed)
}

/// The parameters of a path that its template has matched.
fn params<'a>(template: &'a str, path: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut params = Vec::new();
    let mut rest = path.strip_prefix('/').unwrap_or(path);
    for segment in template.split('/').skip(1) {
        let inner = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        let (here, after) = rest.split_once('/').unwrap_or((rest, ""));
        match inner.map(|name| (name, name.strip_prefix('*'))) {
            Some((_, Some(name))) => params.push((name, rest)),
            Some((name, None)) => params.push((name, here)),
            None => {}
        }
        rest = after;
    }
    params
}

#[cfg(test)]
mod tests {
    use super::params;

    #[test]
    fn parameters_are_found_by_their_places() {
        assert_eq!(
            params("/a/{id}/b/{*rest}", "/a/7/b/c/d"),
            [("id", "7"), ("rest", "c/d")]
        );
        assert_eq!(params("/{*rest}", "/"), [("rest", "")]);
        assert!(params("/a", "/a").is_empty());
    }
}
