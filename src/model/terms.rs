//! Losses as named terms: what a network minimises is their weighted sum, and each is known by itself.

use burn::tensor::Tensor;

/// One summand of a loss.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its name in files, such as `kl`.
    pub name: &'static str,
    /// What it is multiplied with before it is summed.
    pub weight: f64,
    /// Its value in its own unit, shape `[1]`.
    pub value: Tensor<1>,
    /// What is minimised instead of the value, shape `[1]`: a KL divergence with free bits, for one.
    pub minimised: Option<Tensor<1>>,
}

impl Term {
    /// A term that is minimised as it is.
    pub fn new(name: &'static str, weight: f64, value: Tensor<1>) -> Self {
        Self {
            name,
            weight,
            value,
            minimised: None,
        }
    }
}

/// A loss as the sum of its terms.
#[derive(Clone, Debug, Default)]
pub struct Terms(Vec<Term>);

impl Terms {
    /// Appends a term.
    pub fn push(&mut self, term: Term) {
        self.0.push(term);
    }

    /// All of them, in the order in which they were appended.
    pub fn iter(&self) -> impl Iterator<Item = &Term> {
        self.0.iter()
    }

    /// The weighted sum, shape `[1]`; terms without weight are left out, and a weight of 1 multiplies
    /// nothing.
    ///
    /// # Panics
    /// Where no term has a weight.
    pub fn total(self) -> Tensor<1> {
        let weighed = self.0.into_iter().filter(|term| term.weight != 0.0);
        let summands = weighed.map(|term| {
            let value = term.minimised.unwrap_or(term.value);
            if term.weight == 1.0 {
                value
            } else {
                value.mul_scalar(term.weight)
            }
        });
        let total = summands.reduce(|sum, summand| sum + summand);
        total.expect("the reconstruction always has a weight")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn the_total_is_the_weighted_sum_of_what_is_minimised() {
        let value = |value: f32| Tensor::<1>::from_floats([value], &Device::flex());
        let mut terms = Terms::default();
        terms.push(Term::new("reconstruction", 1.0, value(3.0)));
        terms.push(Term::new("nothing", 0.0, value(f32::NAN)));
        terms.push(Term {
            minimised: Some(value(2.0)),
            ..Term::new("kl", 0.25, value(10.0))
        });
        let total: f32 = terms.total().into_scalar();
        assert_eq!(total, 3.5);
    }
}
