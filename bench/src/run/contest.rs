//! A scenario: its entrants by turns, round after round.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use anyhow::{Context, Result, bail};

use super::measure::{Cores, Load, Sample, measure};
use super::peer::{CANDIDATE, Door, Peer};
use super::scenario::{Ask, CAPACITY, Entrants, Pace, Scenario, Setup, Variant};
use super::{Options, progress, report};
use crate::load::Request;
use crate::probe::Probe;

/// A measurement is taken again while others use more than this share of the proxy's core.
const DISTURBED: f64 = 0.10;
/// How often a measurement is taken at most.
const TRIES: usize = 3;
/// The same where each has to wait for the call log.
const TRIES_RECORDED: usize = 2;

/// A comparison under way.
pub(super) struct Run<'a> {
    options: &'a Options,
    cores: Cores,
    peers: &'a [Peer],
    /// The most requests per second of each peer, once known.
    capacity: BTreeMap<String, f64>,
    notes: Vec<String>,
}

/// Who is asked in a scenario, and how.
struct Entrant<'a> {
    name: &'a str,
    door: &'a Door,
    variant: Option<&'static Variant>,
}

impl<'a> Run<'a> {
    pub(super) const fn new(
        options: &'a Options,
        cores: Cores,
        peers: &'a [Peer],
        notes: Vec<String>,
    ) -> Self {
        Self {
            options,
            cores,
            peers,
            capacity: BTreeMap::new(),
            notes,
        }
    }

