"""The RPC listener with ipfshttpclient as it comes from PyPI.

Arguments: the listener's address, its credential. Prints one line a step; ends with an
assertion error when a step goes wrong.
"""

import io
import os
import sys
import tempfile

import ipfshttpclient


def fails(act, text):
    try:
        act()
    except ipfshttpclient.exceptions.Error as error:
        assert text in str(error), f"{error!r} should say {text!r}"
    else:
        raise AssertionError(f"nothing failed, {text!r} was expected")


def step(name):
    print(name, flush=True)


host, port = sys.argv[1].removeprefix("http://").split(":")
address = f"/ip4/{host}/tcp/{port}/http"

fails(lambda: ipfshttpclient.connect(address), "credential")
# The version that is told must be one that this client accepts: `connect` checks it.
client = ipfshttpclient.connect(address, auth=("me", sys.argv[2]))
step("connected")

assert client.id()["ID"].startswith("16Uiu2HA")
assert client.add_str("hello world\n") == "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"
assert client.cat("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", offset=6, length=5) == b"world"
data = os.urandom(700_000)
cid = client.add_bytes(data)
assert client.cat(cid) == data
step("files")

with tempfile.TemporaryDirectory() as folder:
    os.makedirs(f"{folder}/tree/below/empty")
    for name in ("tree/a.txt", "tree/below/b c.txt"):
        with open(f"{folder}/{name}", "w") as file:
            file.write(name)
    # Beyond what sockets hold: the client sends all before it reads a word.
    for at in range(3_000):
        with open(f"{folder}/tree/below/{at}", "w") as file:
            file.write(f"{at}")
    added = client.add(f"{folder}/tree", recursive=True)
    root = next(entry["Hash"] for entry in added if entry["Name"] == "tree")
    names = {link["Name"]: link["Type"] for link in client.ls(root)["Objects"][0]["Links"]}
    assert names == {"a.txt": 2, "below": 1}, names
    assert client.cat(f"{root}/below/b c.txt") == b"tree/below/b c.txt"
    client.get(root, target=f"{folder}/got")
    with open(f"{folder}/got/{root}/below/2999") as file:
        assert file.read() == "2999"
step("folders")

keys = client.pin.ls(type="recursive")["Keys"]
assert keys[root]["Type"] == "recursive"
client.pin.rm(root)
fails(lambda: client.pin.rm(root), "not pinned")
client.pin.add(root)
client.pin.update(root, cid)
assert root not in client.pin.ls(type="recursive")["Keys"]
step("pins")

client.files.mkdir("/py/deep", parents=True)
client.files.write("/py/a", io.BytesIO(b"hello world"), create=True)
client.files.write("/py/a", io.BytesIO(b"HELLO"), offset=0)
assert client.files.read("/py/a") == b"HELLO world"
assert client.files.read("/py/a", offset=6, count=2) == b"wo"
client.files.cp(f"/ipfs/{cid}", "/py/deep/data")
client.files.mv("/py/a", "/py/deep/a")
entries = client.files.ls("/py/deep", opts={"long": True})["Entries"]
assert [(entry["Name"], entry["Size"]) for entry in entries] == [("a", 11), ("data", 700_000)], entries
assert client.files.stat("/py/deep/a")["Type"] == "file"
client.files.rm("/py", recursive=True)
fails(lambda: client.files.stat("/py"), "does not exist")
step("tree of files")

block = client.block.put(io.BytesIO(b"a block"))
assert client.block.get(block["Key"]) == b"a block"
assert client.block.stat(block["Key"])["Size"] == 7
value = client.dag.put(io.BytesIO(b'{"a": [1, {"b": "c"}]}'))
found = client.dag.get(value["Cid"]["/"] + "/a/1")
assert found["b"] == "c"
assert client.dag.resolve(value["Cid"]["/"] + "/a/1")["RemPath"] == "a/1"
car = client.dag.export(cid)
assert client.dag.imprt(io.BytesIO(car))["Root"]["Cid"]["/"] == cid
step("blocks and values")

assert client.repo.stat()["NumObjects"] > 10
assert client.config.get()["Identity"]["PeerID"].startswith("16Uiu2HA")
fails(client.swarm.peers, "the network is not running")
fails(client.bitswap.stat, "the network is not running")
fails(lambda: client.cat("nonsense"), "CID")
step("done")
