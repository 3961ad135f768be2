//! Numbers that stand by themselves, with what is demanded of them.

/// What a number has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

/// A number that was measured several times, or once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    /// What was measured, with its unit.
    pub(super) what: String,
    pub(super) bound: Option<Bound>,
    pub(super) values: Vec<f64>,
}

/// A median with the least and the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

/// `None` of no values.
pub(super) fn spread(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let (least, most) = (*values.first()?, *values.last()?);
    let upper = *values.get(values.len() / 2)?;
    let median = if values.len() % 2 == 1 {
        upper
    } else {
        f64::midpoint(upper, *values.get(values.len() / 2 - 1)?)
    };
    Some(Spread {
        median,
        least,
        most,
    })
}

impl Figure {
    pub(super) fn new(what: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        Self {
            what: what.into(),
            bound: None,
            values: values.into_iter().collect(),
        }
    }

    /// With what is demanded of it.
    pub(super) const fn bound(mut self, bound: Bound) -> Self {
        self.bound = Some(bound);
        self
    }

    /// What it is, what is demanded, the median, the range, and whether the median is as demanded.
    pub(super) fn cells(&self) -> [String; 5] {
        let found = spread(self.values.iter().copied());
        let target = match self.bound {
            None => "–".to_owned(),
            Some(Bound::AtMost(most)) => format!("≤ {}", number(most)),
            Some(Bound::AtLeast(least)) => format!("≥ {}", number(least)),
        };
        let range = match found {
            Some(found) if self.values.len() > 1 => {
                format!("{}–{}", number(found.least), number(found.most))
            }
            _ => String::new(),
        };
        let verdict = match (self.bound, found) {
            (Some(bound), Some(found)) if bound.holds(found.median) => "met",
            (Some(_), Some(_)) => "missed",
            _ => "",
        };
        [
            self.what.clone(),
            target,
            found.map_or_else(|| "–".to_owned(), |found| number(found.median)),
            range,
            verdict.to_owned(),
        ]
    }
}

/// With as many digits as say something: three, and all before the point.
fn number(value: f64) -> String {
    let size = value.abs();
    let digits = if value.fract().abs() < f64::EPSILON || size >= 100.0 {
        0
    } else if size >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        let found = spread([4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!(
            found,
            Spread {
                median: 2.5,
                least: 1.0,
                most: 4.0
            }
        );
        assert_eq!(spread([]), None);
    }

    #[test]
    fn a_figure_says_whether_its_median_is_as_demanded() {
        let figure = |bound| Figure::new("x, ms", [90.0, 0.5, 120.0]).bound(bound);
        let cells = figure(Bound::AtMost(100.0)).cells();
        assert_eq!(cells, ["x, ms", "≤ 100", "90", "0.50–120", "met"]);
        let cells = figure(Bound::AtLeast(90.5)).cells();
        assert_eq!(cells.get(4).unwrap(), "missed");
        let unbound = Figure::new("y", [1234.5]).cells();
        assert_eq!(unbound, ["y", "–", "1234", "", ""]);
        let nothing = Figure::new("z", []).bound(Bound::AtMost(1.0)).cells();
        assert_eq!(nothing, ["z", "≤ 1", "–", "", ""]);
    }
}