    /// What was skipped or went wrong.
    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes
    }

    /// All rounds of one scenario, the order of the entrants turning from round to round.
    pub(super) async fn scenario(
        &mut self,
        scenario: &'static Scenario,
    ) -> Result<BTreeMap<String, Vec<Sample>>> {
        let mut samples: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
        let entrants = self.entrants(scenario);
        let mut broken: Vec<&str> = Vec::new();
        for entrant in &entrants {
            if let Some(variant) = entrant.variant
                && let Err(error) = is_as_called(variant, entrant.door).await
            {
                self.note(scenario, entrant.name, &error);
                broken.push(entrant.name);
            }
        }
        for round in 0..self.options.rounds {
            for turn in 0..entrants.len() {
                let Some(entrant) = entrants.get((turn + round) % entrants.len()) else {
                    continue;
                };
                if broken.contains(&entrant.name) {
                    continue;
                }
                let sample = match self.rate(scenario, entrant.name).await {
                    Ok(rate) => self.sample(scenario, rate, entrant).await,
                    Err(error) => Err(error),
                };
                match sample {
                    Ok(sample) => {
                        progress(&report::line(scenario, round, entrant.name, &sample));
                        samples
                            .entry(entrant.name.to_owned())
                            .or_default()
                            .push(sample);
                    }
                    Err(error) => {
                        self.note(scenario, entrant.name, &error);
                        broken.push(entrant.name);
                        samples.remove(entrant.name);
                    }
                }
            }
        }
        Ok(samples)
    }

    fn note(&mut self, scenario: &Scenario, entrant: &str, error: &anyhow::Error) {
        let note = format!("{}, {entrant}: {error:#}", scenario.name);
        progress(&note);
        self.notes.push(note);
    }

    /// Those who offer what the scenario needs.
    fn entrants(&self, scenario: &'static Scenario) -> Vec<Entrant<'a>> {
        let peers = self.peers.iter();
        match scenario.entrants {
            Entrants::Proxies(setup) => peers
                .filter_map(|peer| {
                    let (door, _) = peer.door(setup, scenario.front)?;
                    Some(Entrant {
                        name: &peer.name,
                        door,
                        variant: None,
                    })
                })
                .collect(),
            Entrants::Variants(variants) => self.variants(scenario, variants).collect(),
            Entrants::Ways(variants) => peers
                .filter(|peer| peer.name == scenario.base())
                .filter_map(|peer| {
                    let (door, _) = peer.door(Setup::Plain, scenario.front)?;
                    Some(Entrant {
                        name: &peer.name,
                        door,
                        variant: None,
                    })
                })
                .chain(self.variants(scenario, variants))
                .collect(),
        }
    }

    fn variants(
        &self,
        scenario: &'static Scenario,
        variants: &'static [Variant],
    ) -> impl Iterator<Item = Entrant<'a>> {
        let candidate = self.peers.iter().filter(|peer| peer.name == CANDIDATE);
        candidate.flat_map(move |peer| {
            variants.iter().filter_map(move |variant| {
                let (door, _) = peer.door(variant.setup, scenario.front)?;
                Some(Entrant {
                    name: variant.name,
                    door,
                    variant: Some(variant),
                })
            })
        })
    }

    async fn rate(&mut self, scenario: &Scenario, peer: &str) -> Result<Option<f64>> {
        Ok(match scenario.pace {
            Pace::Closed => None,
            Pace::HalfOfOwn => Some(self.most(peer).await? / 2.0),
            Pace::HalfOfSlowest => {
                let mut slowest = f64::INFINITY;
                for peer in self.peers {
                    slowest = slowest.min(self.most(&peer.name).await?);
                }
                Some(slowest / 2.0)
            }
        })
    }

    /// The most requests per second that a peer answers.
    async fn most(&mut self, peer: &str) -> Result<f64> {
        if let Some(most) = self.capacity.get(peer) {
            return Ok(*most);
        }
        let found = self.peers.iter().find(|found| found.name == peer);
        let (door, _) = found
            .and_then(|found| found.door(Setup::Plain, CAPACITY.front))
            .context("front not offered")?;
        let entrant = Entrant {
            name: peer,
            door,
            variant: None,
        };
        let mut most: f64 = 0.0;
        for _ in 0..TRIES {
            most = most.max(self.sample(CAPACITY, None, &entrant).await?.per_second());
        }
        self.capacity.insert(peer.to_owned(), most);
        Ok(most)
    }

    /// One sample: the least disturbed of a few tries, the first if it is good enough.
    async fn sample(
        &self,
        scenario: &Scenario,
        rate: Option<f64>,
        entrant: &Entrant<'_>,
    ) -> Result<Sample> {
        let load = Load::of(scenario, entrant.variant, rate, self.options.seconds);
        let mut best: Option<Sample> = None;
        let tries = match entrant.door.calls {
            None => TRIES,
            Some(_) => TRIES_RECORDED,
        };
        for _ in 0..tries {
            let sample = measure(&load, entrant.door, self.cores).await?;
            let enough = sample.others <= DISTURBED;
            if best.as_ref().is_none_or(|best| sample.others < best.others) {
                best = Some(sample);
            }
            if enough {
                break;
            }
        }
        best.context("no sample")
    }
}

/// Asks once to see that the answers are what the variant says: refused with its code, or allowed
/// with a limit that was counted.
async fn is_as_called(variant: &Variant, door: &Door) -> Result<()> {
    let address = door
        .address(super::scenario::Front::Plain)
        .context("front not offered")?;
    // What is signed anew is only ever made by who sends it, and other statuses are errors there.
    let Ask::Curl(curl) = variant.ask else {
        return Ok(());
    };
    let request = Request::parse(curl)?.bytes();
    let from: Option<Ipv4Addr> = variant.from.map(|(first, _)| first);
    // The first uses up a limit that the second is to run into.
    Probe::connect(address, from).await?.ask(&request).await?;
    let answer = Probe::connect(address, from).await?.ask(&request).await?;
    if answer.status != variant.status {
        bail!(
            "status {} instead of {}: {}",
            answer.status,
            variant.status,
            answer.header("postern-denial").unwrap_or("no denial")
        );
    }
    if answer.header("postern-denial") != variant.code {
        bail!(
            "the refusal is {:?} instead of {:?}",
            answer.header("postern-denial"),
            variant.code
        );
    }
    let counts = variant.setup != Setup::Ways;
    if counts && variant.code.is_none() && answer.header("ratelimit").is_none() {
        bail!("the answer says nothing of a limit: none was counted");
    }
    Ok(())
}
