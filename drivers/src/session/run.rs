//! One session and its link as a task of tokio.
