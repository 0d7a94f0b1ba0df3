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
    use std::collections::{BTreeMap, BTreeSet};

    use serde::Serialize;
    use serde_json::Value;

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

    /// Seeds after which every value of every switch has been drawn.
    const DRAWS: u64 = 500;

    /// The switches of one maker's table on the page: names, and their values in the order in which they stand.
    fn on_page(maker: &str) -> BTreeMap<String, Vec<Value>> {
        let page = include_str!("../../docs/sims.md");
        let switches = page
            .split("\n## ")
            .find(|part| part.starts_with("Switches\n"));
        let section = switches.and_then(|part| {
            let mut sections = part.split("\n### ");
            sections.find_map(|section| section.strip_prefix(maker))
        });
        let rows = section.expect("a section a maker").lines();
        let rows = rows.filter_map(|line| line.strip_prefix("| `"));
        rows.map(|row| {
            let (name, row) = row.split_once("` | ").expect("a name");
            let (values, _) = row.split_once(" | ").expect("values");
            let values = values.split('`').skip(1).step_by(2).map(|value| {
                let value = value.replace(":N}", ":1}").replace(":SECONDS}", ":1}");
                serde_json::from_str(&value).expect("a value is JSON")
            });
            (name.to_owned(), values.collect())
        })
        .collect()
    }

    /// What is one value on the page: a number stands for all, and so does a set of conditions.
    fn kind(value: &Value) -> String {
        match value {
            Value::Number(_) => "a number".to_owned(),
            Value::Object(fields) if fields.values().all(|field| field.is_number()) => {
                format!("{:?} of a number", fields.keys())
            }
            Value::Object(fields) => format!("{:?}", fields.keys()),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) => value.to_string(),
        }
    }

    fn as_json(switches: impl Serialize) -> BTreeMap<String, Value> {
        let json = serde_json::to_value(switches).expect("switches are JSON");
        serde_json::from_value(json).expect("an object")
    }

    /// What is told of the maker's switches is what its firmware has: every switch, the ordinary value first, every
    /// value that is ever drawn and no other one.
    fn check_page<S: Serialize + DeserializeOwned + Default>(maker: &str, draw: fn(u64) -> S) {
        let page = on_page(maker);
        let ordinary = as_json(S::default());
        assert!(
            page.keys().eq(ordinary.keys()),
            "{maker}: {page:?} {ordinary:?}"
        );
        let mut drawn: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for seed in 0..DRAWS {
            for (name, value) in as_json(draw(seed)) {
                drawn.entry(name).or_default().insert(kind(&value));
            }
        }
        for (name, values) in page {
            let about = format!("{maker}: {name}");
            assert_eq!(values.first(), Some(&ordinary[&name]), "{about}");
            for value in &values {
                let alone = BTreeMap::from([(&name, value)]);
                let read = serde_json::to_value(alone).and_then(serde_json::from_value::<S>);
                assert!(read.is_ok(), "{about}: {value} is read");
            }
            let told: BTreeSet<String> = values.iter().map(kind).collect();
            assert_eq!(told, drawn[&name], "{about}");
            assert_eq!(told.len(), values.len(), "{about}: each value once");
        }
    }

    #[test]
    fn the_page_names_every_switch_of_every_firmware_and_its_values() {
        check_page("Evolis", evolis::Switches::draw);
        check_page("Zebra", zebra::Switches::draw);
        check_page("Magicard", magicard::Switches::draw);
        check_page("Matica", matica::Switches::draw);
    }
}
