//! The commands: what each asks of the session, and how it prints the answer.

mod content;
mod daemon;
mod identity;
mod network;
mod pins;
mod policy;
mod share;
mod shelf;

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use crate::{
    args::{self, Arguments, Command},
    failure::Failure,
    output::Output,
    session::{self, Session},
};

/// Runs one command.
pub(crate) fn run(arguments: Arguments, output: &mut Output) -> Result<(), Failure> {
    match &arguments.command {
        Command::Openapi => return output.bytes(api::openapi_json().as_bytes()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "tributary", &mut script);
            return output.bytes(&script);
        }
        Command::Man { folder } => return man(folder),
        Command::MediaWorker => return Ok(()),
        _ => {}
    }
    let home = session::home(arguments.home)?;
    if let Command::Daemon(daemon) = arguments.command {
        return daemon::run(&home, daemon, output);
    }
    let session = Session::open(&home)?;
    let ended = one_shot(&session, arguments.command, output);
    // Whatever happened: what we opened is closed in order.
    session.end();
    ended
}

fn one_shot(session: &Session, command: Command, output: &mut Output) -> Result<(), Failure> {
    match command {
        Command::Add(add) => content::add(session, &add, output),
        Command::Cat(cat) => content::cat(session, &cat, output),
        Command::Get(get) => content::get(session, &get, output),
        Command::Ls(ls) => content::ls(session, &ls, output),
        Command::Dag(dag) => content::dag(session, &dag, output),
        Command::Pin(pin) => pins::pin(session, &pin, output),
        Command::Policy(policy) => policy::policy(session, &policy, output),
        Command::Id => pins::id(session, output),
        Command::Repo(repo) => pins::repo(session, repo, output),
        Command::Import(import) => shelf::import(session, &import, output),
        Command::Export { folder } => shelf::archive(session, "/export", &folder, output),
        Command::Restore { folder } => shelf::archive(session, "/restore", &folder, output),
        Command::Search { words, limit } => shelf::search(session, &words, limit, output),
        Command::Share(share) => share::share(session, &share, output),
        Command::Open(open) => share::open(session, &open, output),
        Command::Network { act: None } => network::status(session, output),
        Command::Network {
            act: Some(args::NetworkAct::Identity),
        } => pins::id(session, output),
        Command::Network {
            act: Some(args::NetworkAct::ImportIdentity { yes }),
        } => identity::import(session, yes, output),
        Command::Swarm(swarm) => network::swarm(session, &swarm, output),
        Command::Dht(dht) => network::dht(session, &dht, output),
        Command::Name(name) => network::name(session, &name, output),
        Command::Bitswap(bitswap) => network::bitswap(session, &bitswap, output),
        Command::Status => shelf::status(session, output),
        Command::Daemon(_)
        | Command::Completions { .. }
        | Command::Man { .. }
        | Command::MediaWorker
        | Command::Openapi => Ok(()),
    }
}

fn man(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|source| Failure::file("make", folder, source))?;
    clap_mangen::generate_to(Arguments::command(), folder)
        .map_err(|source| Failure::file("write man pages to", folder, source))
}

/// The absolute form of a path, as text for JSON.
fn absolute(path: &Path) -> Result<String, Failure> {
    let absolute: PathBuf =
        std::path::absolute(path).map_err(|source| Failure::file("find", path, source))?;
    absolute.into_os_string().into_string().map_err(|path| {
        Failure::Usage(format!(
            "the path {} is not UTF-8; give the folder that holds it instead",
            PathBuf::from(path).display()
        ))
    })
}
