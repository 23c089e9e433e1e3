//! What a gateway request asks for: the path, the form, and the small print.

use http::{HeaderMap, Uri, header};
use node::{ByteRange, CarScope, ContentPath};
use percent_encoding::percent_decode_str;

use crate::{
    dto::ErrorCode,
    error::{ApiError, ApiResult},
};

/// Most names in a path.
const MAX_NAMES: usize = 64;

/// In which form the content is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As a file or page.
    Plain,
    /// The one block.
    Raw,
    /// Blocks as CARv1.
    Car(CarScope),
}

/// One request, read.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) path: ContentPath,
    /// The path as it was asked, still encoded.
    pub(super) shown: String,
    /// It ends in a slash.
    pub(super) slash: bool,
    pub(super) form: Form,
    pub(super) filename: Option<String>,
    pub(super) download: bool,
}

impl Asked {
    pub(super) fn read(uri: &Uri, headers: &HeaderMap) -> ApiResult<Self> {
        let shown = uri.path().to_owned();
        let mut parts = shown.trim_start_matches('/').split('/');
        let _namespace = parts.next();
        let root = parts.next().unwrap_or_default();
        let root = dag::parse_cid(root).map_err(|error| {
            ApiError::new(
                ErrorCode::BadCid,
                format!("{root:?} is not a content id: {error}."),
            )
        })?;
        let mut segments = Vec::new();
        for part in parts.filter(|part| !part.is_empty()) {
            let name = percent_decode_str(part).decode_utf8().map_err(|_| {
                ApiError::new(ErrorCode::BadPath, "A name of this path is not UTF-8.")
            })?;
            if matches!(&*name, "." | "..") || name.contains('\0') {
                return Err(ApiError::new(
                    ErrorCode::BadPath,
                    "A name of this path is relative.",
                ));
            }
            segments.push(name.into_owned());
        }
        if segments.len() > MAX_NAMES {
            return Err(ApiError::new(ErrorCode::BadPath, "This path is too deep."));
        }
        let query = Values(uri.query().unwrap_or_default());
        Ok(Self {
            path: ContentPath { root, segments },
            slash: shown.ends_with('/'),
            form: form(&query, headers)?,
            filename: query.get("filename").filter(|name| !name.is_empty()),
            download: query.get("download").as_deref() == Some("true"),
            shown,
        })
    }
}

struct Values<'a>(&'a str);

impl Values<'_> {
    fn get(&self, name: &str) -> Option<String> {
        self.0.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then(|| percent_decode_str(value).decode_utf8_lossy().into_owned())
        })
    }
}

/// `?format=` wins over Accept, as the specifications say.
fn form(query: &Values<'_>, headers: &HeaderMap) -> ApiResult<Form> {
    let unknown = |what: &str| {
        Err(
            ApiError::bad_request(format!("The form {what:?} is not served here."))
                .todo("Use format=raw or format=car, or none."),
        )
    };
    let form = match query.get("format").as_deref() {
        Some("raw") => Form::Raw,
        Some("car") => Form::Car(CarScope::All),
        Some(other) => return unknown(other),
        None => match accepted(headers) {
            Some((form, version)) if version.as_deref().is_none_or(|version| version == "1") => {
                form
            }
            Some((_, Some(version))) => return unknown(&format!("CAR version {version}")),
            _ => Form::Plain,
        },
    };
    if let Form::Car(_) = form {
        for (name, known) in [
            ("car-version", &["1"][..]),
            ("car-order", &["dfs", "unk"][..]),
            ("car-dups", &["n"][..]),
        ] {
            if let Some(value) = query.get(name)
                && !known.contains(&value.as_str())
            {
                return unknown(&format!("{name}={value}"));
            }
        }
        return scope(query).map(Form::Car);
    }
    Ok(form)
}

/// `dag-scope` and `entity-bytes` (IPIP-402); the latter implies the scope "entity".
fn scope(query: &Values<'_>) -> ApiResult<CarScope> {
    let range = query
        .get("entity-bytes")
        .map(|text| {
            byte_range(&text).ok_or_else(|| {
                ApiError::bad_request(format!("entity-bytes={text:?} is not a range."))
                    .todo("Use entity-bytes=FROM:TO with whole numbers, and * for the end.")
            })
        })
        .transpose()?;
    match query.get("dag-scope").as_deref() {
        None if range.is_none() => Ok(CarScope::All),
        None | Some("entity") => Ok(CarScope::Entity(range)),
        Some(scope @ ("all" | "block")) if range.is_some() => Err(ApiError::bad_request(format!(
            "entity-bytes does not go with dag-scope={scope}."
        ))),
        Some("all") => Ok(CarScope::All),
        Some("block") => Ok(CarScope::Block),
        Some(other) => Err(
            ApiError::bad_request(format!("dag-scope={other:?} is not known."))
                .todo("Use block, entity or all."),
        ),
    }
}

fn byte_range(text: &str) -> Option<ByteRange> {
    let (from, to) = text.split_once(':')?;
    let from = from.parse().ok()?;
    let to: Option<i64> = match to {
        "*" => None,
        to => Some(to.parse().ok()?),
    };
    // Ends on the same side must be in order; others depend on the size of the file.
    let is_backward = to.is_some_and(|to| (to < 0) == (from < 0) && to < from);
    (!is_backward).then_some(ByteRange { from, to })
}

/// The first IPLD type that Accept names, with its version.
fn accepted(headers: &HeaderMap) -> Option<(Form, Option<String>)> {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let form = match parts.next()?.to_ascii_lowercase().as_str() {
                "application/vnd.ipld.raw" => Form::Raw,
                "application/vnd.ipld.car" => Form::Car(CarScope::All),
                _ => return None,
            };
            let version = parts
                .find_map(|part| part.strip_prefix("version="))
                .map(ToOwned::to_owned);
            Some((form, version))
        })
}
