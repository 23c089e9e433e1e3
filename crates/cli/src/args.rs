//! What the command line takes.

mod network;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use network::{Bitswap, Dht, Name, NetworkAct, Open, Share, ShareAdd, Swarm};

const EXIT_CODES: &str = "\
Exit codes:
  0  it worked
  1  it failed
  2  the command line is wrong
  3  there is no such thing, or its blocks are not here
  4  the home cannot be used: another process has it, a newer version wrote it, ...
  5  it ended, but some files failed";

/// Share films, photos and music without a company in the middle.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The home folder [default: $XDG_DATA_HOME/tributary]
    #[arg(long, global = true, env = "TRIBUTARY_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the node and serve its web interface until interrupted
    Daemon(Daemon),
    /// Add files, folders or standard input ("-") and print their content ids
    Add(Add),
    /// Print files
    Cat(Cat),
    /// Write a file or folder to disk
    Get(Get),
    /// List a directory
    Ls(Ls),
    /// Keep content
    #[command(subcommand)]
    Pin(Pin),
    /// What this node will not handle: lists of blocked content
    #[command(subcommand)]
    Policy(Policy),
    /// Print who this node is
    Id,
    /// Look after the block store
    #[command(subcommand)]
    Repo(Repo),
    /// Content archives (CAR)
    #[command(subcommand)]
    Dag(Dag),
    /// Import files and folders into the library
    Import(Import),
    /// Export the whole home to an empty folder
    Export {
        /// The folder
        folder: PathBuf,
    },
    /// Restore an export into this home, which must be empty
    Restore {
        /// The folder
        folder: PathBuf,
    },
    /// Search the library
    Search {
        /// Words
        #[arg(required = true)]
        words: Vec<String>,
        /// Most answers
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Share items by link, see what is shared, take it back
    #[command(subcommand)]
    Share(Share),
    /// Open a link of somebody else, and fetch what it holds
    Open(Open),
    /// Print the networks that run, and how this node stands to the world
    Network {
        /// What else
        #[command(subcommand)]
        act: Option<NetworkAct>,
    },
    /// Peers of the network
    #[command(subcommand)]
    Swarm(Swarm),
    /// The public directory of who has what
    #[command(subcommand)]
    Dht(Dht),
    /// This node's own name, and those of others
    #[command(subcommand)]
    Name(Name),
    /// The exchange of blocks
    #[command(subcommand)]
    Bitswap(Bitswap),
    /// Print the state of the node
    Status,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write man pages into a folder
    Man {
        /// The folder
        folder: PathBuf,
    },
    /// Decode media for a parent process
    #[command(hide = true)]
    MediaWorker,
    /// Print the OpenAPI document of the app API
    #[command(hide = true)]
    Openapi,
}

#[derive(Debug, Args)]
pub(crate) struct Daemon {
    /// Address of the app API and web interface; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:5230", value_name = "ADDRESS")]
    pub(crate) api: SocketAddr,
    /// Address of media and the gateway
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub(crate) media: SocketAddr,
    /// Answer programs made for BTFS or IPFS at this address, as 127.0.0.1:5001 [default: off, or
    /// the setting rpcAddress]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) rpc: Option<SocketAddr>,
    /// Share by link and open links, and join this network besides, until the setting "network" is
    /// changed [default: as that setting says; none until somebody has chosen]
    #[arg(long, value_enum, value_name = "NETWORK")]
    pub(crate) network: Option<NetworkChoice>,
    /// Keep whatever network runs on this machine alone: for tests and demonstrations
    #[arg(long, hide = true)]
    pub(crate) loopback: bool,
    /// Serve the web interface from this folder instead of the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) ui: Option<PathBuf>,
    /// Let pages of this origin use the API: the desktop window joins a daemon that has the home
    #[arg(
        long,
        value_name = "ORIGIN",
        hide = true,
        default_value = "tauri://localhost"
    )]
    pub(crate) window_origin: String,
}

