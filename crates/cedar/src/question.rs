//! A request, in the form that conditions are evaluated on.

use crate::given::{Caller, Given, Holder, Said, TokenSaid};
use crate::index::{Methods, bit};
use crate::looks::Looks;
use crate::place::Place;
use crate::uid::Kind;
use cedar_policy_core::ast::{
    Context, Entity, EntityUID, EntityUIDEntry, Expr, Literal, Name, PartialValue, Request,
    SlotEnv, Unknown, Value, ValueKind,
};
use cedar_policy_core::entities::{Entities, NoEntitiesSchema, TCComputation};
use cedar_policy_core::evaluator::{EvaluationError, Evaluator};
use cedar_policy_core::extensions::Extensions;
use postern_model::entity::Name as Text;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

/// A request, as it is asked about.
#[derive(Debug)]
pub struct Question<'a> {
    pub(crate) place: &'a Place,
    pub(crate) method: Methods,
    /// The caller and everything that it is in.
    pub(crate) caller: Vec<(Kind, Box<str>)>,
    /// The attributes that records keep, as a text.
    kept: String,
    /// Unix time in milliseconds.
    pub(crate) now: i64,
    pub(crate) shown_parameters: &'a [Text],
    pub(crate) shows_header: fn(&str) -> bool,
    pub(crate) request: Request,
    pub(crate) entities: Entities,
}

/// What a condition comes to: whether it holds, or why it cannot be evaluated; none: that hangs on
/// something that is not known.
pub(crate) type Evaluated = Option<Result<bool, String>>;

impl<'a> Question<'a> {
    /// Of what is known, with what the policies look at.
    ///
    /// # Errors
    /// What they look at cannot be said in Cedar; what that is.
    pub fn new(given: &Given<'a>, looks: &Looks) -> Result<Self, &'static str> {
        Self::with(given, looks, attributes(given, looks)?)
    }

    /// The same with nothing known of the context but the method, the environment and whether the
    /// caller speaks TLS.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn open(given: &Given<'a>, looks: &Looks) -> Result<Self, &'static str> {
        Self::with(given, looks, open_attributes(given, looks))
    }

    fn with(
        given: &Given<'a>,
        looks: &Looks,
        attributes: Attributes,
    ) -> Result<Self, &'static str> {
        let (caller, principal) = principal(given, looks);
        let resource = resource(given);
        let action = Kind::Action.uid(given.method.as_str());
        let request = Request::new_unchecked(
            EntityUIDEntry::known(principal.uid().clone(), None),
            EntityUIDEntry::known(action.clone(), None),
            EntityUIDEntry::known(resource.uid().clone(), None),
            Some(context(attributes)),
        );
        let group = if crate::index::reads(given.method) {
            crate::index::READ
        } else {
            crate::index::WRITE
        };
        let parents = HashSet::from([Kind::Action.uid(group)]);
        let action = Entity::new_with_attr_partial_value(action, [], HashSet::new(), parents, []);
        let entities = Entities::from_entities(
            [principal, resource, action],
            None::<&NoEntitiesSchema>,
            TCComputation::AssumeAlreadyComputed,
            Extensions::all_available(),
        );
        Ok(Self {
            place: given.place,
            method: bit(given.method),
            caller,
            kept: kept(given, looks),
            now: given.now,
            shown_parameters: given.shown_parameters,
            shows_header: given.shows_header,
            request,
            entities: entities.map_err(|_| "entities")?,
        })
    }

    /// Everything that is known of the request and that records keep, as a text.
    pub fn known(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        for (kind, name) in self.caller.iter().chain(&self.place.keys) {
            let _ = write!(text, "{} {name:?} ", kind.name());
        }
        let _ = write!(text, "{} {}", self.method, self.kept);
        text
    }

    pub(crate) fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(
            self.request.clone(),
            &self.entities,
            Extensions::all_available(),
        )
    }
}

