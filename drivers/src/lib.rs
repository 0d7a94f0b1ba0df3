//! Card-printer languages as pure machines, and the byte pipes that carry them.
//!
//! - [`bench`]: the walk with one real printer that shows what its custody rows may rest on
//! - [`contract`]: the words every printer shares, and the `Machine`, `Dialect` and `Encoder` traits
//! - [`colour`]: from light to dye, the one separation of all printers
//! - [`turn`]: from the landscape picture to the lines of a head
//! - [`link`]: byte pipes that do I/O; `Trace` and `Flaky` wrap any of them
//! - [`session`]: the one pump that joins a machine and a link; `now` is an argument
//! - [`reader`]: the chip reader's machine (lines over a socket)
//! - [`evolis`]: the Evolis command language
//! - [`matica`]: the retransfer printers of the XID family
//! - [`magicard`]: the Magicard languages of Enduro and of Rio and Tango
//! - [`zebra`]: EPCL, the command language of Zebra (Eltron) card printers

pub mod bench;
pub mod colour;
pub mod contract;
pub mod evolis;
pub mod link;
pub mod magicard;
pub mod matica;
pub mod reader;
pub mod session;
pub mod turn;
pub mod zebra;
