//! `config.jsonc` in the home: differences only, comments kept, replaced atomically.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstRootNode};
use serde_json::{Map, Value};

use super::{ChangeSettings, Settings};

/// A user file larger than this is not read.
const MAX_BYTES: u64 = 1 << 20;

const EMPTY: &str = "// Tributary's settings that differ from the defaults.\n{\n}\n";

pub(crate) fn options() -> ParseOptions {
    ParseOptions::default()
}

/// The user's file and the settings it makes.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    text: String,
    settings: Arc<Settings>,
}

/// A user file that could not be used; it was set aside under this name.
#[derive(Clone, Debug)]
pub(crate) struct BrokenSettings {
    pub(crate) kept_as: PathBuf,
    pub(crate) reason: String,
}

impl SettingsFile {
    /// Reads the file in `home`. A broken one is renamed to `config.jsonc.broken-N` and
    /// the defaults are used.
    pub(crate) fn load(home: &Path) -> Result<(Self, Option<BrokenSettings>), std::io::Error> {
        let path = home.join("config.jsonc");
        let text = match read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => EMPTY.to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Self::set_aside(path, error.to_string());
            }
            Err(error) => return Err(error),
        };
        match parse(&text)
            .and_then(|map| Settings::from_map(&map).map_err(|error| error.to_string()))
        {
            Ok(settings) => Ok((
                Self {
                    path,
                    text,
                    settings: Arc::new(settings),
                },
                None,
            )),
            Err(reason) => Self::set_aside(path, reason),
        }
    }

    fn set_aside(
        path: PathBuf,
        reason: String,
    ) -> Result<(Self, Option<BrokenSettings>), std::io::Error> {
        let mut number = 1_u32;
        let kept_as = loop {
            let candidate = path.with_file_name(format!("config.jsonc.broken-{number}"));
            if !candidate.exists() {
                break candidate;
            }
            number += 1;
        };
        std::fs::rename(&path, &kept_as)?;
        let file = Self {
            path,
            text: EMPTY.to_owned(),
            settings: Arc::new(Settings::default()),
        };
        Ok((file, Some(BrokenSettings { kept_as, reason })))
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings)
    }

    /// Merges `patch` in, checks the result and writes it. Values equal to the default
    /// leave the file; objects are merged one level deep.
    pub(crate) fn update(
        &mut self,
        patch: &Map<String, Value>,
    ) -> Result<Arc<Settings>, ChangeSettings> {
        let defaults = Settings::default_map();
        let mut map = self.map()?;
        let mut changed = Vec::new();
        for (key, value) in patch {
            let Some(default) = defaults.get(key) else {
                return Err(ChangeSettings::UnknownKey(key.clone()));
            };
            let current = map.get(key).unwrap_or(default);
            let value = merged(current, value);
            changed.push((key.clone(), (value != *default).then(|| value.clone())));
            map.insert(key.clone(), value);
        }
        self.write(&map, &changed)
    }

    /// Takes `keys` (all when `None`) back to their defaults.
    pub(crate) fn reset(
        &mut self,
        keys: Option<&[String]>,
    ) -> Result<Arc<Settings>, ChangeSettings> {
        let defaults = Settings::default_map();
        let keys: Vec<String> = match keys {
            Some(keys) => keys.to_vec(),
            None => defaults.keys().cloned().collect(),
        };
        let mut map = self.map()?;
        for key in &keys {
            if !defaults.contains_key(key) {
                return Err(ChangeSettings::UnknownKey(key.clone()));
            }
            map.remove(key);
        }
        let changed: Vec<_> = keys.into_iter().map(|key| (key, None)).collect();
        self.write(&map, &changed)
    }

    fn map(&self) -> Result<Map<String, Value>, ChangeSettings> {
        parse(&self.text).map_err(|reason| ChangeSettings::BadValue {
            key: String::new(),
            reason,
        })
    }

    fn write(
        &mut self,
        map: &Map<String, Value>,
        changed: &[(String, Option<Value>)],
    ) -> Result<Arc<Settings>, ChangeSettings> {
        let mut full = Settings::default_map();
        for (key, value) in map {
            full.insert(
                key.clone(),
                full.get(key)
                    .map_or_else(|| value.clone(), |d| merged(d, value)),
            );
        }
        let settings = Arc::new(Settings::from_map(&full)?);
        let text = edited(&self.text, changed).map_err(|reason| ChangeSettings::BadValue {
            key: String::new(),
            reason,
        })?;
        replace(&self.path, text.as_bytes()).map_err(ChangeSettings::WriteSettings)?;
        self.text = text;
        self.settings = Arc::clone(&settings);
        Ok(settings)
    }
}

fn merged(base: &Value, over: &Value) -> Value {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            let mut base = base.clone();
            for (key, value) in over {
                base.insert(key.clone(), value.clone());
            }
            Value::Object(base)
        }
        _ => over.clone(),
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            "larger than 1 MiB",
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| std::io::Error::new(std::io::ErrorKind::InvalidData, "not UTF-8"))
}

/// The user's map with nested objects merged over the defaults.
fn parse(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    let value: Option<Value> =
        jsonc_parser::parse_to_serde_value(text, &options()).map_err(|error| error.to_string())?;
    let map = match value {
        Some(Value::Object(map)) => map,
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err("the file is not a JSON object".to_owned()),
    };
    let defaults = Settings::default_map();
    Ok(map
        .into_iter()
        .map(|(key, value)| match defaults.get(&key) {
            Some(default) => {
                let value = merged(default, &value);
                (key, value)
            }
            None => (key, value),
        })
        .collect())
}

/// `text` with `changed` keys set or (`None`) removed; the rest stays as it is.
fn edited(text: &str, changed: &[(String, Option<Value>)]) -> Result<String, String> {
    let text = if text.trim().is_empty() { EMPTY } else { text };
    let root = CstRootNode::parse(text, &options()).map_err(|error| error.to_string())?;
    let object = root.object_value_or_set();
    for (key, value) in changed {
        match (object.get(key), value) {
            (Some(property), Some(value)) => property.set_value(input(value)),
            (Some(property), None) => property.remove(),
            (None, Some(value)) => {
                object.append(key, input(value));
            }
            (None, None) => {}
        }
    }
    Ok(root.to_string())
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(value) => CstInputValue::Bool(*value),
        Value::Number(value) => CstInputValue::Number(value.to_string()),
        Value::String(value) => CstInputValue::String(value.clone()),
        Value::Array(values) => CstInputValue::Array(values.iter().map(input).collect()),
        Value::Object(map) => CstInputValue::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), input(value)))
                .collect(),
        ),
    }
}

/// Writes beside, syncs, renames, syncs the folder.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension("jsonc.new");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