/// What is looked at and kept, and is not in the names of the caller and the operation.
fn kept(given: &Given<'_>, looks: &Looks) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    if let Caller::App(holder) | Caller::User(_, _, holder) = &given.caller {
        let _ = write!(
            text,
            "{:?} {:?} {:?} ",
            holder.scopes, holder.environment, holder.plan
        );
    }
    let _ = write!(
        text,
        "{:?} {:?} {} ",
        given.environment, given.host, given.is_secure
    );
    if looks.at("client") {
        let _ = write!(text, "{:?} ", given.client);
    }
    if looks.at("country") {
        let _ = write!(text, "{:?} ", given.country);
    }
    if looks.at("size") {
        let _ = write!(text, "{:?} ", given.size);
    }
    if looks.at("time") {
        let _ = write!(text, "{} ", given.now);
    } else if looks.at("hour") || looks.at("weekday") {
        let _ = write!(text, "{} ", given.now.div_euclid(3_600_000));
    }
    text
}

/// Whether a condition holds.
pub(crate) fn holds(evaluator: &Evaluator<'_>, condition: &Expr) -> Evaluated {
    let value = match evaluator.partial_interpret(condition, &SlotEnv::new()) {
        Ok(PartialValue::Value(value)) => value,
        Ok(PartialValue::Residual(_)) => return None,
        Err(error) => return Some(Err(words(&error).to_owned())),
    };
    Some(match value.value_kind() {
        ValueKind::Lit(Literal::Bool(holds)) => Ok(*holds),
        _ => Err("it is neither true nor false".to_owned()),
    })
}

/// Why something cannot be evaluated. What its values are stays with the request: it may be what
/// proves who calls.
const fn words(error: &EvaluationError) -> &'static str {
    match error {
        EvaluationError::IntegerOverflow(_) => "a number grew too large",
        EvaluationError::FailedExtensionFunctionExecution(_) => {
            "a text is not what `ip`, `decimal`, `datetime` or `duration` reads"
        }
        EvaluationError::EntityAttrDoesNotExist(_) | EvaluationError::RecordAttrDoesNotExist(_) => {
            "it looks at an attribute that is not there"
        }
        EvaluationError::EntityDoesNotExist(_) => "it looks at something that does not exist",
        EvaluationError::TypeError(_) => "a value is of another type than it has to be",
        EvaluationError::RecursionLimit(_) => "it is nested too deeply",
        _ => "it cannot be evaluated",
    }
}

fn text(text: &str) -> Value {
    Value::from(Literal::String(SmolStr::new(text)))
}

fn set<'t>(texts: impl IntoIterator<Item = &'t str>) -> Value {
    let texts = texts
        .into_iter()
        .map(|text| Literal::String(SmolStr::new(text)));
    Value::set_of_lits(texts, None)
}

fn record<'t>(pairs: impl IntoIterator<Item = (&'t str, Value)>) -> Value {
    Value::record(
        pairs
            .into_iter()
            .map(|(name, value)| (SmolStr::new(name), value)),
        None,
    )
}

