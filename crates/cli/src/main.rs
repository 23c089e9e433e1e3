//! Entry point of the `tributary` command.

fn main() {}
