//! A storage folder on a disk that is pulled out: what is on it says so, nothing is lost, and
//! with the disk everything is back.

use serde_json::{Value, json};

use crate::support::{Daemon, bytes, eventually, is_told_well};

fn states(daemon: &Daemon) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let items = daemon.items();
    let state = |item: &Value| (text(&item["fileName"]), text(&item["state"]));
    items.iter().map(state).collect()
}

#[test]
fn an_unplugged_folder_is_said_and_comes_back_whole() {
    let files = tempfile::tempdir().expect("a folder");
    let (disk, away) = (files.path().join("disk"), files.path().join("away"));
    let home = files.path().join("home");
    let daemon = Daemon::start(&home);
    let (old, new) = (bytes(1, 3 << 20), bytes(2, 3 << 20));
    let write = |name: &str, content: &[u8]| {
        let path = files.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    };
    daemon.import(&[&write("at home.bin", &old)], "copy");
    let folder = json!({ "path": disk, "quotaBytes": null });
    let folder = daemon.posted("/storage/folders", &folder);
    // The home takes no more: what comes now goes to the other disk.
    let patch = json!({ "quotaBytes": 64 << 20 });
    let filler = write("filler.bin", &bytes(3, 62 << 20));
    daemon.import(&[&filler], "copy");
    let (status, _) = daemon.patch("/settings", &patch);
    assert_eq!(status, 200);
    let job = daemon.import(&[&write("on the disk.bin", &new)], "copy");
    assert_eq!(job["state"], "done", "{job}");
    let used = daemon.got("/storage")["folders"].clone();
    assert!(
        used.as_array()
            .expect("a list")
            .iter()
            .any(|folder| folder["path"] == json!(disk) && folder["used"].as_u64() > Some(3 << 20)),
        "{used}"
    );
    let cid = daemon.items()[2]["cid"].as_str().expect("a cid").to_owned();

    std::fs::rename(&disk, &away).expect("pulled out");
    let item = daemon.items().remove(2);
    assert_eq!(item["fileName"], "on the disk.bin");
    let (status, body) = daemon.original(&item);
    let error: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        (status, &error["code"]),
        (409, &json!("offline")),
        "{error}"
    );
    assert!(error["todo"].is_string());
    eventually("the item says so", || {
        let states = states(&daemon);
        (states[2].1 == "offline" && states[0].1 == "ok").then_some(())
    });
    assert_eq!(daemon.original(&daemon.items()[0]), (200, old.clone()));
    let (status, error) = daemon.get(&format!("/node/cat?path={cid}"));
    assert_eq!(
        (status, &error["code"]),
        (409, &json!("offline")),
        "{error}"
    );
    // No room at home and the disk is away: the import waits and says why.
    let path = write("later.bin", &bytes(4, 5 << 20));
    let later = daemon.import(&[&path], "copy");
    assert_eq!(later["state"], "paused", "{later}");
    assert!(
        later["why"].is_string() || later["message"].is_string(),
        "{later}"
    );
    let folders = folder["folders"].as_array().expect("a list");
    let id = folders[folders.len() - 1]["id"].as_str().expect("an id");
    let (status, error) = daemon.delete(&format!("/storage/folders/{id}"));
    assert_eq!(
        (status, &error["code"]),
        (409, &json!("offline")),
        "{error}"
    );
    is_told_well(&error);
    daemon.is_sound();
    assert!(daemon.end().success());

    // A start without the disk is a start.
    let daemon = Daemon::start(&home);
    assert_eq!(states(&daemon)[2].1, "offline");
    std::fs::rename(&away, &disk).expect("plugged in");
    let item = daemon.items().remove(2);
    assert_eq!(daemon.original(&item), (200, new));
    eventually("all is well", || {
        let states = states(&daemon);
        states.iter().all(|(_, state)| state == "ok").then_some(())
    });
    let id = later["id"].as_str().expect("an id");
    let later = daemon.posted(&format!("/imports/{id}/resume"), &Value::Null);
    assert_eq!(daemon.ended(&later)["state"], "done");
    assert_eq!(states(&daemon).len(), 4);
    daemon.is_sound();
    assert!(daemon.end().success());
}
