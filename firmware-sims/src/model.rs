//! The simulated models by name: one place that knows every maker.

use serde::de::DeserializeOwned;

use crate::device::Device;
use crate::faults::FaultPlan;
use crate::{evolis, magicard, matica, zebra};

/// A model could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No such model.
    #[error("no profile {name:?}; there are {}", names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The switches are no JSON of this model's kind.
    #[error("the switches are not understood; docs/sims.md shows their form")]
    Switches(#[source] serde_json::Error),
}

/// Every model's name.
pub fn names() -> Vec<&'static str> {
    let makers: [&[&str]; 4] = [
        &evolis::PROFILES,
        &zebra::PROFILES,
        &magicard::PROFILES,
        &matica::PROFILES,
    ];
    makers.concat()
}

/// A printer that is on and ready, with an empty hopper.
///
/// `serial`: the unit's number, if not the model's own. `switches`: what nobody knows of the printer, as a JSON
/// object of this maker's names; those that are not named have their most ordinary value.
///
/// # Errors
/// [`ModelError`].
pub fn build(
    name: &str,
    serial: Option<&str>,
    switches: Option<&str>,
    faults: FaultPlan,
) -> Result<Box<dyn Device>, ModelError> {
    macro_rules! of {
        ($maker:ident::$firmware:ident) => {
            if let Some(mut profile) = $maker::Profile::named(name) {
                if let Some(serial) = serial {
                    profile = profile.with_serial(serial);
                }
                let printer = $maker::$firmware::new(profile, read(switches)?, faults);
                return Ok(Box::new(printer));
            }
        };
    }
    of!(evolis::Evolis);
    of!(zebra::Zebra);
    of!(magicard::Magicard);
    of!(matica::Matica);
    Err(ModelError::Unknown {
        name: name.to_owned(),
    })
}

fn read<S: DeserializeOwned + Default>(switches: Option<&str>) -> Result<S, ModelError> {
    match switches {
        Some(text) => serde_json::from_str(text).map_err(ModelError::Switches),
        None => Ok(S::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_builds_a_ready_printer() {
        for name in names() {
            let printer = build(name, None, None, FaultPlan::default());
            let printer = printer.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(printer.mechanism().power(), "{name}");
            assert_eq!(printer.mechanism().hopper().len(), 0, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_built_is_named() {
        let refused = |name, switches| {
            let built = build(name, None, switches, FaultPlan::default());
            built.map(|_| ()).expect_err("it is refused").to_string()
        };
        assert!(refused("laser", None).contains("evolis-dualys"));
        assert!(refused("evolis-primacy", Some("{\"x\":1}")).contains("docs/sims.md"));
    }
}
