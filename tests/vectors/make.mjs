// Makes tests/vectors/unixfs.json: addresses of files and directories as ipfs-unixfs-importer, an
// implementation by others, computes them. crates/dag/tests/suite/vectors.rs compares ours with them.
//
// Not a part of any build. To run it again, with the importer outside this repository:
//   dir=$(mktemp -d) && npm --prefix "$dir" install ipfs-unixfs-importer@17
//   node tests/vectors/make.mjs "$dir" > tests/vectors/unixfs.json
//
// File content is made up: 32-bit xorshift (13, 17, 5) seeded with 0x74726962, each state written
// as four bytes, little-endian, cut to the length wanted.
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const home = path.resolve(process.argv[2] ?? ".", "node_modules/ipfs-unixfs-importer");
const load = (file) => import(pathToFileURL(path.join(home, "dist/src", file)));
const { version } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8"));
const { importer } = await load("index.js");
const { balanced } = await load("layout/index.js");
const { fixedSize } = await load("chunker/index.js");

const CHUNK = 262144;
const LINKS = 174;
const profiles = {
  v0: { cidVersion: 0, rawLeaves: false },
  v1: { cidVersion: 1, rawLeaves: true },
};

function* content(size, piece = 1 << 20) {
  let state = 0x74726962 | 0;
  for (let done = 0; done < size; done += piece) {
    const words = new Int32Array(piece / 4);
    for (let i = 0; i < words.length; i += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    yield new Uint8Array(words.buffer, 0, Math.min(piece, size - done));
  }
}

// Keeps the blocks of small things only: a file of 1 GiB goes through, not in.
class Sink {
  constructor() {
    this.blocks = 0;
    this.bytes = 0;
    this.small = new Map();
  }
  async put(cid, block) {
    this.blocks += 1;
    this.bytes += block.byteLength;
    if (block.byteLength < 4096) this.small.set(cid.toString(), Buffer.from(block).toString("hex"));
    return cid;
  }
  async has() {
    return false;
  }
}

function options(profile, chunk = CHUNK, links = LINKS) {
  return {
    ...profiles[profile],
    reduceSingleLeafToSelf: true,
    leafType: "file",
    wrapWithDirectory: false,
    shardSplitThresholdBytes: 1 << 30,
    chunker: fixedSize({ chunkSize: chunk }),
    layout: balanced({ maxChildrenPerNode: links }),
  };
}

async function last(iterable) {
  let found;
  for await (const entry of iterable) found = entry;
  return found;
}

async function file(profile, size, chunk, links) {
  const sink = new Sink();
  const root = await last(
    importer([{ content: content(size) }], sink, options(profile, chunk, links)),
  );
  return {
    profile,
    size,
    chunkSize: chunk,
    maxLinks: links,
    cid: root.cid.toString(),
    cumulativeSize: Number(root.size),
  };
}

const files = [];
const edge = CHUNK * LINKS;
for (const profile of Object.keys(profiles)) {
  for (const size of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, edge - 1, edge, edge + 1, 2 ** 30]) {
    files.push(await file(profile, size, CHUNK, LINKS));
  }
  // Deep trees from little content: the same rules, more levels.
  for (const size of [2, 3, 4, 5, 8, 9, 26, 27, 28, 80, 81, 82, 244, 1000]) {
    files.push(await file(profile, size, 1, 3));
  }
  files.push(await file(profile, 40_000, 1, LINKS));
}

const tree = [
  ["empty.txt", 0],
  ["a.bin", 1],
  ["Z.bin", 10],
  ["sub/b.bin", CHUNK],
  ["sub/c.bin", CHUNK + 1],
  ["sub/deeper/d.bin", 3],
  ["\u00e4rger \u{1f3ac}.bin", 4],
  ["a-file", 5],
  ["a", 6],
];
const directories = [];
for (const profile of Object.keys(profiles)) {
  const sink = new Sink();
  const entries = tree.map(([name, size]) => ({ path: `root/${name}`, content: content(size) }));
  const found = [];
  for await (const entry of importer(entries, sink, options(profile))) {
    found.push({ path: entry.path, cid: entry.cid.toString(), cumulativeSize: Number(entry.size) });
  }
  directories.push({ profile, tree, entries: found, blocks: Object.fromEntries(sink.small) });
}

// Large directories, which we read but never write: every block, and where each name leads.
const names = Array.from({ length: 1000 }, (_, index) => `photo-${index}.jpg`);
const sink = new Sink();
sink.put = async (cid, block) => (sink.small.set(cid.toString(), Buffer.from(block).toString("base64")), cid);
const sharded = await last(
  importer(
    names.map((name, index) => ({ path: `root/${name}`, content: [Buffer.from(String(index))] })),
    sink,
    { ...options("v0"), shardSplitThresholdBytes: 1 },
  ),
);
const leaves = new Set();
const shards = {};
for (const [cid, block] of sink.small) {
  const bytes = Buffer.from(block, "base64");
  if (bytes.length > 24) shards[cid] = block;
  else leaves.add(cid);
}

process.stdout.write(
  JSON.stringify(
    {
      madeBy: `ipfs-unixfs-importer ${version}`,
      files,
      directories,
      sharded: { root: sharded.cid.toString(), names: names.length, leaves: leaves.size, shards },
    },
    null,
    1,
  ) + "\n",
);
