//! What documents of versions ask of requests, by operation and method.

use super::CompileError;
use crate::router::Route;
use postern_contract::{Contract, Document};
use postern_model::entity::{Configuration, Method};

/// The contracts of all operations, in the order of their plans.
#[derive(Debug, Default)]
pub(super) struct Contracts {
    by_plan: Vec<Operation>,
    /// The document that was read last, and of which service and version it is.
    document: Option<([usize; 2], Document)>,
}

/// What is known of one operation.
#[derive(Debug, Default)]
enum Operation {
    /// No policy holds its requests to a document, or there is none.
    #[default]
    Free,
    /// There is a document that was not read here.
    Unknown,
    /// By method.
    Held(Box<[(Method, Contract)]>),
}

/// What is asked of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Held<'a> {
    /// Nothing.
    Free,
    /// It cannot be told: the document is somewhere else.
    Unknown,
    /// This.
    To(&'a Contract),
}

impl Contracts {
    /// Compiles the contract of the next operation; to be called in the order of the plans.
    pub(super) fn add_operation(
        &mut self,
        configuration: &Configuration,
        route: Route,
        is_held: bool,
    ) -> Result<(), CompileError> {
        let held = if is_held {
            self.operation(configuration, route)?
        } else {
            Operation::Free
        };
        self.by_plan.push(held);
        Ok(())
    }

    fn operation(
        &mut self,
        configuration: &Configuration,
        route: Route,
    ) -> Result<Operation, CompileError> {
        let service = configuration.services.get(route.service);
        let version = service.and_then(|service| service.versions.get(route.version));
        let operation = version.and_then(|version| version.operations.get(route.operation));
        let (Some(service), Some(version), Some(operation)) = (service, version, operation) else {
            return Ok(Operation::Free);
        };
        let Some(value) = &version.openapi else {
            return Ok(Operation::Free);
        };
        if value.is_null() {
            return Ok(Operation::Unknown);
        }
        let wrong = |fault| CompileError::Contract {
            service: service.name.clone(),
            version: version.name.clone(),
            operation: operation.name.clone(),
            fault,
        };
        let place = [route.service, route.version];
        let known = self.document.take().filter(|(known, _)| *known == place);
        let document = match known {
            Some((_, document)) => document,
            None => Document::new(value.clone()).map_err(wrong)?,
        };
        let methods = match operation.methods.as_slice() {
            [] => &Method::ALL,
            some => some,
        };
        // HEAD comes to operations for GET, too.
        let heads = methods.contains(&Method::Get) && !methods.contains(&Method::Head);
        let mut held = Vec::new();
        for &method in methods.iter().chain(heads.then_some(&Method::Head)) {
            match document.contract(method.as_str(), &operation.path) {
                None => {}
                Some(Ok(contract)) => held.push((method, contract)),
                Some(Err(faults)) => {
                    if let Some(fault) = faults.into_iter().next() {
                        return Err(wrong(fault));
                    }
                }
            }
        }
        self.document = Some((place, document));
        Ok(Operation::Held(held.into()))
    }

    /// What is asked of requests with a method to the operation with that plan.
    pub(super) fn of(&self, plan: usize, method: Method) -> Held<'_> {
        match self.by_plan.get(plan) {
            None | Some(Operation::Free) => Held::Free,
            Some(Operation::Unknown) => Held::Unknown,
            Some(Operation::Held(all)) => {
                let mut all = all.iter();
                all.find(|(of, _)| *of == method)
                    .map_or(Held::Free, |(_, contract)| Held::To(contract))
            }
        }
    }
}