/// Which network a daemon joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum NetworkChoice {
    /// None at all
    Off,
    /// Only direct connections, for links
    Direct,
    /// The same on this machine alone
    Loopback,
    /// The BTFS main network
    Btfs,
    /// The BTFS test network
    BtfsTestnet,
    /// The network that IPFS nodes speak
    Open,
    /// A network of your own, with the key in swarm.key in the home
    Private,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Files or folders; "-" is standard input
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Add folders with all they hold
    #[arg(short, long)]
    pub(crate) recursive: bool,
    /// Print only content ids
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Print only the content id of each path given
    #[arg(short = 'Q', long)]
    pub(crate) quieter: bool,
    /// Keep it; without a pin a clean-up may remove it
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, value_name = "BOOL")]
    pub(crate) pin: bool,
    /// Version of the content ids
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=1))]
    pub(crate) cid_version: u8,
    /// Leaves without wrapper [default: as the version says]
    #[arg(long, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    pub(crate) raw_leaves: Option<bool>,
    /// How to cut files: size-BYTES, rabin-MIN-AVG-MAX, buzhash, or reed-solomon-DATA-PARITY-BYTES
    /// (10 + 20 shards as plain reed-solomon: any 10 of the 30 restore the file)
    #[arg(long, default_value = "size-262144")]
    pub(crate) chunker: String,
    /// Encrypt files as BTFS does: for this node, unless a key or a peer is named
    #[arg(long, conflicts_with = "reference")]
    pub(crate) encrypt: bool,
    /// The public key to encrypt for, as hexadecimal digits
    #[arg(
        long,
        requires = "encrypt",
        conflicts_with = "peer_id",
        value_name = "HEX"
    )]
    pub(crate) public_key: Option<String>,
    /// The peer to encrypt for: an id that begins with 16Uiu2HA
    #[arg(long, requires = "encrypt", value_name = "ID")]
    pub(crate) peer_id: Option<String>,
    /// Keep the files in place and store only references
    #[arg(long)]
    pub(crate) reference: bool,
    /// Name of what comes from standard input
    #[arg(long, default_value = "")]
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Cat {
    /// Content ids or /btfs/CID/paths
    #[arg(required = true)]
    pub(crate) paths: Vec<String>,
    /// First byte
    #[arg(long, conflicts_with = "decrypt")]
    pub(crate) offset: Option<u64>,
    /// Number of bytes
    #[arg(long, conflicts_with = "decrypt")]
    pub(crate) length: Option<u64>,
    #[command(flatten)]
    pub(crate) decrypt: Decrypt,
}

/// How what BTFS encrypted is read.
#[derive(Debug, Args)]
pub(crate) struct Decrypt {
    /// Decrypt what was encrypted for this node
    #[arg(long)]
    pub(crate) decrypt: bool,
    /// It was encrypted for the key that is the first line of standard input
    #[arg(long, requires = "decrypt")]
    pub(crate) private_key_stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Get {
    /// Content id or /btfs/CID/path
    pub(crate) path: String,
    /// Where to write it [default: the last name of the path]
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) decrypt: Decrypt,
}

#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// Content id or /btfs/CID/path
    pub(crate) path: String,
    /// Show kind and size
    #[arg(short, long)]
    pub(crate) long: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PinKind {
    /// The home holds its own copy
    Bytes,
    /// Files kept in place may hold the bytes
    Reference,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Pin {
    /// Keep content that is here
    Add {
        /// Content ids or /btfs/CID/paths
        #[arg(required = true)]
        paths: Vec<String>,
        /// What may hold the bytes
        #[arg(long, value_enum, default_value = "bytes")]
        kind: PinKind,
        /// A name for the pin
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Let content go at the next clean-up
    Rm {
        /// Content ids
        #[arg(required = true)]
        cids: Vec<String>,
    },
    /// List pins
    Ls {
        /// Print only content ids
        #[arg(short, long)]
        quiet: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// List the lists
    List,
    /// Take in a list (.deny, the format of IPIP-383); the file is copied
    Add {
        /// The file
        file: PathBuf,
        /// What to call it [default: the name of the file]
        #[arg(long)]
        name: Option<String>,
    },
    /// Remove a list
    Remove {
        /// Its name
        name: String,
    },
    /// Switch a list on
    Enable {
        /// Its name
        name: String,
    },
    /// Switch a list off
    Disable {
        /// Its name
        name: String,
    },
    /// Block content
    Block {
        /// Content ids, /btfs/CID/paths, names or hashes
        #[arg(required = true)]
        what: Vec<String>,
    },
    /// Allow content, whatever the lists say
    Allow {
        /// Content ids, /btfs/CID/paths, names or hashes
        #[arg(required = true)]
        what: Vec<String>,
    },
    /// Take back what was blocked or allowed
    Forget {
        /// As it is listed
        #[arg(required = true)]
        what: Vec<String>,
    },
    /// List what you blocked and allowed
    Own,
    /// Print what was blocked since the start
    Log,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Repo {
    /// Print numbers of the block store
    Stat,
    /// Check every block
    Verify,
    /// Mend what can be mended
    Repair,
    /// Free blocks that nothing needs
    Gc,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dag {
    /// Write a CAR of everything below a root
    Export {
        /// Content id
        cid: String,
        /// File to write [default: standard output]
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Store the blocks of a CAR and pin its roots
    Import {
        /// The file; "-" is standard input
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Files and folders
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Copy every file
    #[arg(long, conflicts_with = "reference")]
    pub(crate) copy: bool,
    /// Keep every file in place
    #[arg(long)]
    pub(crate) reference: bool,
    /// Put photos and videos into a new album of this title
    #[arg(long, value_name = "TITLE")]
    pub(crate) album: Option<String>,
}
