//! Chooses the few inputs that reach most, for the corpus that is kept: `cargo run --example choose -- CONTROL FOLDER`.
//!
//! CONTROL is what a target writes under `-set_cover_merge=1 -merge_control_file=CONTROL`. Its lines, as far as they are read
//! here: the number of inputs, the number that need no merging, the path of each input, then `FT`, an input's number
//! and its features. Eight features are one edge's counts.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

/// Inputs of one target, room being left for those that have found a defect; and bytes of them together.
const INPUTS_MAX: usize = 36;
const BYTES_MAX: usize = 20_000;
/// What an input costs beside its bytes.
const INPUT_COST: usize = 1500;
/// Counts that one edge has.
const COUNTS: u64 = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let control = arguments.next().ok_or("a control file is needed")?;
    let folder = arguments.next().ok_or("a folder is needed")?;
    let (folder, control): (&Path, String) = (folder.as_ref(), fs::read_to_string(control)?);
    let mut lines = control.lines();
    let count: usize = lines.next().ok_or("no inputs")?.parse()?;
    lines.next();
    let paths: Vec<&Path> = lines.by_ref().take(count).map(Path::new).collect();
    let mut inputs = BTreeMap::new();
    for line in lines {
        let mut words = line.split(' ');
        if words.next() != Some("FT") {
            continue;
        }
        let number: usize = words.next().ok_or("no number")?.parse()?;
        let features: Result<BTreeSet<u64>, _> = words.map(str::parse).collect();
        let data = fs::read(paths.get(number).ok_or("no such input")?)?;
        inputs.insert(number, (data, features?));
    }
    fs::create_dir_all(folder)?;
    let chosen = choose(&inputs);
    for number in &chosen {
        let name = paths[*number].file_name().ok_or("no name")?;
        fs::write(folder.join(name), &inputs[number].0)?;
    }
    let edges = |numbers: &mut dyn Iterator<Item = &usize>| -> usize {
        let all: BTreeSet<u64> = numbers
            .flat_map(|number| inputs[number].1.iter().map(|feature| feature / COUNTS))
            .collect();
        all.len()
    };
    println!(
        "{} of {} inputs, {} of {} edges",
        chosen.len(),
        inputs.len(),
        edges(&mut chosen.iter()),
        edges(&mut inputs.keys())
    );
    Ok(())
}

/// New edges first, then new counts of them, each by what it costs.
fn choose(inputs: &BTreeMap<usize, (Vec<u8>, BTreeSet<u64>)>) -> BTreeSet<usize> {
    let mut chosen = BTreeSet::new();
    let mut room = BYTES_MAX;
    for unit in [COUNTS, 1] {
        let reach = |number: &usize| -> BTreeSet<u64> {
            inputs[number]
                .1
                .iter()
                .map(|feature| feature / unit)
                .collect()
        };
        let mut reached: BTreeSet<u64> = chosen.iter().flat_map(reach).collect();
        let mut left: BTreeMap<usize, BTreeSet<u64>> = inputs
            .keys()
            .filter(|number| !chosen.contains(*number))
            .map(|number| (*number, reach(number)))
            .collect();
        while chosen.len() < INPUTS_MAX {
            left.retain(|number, reach| {
                reach.retain(|feature| !reached.contains(feature));
                !reach.is_empty() && inputs[number].0.len() <= room
            });
            let worth = |(number, reach): &(&usize, &BTreeSet<u64>)| {
                reach.len() * 1_000_000 / (INPUT_COST + inputs[*number].0.len())
            };
            let Some((number, _)) = left.iter().max_by_key(worth) else {
                break;
            };
            let number = *number;
            room -= inputs[&number].0.len();
            reached.extend(left.remove(&number).unwrap_or_default());
            chosen.insert(number);
        }
    }
    chosen
}
