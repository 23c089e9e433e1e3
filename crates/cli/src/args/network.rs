//! What the commands of sharing and of the network take.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Share {
    /// Share items or an album and print the link
    Add(ShareAdd),
    /// List what is shared
    Ls,
    /// Take shares back, for good
    Revoke {
        /// Ids of shares
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ShareAdd {
    /// Ids of items, as `tributary --json search WORDS` prints them
    #[arg(required_unless_present = "album")]
    pub(crate) items: Vec<String>,
    /// Everything in the album of this id
    #[arg(long, conflicts_with = "items", value_name = "ID")]
    pub(crate) album: Option<String>,
    /// What to call it [default: the title of the item or album]
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Ask for the password that is the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// End it by itself after this many hours
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=876_000))]
    pub(crate) hours: Option<u32>,
    /// Leave the place in photos and films
    #[arg(long)]
    pub(crate) keep_location: bool,
    /// Give it to everybody instead of to who has the link
    #[arg(long, requires = "licence", conflicts_with_all = ["hours", "password_stdin"])]
    pub(crate) public: bool,
    /// Under which licence, as CC-BY-4.0, CC0-1.0, all-rights-reserved, or another text
    #[arg(long, requires = "public")]
    pub(crate) licence: Option<String>,
    /// What somebody may not want to see
    #[arg(long, requires = "public")]
    pub(crate) warning: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The link
    pub(crate) link: String,
    /// Its password is the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Fetch all of it and take it into the library
    #[arg(long)]
    pub(crate) save: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum NetworkAct {
    /// Print who this node is
    Identity,
    /// Give this home the key of a BTFS node, or one that was sealed here before
    ///
    /// A terminal asks for everything. Otherwise the first line of standard input is the key (12 or 24
    /// words, 64 hexadecimal digits, the PrivKey of the BTFS config, or a sealed key), the second a
    /// password of at least 8 characters: it seals the key that is replaced, and opens a sealed one.
    /// Neither is ever an argument, where other programs could read it.
    #[command(name = "import-identity")]
    ImportIdentity {
        /// The key is meant to be replaced: ask no more. Needed when standard input is no terminal
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Swarm {
    /// List connected peers
    Peers,
    /// List where this node listens
    Addrs,
    /// Connect to a peer
    Connect {
        /// A multiaddress that ends with /p2p/ and a peer id
        address: String,
    },
    /// Close the connections to a peer
    Disconnect {
        /// A peer id, or a multiaddress that ends with one
        address: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dht {
    /// List peers that say they have a block
    Findprovs {
        /// The content id
        cid: String,
        /// Most answers
        #[arg(short, long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=64))]
        num_providers: u8,
    },
    /// Print where a peer may be dialled
    Findpeer {
        /// The peer id
        peer: String,
    },
    /// Say once that this node has a block
    Provide {
        /// The content id
        cid: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Name {
    /// Point this node's name to a path and keep it so
    Publish {
        /// The path, as /btfs/CID
        path: String,
    },
    /// Print where a name points
    Resolve {
        /// The name: a peer id, or a domain that links to something
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bitswap {
    /// Print what was exchanged since the start
    Stat,
    /// List the blocks that are asked of peers now
    Wantlist,
    /// Print what passed between this node and a peer
    Ledger {
        /// The peer id
        peer: String,
    },
}
