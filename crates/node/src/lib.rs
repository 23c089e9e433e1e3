//! Composition and use cases: import, watch, look, export; owns every task, the
//! settings and the event stream.
//!
//! What it is: [`Node`], the one handle that `api`, `cli` and the desktop shell hold.
//! It puts `dag`, `store`, `media` and `library` together. What it is not: it knows no
//! HTTP and no interface; nothing here is shaped for a wire.
//!
//! Invariants: blocks are durable before the library commit that makes an item visible;
//! a user's own files are never changed or deleted, except to the system trash when
//! asked; every task and thread is owned here and joined by [`Node::shutdown`];
//! everything is bounded.

#![deny(missing_docs)]

mod node;
mod open;

mod import;
mod upload;

mod blocks;
mod content;
mod files;
mod ipld;
mod network;
mod pins;
mod stream;

mod preview;

mod networks;
mod policy;
mod public;
mod share;

mod archive;
mod damage;
mod edit;
mod moved;
mod repin;
mod storage;

mod events;
mod home;
mod identity;
mod jobs;
mod pinning;
mod problem;
mod settings;
mod tasks;

pub use content::{
    AddOptions, AddPart, AddTree, Added, AddedFile, ByteRange, CarScope, CarStream, ContentKind,
    ContentPath, DecryptContent, Decrypted, Depth, DirEntry, Found, ImportedCar, Opened, ParseCut,
    ParseRecipient, ReadContent, Reader as ContentReader, Recipient, Ref, TreePart, WriteContent,
};
pub use dag::manifest::ManifestKind;
pub use edit::{AlsoDeleteFile, BatchOutcome, EditItem, Relink};
pub use events::{Event, EventStream, MAX_IDS};
pub use files::{ChangeFiles, FilesPath, FilesStat, WriteFile};
pub use home::RunFile;
pub use identity::{
    KeyForm, LoadIdentity, NewIdentity, NodeIdentity, ReplaceIdentity, ReplacedIdentity,
};
pub use import::shown;
pub use import::{DropSummary, ImportMode, ImportRequest, Unreadable};
pub use ipld::{DecodeValue, IpldEnd, decode_value, encode_value};
pub use jobs::{
    ControlJob, Failure, FailureCode, Job, JobId, JobKind, JobState, PauseReason, StartJob,
};
pub use library::ShareState;
pub use library::{ReadLibrary, Reader, SearchLibrary, Tx, WriteLibrary};
pub use net::Reachability;
pub use net::share::OpenLink;
pub use network::{
    AskNetwork, Bandwidth, BitswapStat, PeerAddresses, PeerLedger, Swarm, SwarmPeer,
};
pub use networks::{
    NetworkChoice, NetworkOptions, NetworkStatus, PeerStatus, SwarmKeyState, TrafficHistory,
    TrafficSample,
};
pub use node::{Node, NodeConfig};
pub use open::OpenNode;
pub use pinning::is_private_pin;
pub use pins::{PinCheck, RemoveBlocks};
pub use policy::{Blocked, ChangePolicy, OwnRule, PolicyAction, PolicyEvent, PolicyList};
pub use preview::{GetCaptions, GetPreview, PreviewFile, PreviewSize};
pub use problem::Problem;
pub use settings::{
    Announce, CaptionStyle, ChangeSettings, CloseAction, DEFAULT_CONFIG, Language, LimitHours,
    NetworkSetting, Settings, Theme,
};
pub use share::{
    ChangeShare, LICENCES, MakeShare, OpenShared, Publication, Received, Share, ShareId,
    ShareRequest, SharedEnd, SharedFile, SharedThing,
};
pub use storage::{ChangeFolder, FolderReport, StorageReport};
pub use store::{FolderId, GetBlock, Pin, PinKind, Removal};
pub use stream::{MAX_READ, MediaStream, OpenStream, ReadMedia};
pub use upload::{ParseUploadId, ReceiveUpload, UploadId};
