//! A wrapper for what belongs to a person: whoever prints it by accident prints a mask.

use std::fmt;

/// What a mask looks like wherever a value is printed.
pub const MASK: &str = "[personal]";

/// Personal data. `Debug` and `Display` print [`MASK`]; the value comes out by [`Personal::reveal`] only,
/// so every place that shows it can be found by that word.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Personal<T> {
        Personal(value)
    }

    /// The value, for a caller who may see it.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// The value itself, for a caller who may see it.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Personal<T> {
        Personal(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_shows_the_mask_and_only_reveal_shows_the_value() {
        let name = Personal::new("SPECIMEN MELUR SAMUDRA".to_owned());
        let shown = format!(
            "{name} {name:?} {:?} {:#?}",
            Some(&name),
            vec![name.clone()]
        );
        assert!(!shown.contains("MELUR"));
        assert!(shown.contains(MASK));
        assert_eq!(name.reveal(), "SPECIMEN MELUR SAMUDRA");
        assert_eq!(name.into_revealed(), "SPECIMEN MELUR SAMUDRA");
    }
}