fn principal(given: &Given<'_>, looks: &Looks) -> (Vec<(Kind, Box<str>)>, Entity) {
    let nobody = Holder::default();
    let (own, name, holder): ((Kind, Box<str>), &str, &Holder<'_>) = match &given.caller {
        Caller::Anonymous => ((Kind::Anonymous, "anonymous".into()), "", &nobody),
        Caller::App(holder) => ((Kind::App, holder.app.into()), holder.app, holder),
        Caller::User(issuer, name, holder) => (
            (Kind::User, format!("{issuer}|{name}").into()),
            name,
            holder,
        ),
    };
    let uid = own.0.uid(&own.1);
    let mut keys = vec![own];
    if let Caller::User(..) = &given.caller {
        keys.push((Kind::App, holder.app.into()));
    }
    keys.extend(
        holder
            .groups
            .iter()
            .map(|name| (Kind::Group, (*name).into())),
    );
    keys.extend(
        holder
            .access_roles
            .iter()
            .map(|name| (Kind::AccessRole, (*name).into())),
    );
    if !holder.tenant.is_empty() {
        keys.push((Kind::Tenant, holder.tenant.into()));
    }
    let ancestors: HashSet<EntityUID> = keys
        .iter()
        .skip(1)
        .map(|(kind, name)| kind.uid(name))
        .collect();
    let mut attributes: Vec<(SmolStr, PartialValue)> = Vec::new();
    let mut add = |attribute: &'static str, value: &dyn Fn() -> Value| {
        if looks.at_caller(attribute) {
            attributes.push((SmolStr::new_static(attribute), value().into()));
        }
    };
    add("name", &|| text(name));
    add("app", &|| text(holder.app));
    add("tenant", &|| text(holder.tenant));
    add("environment", &|| text(holder.environment));
    add("plan", &|| text(holder.plan.unwrap_or_default()));
    add("groups", &|| set(holder.groups.iter().copied()));
    add("access_roles", &|| set(holder.access_roles.iter().copied()));
    add("scopes", &|| set(holder.scopes.iter().copied()));
    let entity =
        Entity::new_with_attr_partial_value(uid, attributes, HashSet::new(), ancestors, []);
    (keys, entity)
}

/// What is not known, by a name for it.
fn unknown(what: &str) -> PartialValue {
    PartialValue::unknown(Unknown::new_untyped(what))
}

