//! Which row belongs to what.

use postern_model::entity::{Configuration, Name, PolicyRule};
use std::collections::HashMap;

/// Most rows of each table over the life of a process. What comes later shares row 0.
pub(super) const MAX_OPERATIONS: usize = 1 << 16;
/// See [`MAX_OPERATIONS`].
pub(super) const MAX_SERVICES: usize = 1 << 13;
/// See [`MAX_OPERATIONS`].
pub(super) const MAX_UPSTREAMS: usize = 1 << 13;
/// See [`MAX_OPERATIONS`].
pub(super) const MAX_LISTENERS: usize = 1 << 10;

/// See [`MAX_OPERATIONS`].
pub(super) const MAX_MASKS: usize = 1 << 12;

/// Where is counted what one rule of a policy of the kind `mask` hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MaskId(pub(super) u32);

/// Where a service's requests are counted; the default is for requests that led to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServiceId(pub(super) u32);

/// Where an operation's requests are counted; the default is for requests that led to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OperationId {
    pub(super) row: u32,
    pub(super) service: ServiceId,
}

impl OperationId {
    /// For requests that are known to be for a service, but for none of its operations.
    pub const fn of_service(service: ServiceId) -> Self {
        Self { row: 0, service }
    }
}

/// Where an upstream's attempts are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UpstreamId(pub(super) u32);

/// Where a listener's connections are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListenerId(pub(super) u32);

/// The places of one configuration's parts, by their positions in it.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    services: Vec<(ServiceId, Vec<Vec<OperationId>>)>,
    upstreams: Vec<UpstreamId>,
    listeners: Vec<ListenerId>,
    /// By policy.
    masks: HashMap<usize, Vec<MaskId>>,
}

impl Layout {
    /// The place of the service at that position.
    pub fn service(&self, service: usize) -> ServiceId {
        self.services
            .get(service)
            .map(|(id, _)| *id)
            .unwrap_or_default()
    }

    /// The place of the operation at those positions.
    pub fn operation(&self, service: usize, version: usize, operation: usize) -> OperationId {
        self.services
            .get(service)
            .and_then(|(_, versions)| versions.get(version)?.get(operation))
            .copied()
            .unwrap_or_default()
    }

    /// The place of the upstream at that position.
    pub fn upstream(&self, upstream: usize) -> UpstreamId {
        self.upstreams.get(upstream).copied().unwrap_or_default()
    }

    /// The place of a rule of the policy at that position.
    pub fn mask(&self, policy: usize, rule: usize) -> MaskId {
        let rules = self.masks.get(&policy);
        rules
            .and_then(|rules| rules.get(rule))
            .copied()
            .unwrap_or_default()
    }

    /// The place of the listener at that position.
    pub fn listener(&self, listener: usize) -> ListenerId {
        self.listeners.get(listener).copied().unwrap_or_default()
    }
}

/// Labels of rows. Row 0 is for what has no place; its labels are empty.
#[derive(Debug)]
pub(super) struct Rows {
    by_labels: HashMap<Vec<Name>, u32>,
    labels: Vec<Vec<Name>>,
    max: usize,
}

impl Rows {
    fn new(labels: usize, max: usize) -> Self {
        Self {
            by_labels: HashMap::new(),
            labels: vec![vec![Name::default(); labels]],
            max,
        }
    }

    fn place(&mut self, labels: &[&Name]) -> u32 {
        let labels: Vec<Name> = labels.iter().map(|&name| name.clone()).collect();
        if let Some(row) = self.by_labels.get(&labels) {
            return *row;
        }
        let Some(row) = u32::try_from(self.labels.len())
            .ok()
            .filter(|_| self.labels.len() < self.max)
        else {
            return 0;
        };
        self.labels.push(labels.clone());
        self.by_labels.insert(labels, row);
        row
    }

    /// Rows and their labels.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[Name])> {
        self.labels.iter().map(Vec::as_slice).enumerate()
    }
}

/// Every row given out in the life of the process.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) services: Rows,
    pub(super) operations: Rows,
    pub(super) upstreams: Rows,
    pub(super) listeners: Rows,
    pub(super) masks: Rows,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            services: Rows::new(1, MAX_SERVICES),
            operations: Rows::new(3, MAX_OPERATIONS),
            upstreams: Rows::new(1, MAX_UPSTREAMS),
            listeners: Rows::new(1, MAX_LISTENERS),
            masks: Rows::new(2, MAX_MASKS),
        }
    }
}

impl Registry {
    pub(super) fn layout(&mut self, configuration: &Configuration) -> Layout {
        let mut layout = Layout::default();
        for service in &configuration.services {
            let id = ServiceId(self.services.place(&[&service.name]));
            let mut versions = Vec::with_capacity(service.versions.len());
            for version in &service.versions {
                let place = |operation: &postern_model::entity::Operation| OperationId {
                    row: self
                        .operations
                        .place(&[&service.name, &version.name, &operation.name]),
                    service: id,
                };
                versions.push(version.operations.iter().map(place).collect());
            }
            layout.services.push((id, versions));
        }
        for upstream in &configuration.upstreams {
            layout
                .upstreams
                .push(UpstreamId(self.upstreams.place(&[&upstream.name])));
        }
        for listener in &configuration.listeners {
            layout
                .listeners
                .push(ListenerId(self.listeners.place(&[&listener.name])));
        }
        for (at, policy) in configuration.policies.iter().enumerate() {
            if let PolicyRule::Mask(rule) = &policy.rule {
                let hide = rule.hide.iter().enumerate();
                let places = hide.map(|(number, hide)| {
                    MaskId(self.masks.place(&[&policy.name, &hide.label(number)]))
                });
                layout.masks.insert(at, places.collect());
            }
        }
        layout
    }
}
