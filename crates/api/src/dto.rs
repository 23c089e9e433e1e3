//! The types of the app API, as they go over the wire.
//!
//! Every JSON field is camelCase; times are Unix milliseconds, sizes are bytes,
//! ids are 32 lower-case hex digits, and absent values are `null`. The
//! TypeScript types of the UI are generated from these (`scripts/bindings.mjs`).
//!
//! What this is not: a domain model. The crates below know nothing of these
//! types; `crate::convert` maps theirs to ours at the edge.

mod albums;
mod error;
mod events;
mod facts;
mod imports;
mod items;
mod music;
mod networks;
mod node;
mod people;
mod photos;
mod policy;
mod present;
mod search;
mod settings;
mod shares;
mod status;
mod storage;
mod watch;

pub use albums::{Album, AlbumItemsRequest, AlbumPatch, NewAlbumRequest};
pub use error::{ErrorBody, ErrorCode};
pub use events::{
    ItemIdsEvent, ItemsAddedEvent, JobEvent, LaggedEvent, SettingsChangedEvent, StorageChangedEvent,
};
pub use facts::{
    AudioTrackFacts, CameraFacts, ChapterFacts, GpsFacts, ItemFacts, SubtitleTrackFacts, TagFacts,
    VideoTrackFacts,
};
pub use imports::{
    BlockedBy, DropSummary, Failure, FailurePage, ImportMode, ImportRequest, Job, JobKind, JobPage,
    JobState, PathsRequest, UnreadablePath, Upload, UploadedFile,
};
pub use items::{
    AlbumRef, BatchAction, BatchFailure, BatchRequest, BatchResult, CaptionTrack, EpisodeOf,
    ItemCard, ItemDetail, ItemKind, ItemLink, ItemPage, ItemPatch, ItemProgress, ItemSort,
    ItemState, LocationKind, ProgressRequest, RelinkRequest, Rendition, SortOrder, Waveform,
};
pub use music::{Music, MusicAlbum, MusicAlbumDetail};
pub use networks::{
    BitswapStat, CidRequest, ConnectRequest, Network, NetworkChangedEvent, NetworkPeer,
    PeerAddresses, PeerLedger, PublishNameRequest, PublishedName, Reachability, ResolvedName,
    SwarmPeer, TrafficHistory, TrafficSample,
};
pub use node::{
    AddedFile, CarImported, DecryptRequest, DirectoryEntry, EntryKind, KeyForm, Listing,
    NodeAddRequest, NodeIdentity, Pin, PinKind, PinRequest, ReplaceIdentityRequest,
    ReplacedIdentity, RepoStat,
};
pub use people::{NewPersonRequest, Person, PersonPatch};
pub use photos::{Photo, PhotoBucket, PhotoDay, PhotoPage, PhotoTimeline};
pub use policy::{
    NewPolicyListRequest, Policy, PolicyFault, PolicyList, PolicyListPatch, PolicyLogEntry,
    PolicyRule, PolicyRuleRequest,
};
pub use search::{DuplicateGroup, Duplicates, SearchHit, SearchResult};
pub use settings::{
    Announce, CaptionSettings, CaptionSettingsPatch, CloseAction, Language, LimitHours,
    NetworkSetting, ResetSettingsRequest, Settings, SettingsPatch, Theme,
};
pub use shares::{
    NewShareRequest, OpenLinkRequest, Received, ReceivedDetail, Share, ShareState, SharedEnd,
    SharedThing, SharesChangedEvent, Visibility,
};
pub use status::{ItemCounts, JobCounts, Problem, Status, StorageUse, SwarmKeyState};
pub use storage::{FolderRequest, FolderState, PathRequest, Storage, StorageFolder};
pub use watch::{Home, RecentSummary, Season, Show, ShowDetail, Watch, YearRange};
