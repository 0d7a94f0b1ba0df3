//! Magicard's two text dialects against their firmware. These printers tell neither place nor power, and a page is
//! feed, print and eject in one: what a card came to is read off the trays, never off an answer.

mod bad_input;
pub(crate) mod bench;
mod cards;
mod catalogue;
mod chances;
mod cuts;
mod losses;
mod readings;
mod room;

pub(crate) use bench::Magicard;
