//! The `tributary` command.

fn main() -> std::process::ExitCode {
    cli::main()
}
