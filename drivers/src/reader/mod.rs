//! The chip reader as a machine: lines over a socket.