fn pairs(pairs: Option<&Vec<(&str, Cow<'_, str>)>>, what: &str) -> PartialValue {
    match pairs {
        Some(pairs) => record(pairs.iter().map(|(name, value)| (*name, text(value)))).into(),
        None => unknown(what),
    }
}

fn resource(given: &Given<'_>) -> Entity {
    let place = given.place;
    let [tenant, service, version, operation] = &place.names;
    let attributes: [(&'static str, PartialValue); 5] = [
        ("name", text(operation).into()),
        ("service", text(service).into()),
        ("version", text(version).into()),
        ("tenant", text(tenant).into()),
        ("path", pairs(given.parameters.as_ref(), "path")),
    ];
    let attributes = attributes.map(|(name, value)| (SmolStr::new_static(name), value));
    let ancestors = place.ancestors.clone();
    let uid = place.uid.clone();
    Entity::new_with_attr_partial_value(uid, attributes, HashSet::new(), ancestors, [])
}

/// The context: a value where everything in it is known.
fn context(attributes: Attributes) -> Context {
    let residual = |value: &PartialValue| matches!(value, PartialValue::Residual(_));
    if attributes.values().any(residual) {
        let all = attributes.into_iter();
        let all = all.map(|(name, value)| (name, Expr::from(value)));
        return Context::RestrictedResidual(Arc::new(all.collect()));
    }
    let values = attributes
        .into_iter()
        .filter_map(|(name, value)| match value {
            PartialValue::Value(value) => Some((name, value)),
            PartialValue::Residual(_) => None,
        });
    Context::Value(Arc::new(values.collect()))
}

/// Attributes of the context.
type Attributes = BTreeMap<SmolStr, PartialValue>;

/// Those that every request has, of one of which little is known.
fn open_attributes(given: &Given<'_>, looks: &Looks) -> Attributes {
    let known = [
        ("method", text(given.method.as_str())),
        ("environment", text(given.environment)),
        ("secure", Value::from(given.is_secure)),
    ];
    let known = known.map(|(name, value)| (name, value.into()));
    let open = [
        "host", "client", "time", "hour", "weekday", "headers", "body",
    ];
    let open = open.map(|name| (name, unknown(name)));
    let all = known.into_iter().chain(open);
    let looked_at = all.filter(|(name, _)| looks.at(name));
    looked_at
        .map(|(name, value)| (SmolStr::new_static(name), value))
        .collect()
}

fn attributes(given: &Given<'_>, looks: &Looks) -> Result<Attributes, &'static str> {
    let mut found = Attributes::new();
    let mut add = |attribute: &'static str, value: PartialValue| {
        found.insert(SmolStr::new_static(attribute), value);
    };
    let at = |attribute| looks.at(attribute);
    if at("method") {
        add("method", text(given.method.as_str()).into());
    }
    if at("host") {
        add("host", text(given.host).into());
    }
    if at("environment") {
        add("environment", text(given.environment).into());
    }
    if at("secure") {
        add("secure", Value::from(given.is_secure).into());
    }
    if at("client") {
        add(
            "client",
            address(given.client.ok_or("client address")?)?.into(),
        );
    }
    if at("country")
        && let Some(country) = &given.country
    {
        add("country", text(country).into());
    }
    if at("time") {
        add("time", moment(given.now)?.into());
    }
    let hours = given.now.div_euclid(3_600_000);
    if at("hour") {
        add("hour", Value::from(hours.rem_euclid(24)).into());
    }
    if at("weekday") {
        // The first of January 1970 was a Thursday.
        let weekday = (hours.div_euclid(24) + 3).rem_euclid(7) + 1;
        add("weekday", Value::from(weekday).into());
    }
    if at("size")
        && let Some(size) = given.size
    {
        add(
            "size",
            Value::from(i64::try_from(size).unwrap_or(i64::MAX)).into(),
        );
    }
    if at("token") {
        match &given.token {
            Said::Nothing => {}
            Said::NotKept => add("token", unknown("token")),
            Said::All(said) => add("token", token(said).into()),
        }
    }
    if at("headers") {
        add("headers", pairs(given.headers.as_ref(), "headers"));
    }
    if at("body") {
        add("body", pairs(given.body.as_ref(), "body"));
    }
    Ok(found)
}

fn token(said: &TokenSaid<'_>) -> Value {
    let optional = [
        ("subject", said.subject),
        ("user", said.user),
        ("client", said.client),
    ];
    let optional = optional
        .into_iter()
        .filter_map(|(name, value)| Some((name, text(value?))));
    let always = [
        ("issuer", text(said.issuer)),
        ("groups", set(said.groups.iter().copied())),
        ("scopes", set(said.scopes.iter().copied())),
        ("audiences", set(said.audiences.iter().copied())),
    ];
    record(always.into_iter().chain(optional))
}

/// The functions that make what Cedar has no literals for.
static IP: LazyLock<Option<Name>> = LazyLock::new(|| Name::parse_unqualified_name("ip").ok());
static DATETIME: LazyLock<Option<Name>> =
    LazyLock::new(|| Name::parse_unqualified_name("datetime").ok());

fn made(function: Option<&Name>, of: &str) -> Option<Value> {
    let function = Extensions::all_available().func(function?).ok()?;
    match function.call(&[text(of)]).ok()? {
        PartialValue::Value(value) => Some(value),
        PartialValue::Residual(_) => None,
    }
}

/// An address of IPv6 that stands for one of IPv4 is that. Cedar reads none that are written with
/// both, as some are by others.
fn address(address: IpAddr) -> Result<Value, &'static str> {
    let text = match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let groups = address.segments().map(|group| format!("{group:x}"));
            groups.join(":")
        }
    };
    made(IP.as_ref(), &text).ok_or("client address")
}

fn moment(now: i64) -> Result<Value, &'static str> {
    made(DATETIME.as_ref(), &iso(now)).ok_or("time")
}

/// A moment as ISO 8601 writes it, in UTC.
pub(crate) fn iso(millis: i64) -> String {
    let (days, within) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    // Howard Hinnant's `civil_from_days`.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year + era * 400 + i64::from(month <= 2);
    let (seconds, millis) = (within / 1_000, within % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}
