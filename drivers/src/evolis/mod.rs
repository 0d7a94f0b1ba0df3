//! The Evolis command language.
