// Makes tests/vectors/shapes.json: addresses of trickle files and of sharded directories as
// ipfs-unixfs-importer, an implementation by others, computes them.
// crates/dag/tests/suite/shapes.rs compares ours with them.
//
// Not a part of any build. To run it again, with the importer outside this repository:
//   dir=$(mktemp -d) && npm --prefix "$dir" install ipfs-unixfs-importer@17
//   node tests/vectors/shapes.mjs "$dir" > tests/vectors/shapes.json
//
// File content is that of make.mjs. Entry number i of a directory holds the decimal text of i.
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const home = path.resolve(process.argv[2] ?? ".", "node_modules/ipfs-unixfs-importer");
const load = (file) => import(pathToFileURL(path.join(home, "dist/src", file)));
const { version } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8"));
const { importer } = await load("index.js");
const { trickle } = await load("layout/index.js");
const { fixedSize } = await load("chunker/index.js");

const profiles = {
  v0: { cidVersion: 0, rawLeaves: false },
  v1: { cidVersion: 1, rawLeaves: true },
};

function content(size) {
  const words = new Int32Array(Math.ceil(size / 4));
  let state = 0x74726962 | 0;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, size);
}

const sink = { put: async (cid) => cid, has: async () => false };

async function last(iterable) {
  let found;
  for await (const entry of iterable) found = entry;
  return found;
}

async function trickleFile(profile, size, chunkSize, maxLinks) {
  const root = await last(
    importer([{ content: [content(size)] }], sink, {
      ...profiles[profile],
      // go writes the leaves of trickle trees so, and a root over a single one.
      leafType: "raw",
      reduceSingleLeafToSelf: false,
      chunker: fixedSize({ chunkSize }),
      layout: trickle({ maxChildrenPerNode: maxLinks }),
    }),
  );
  return { profile, size, chunkSize, maxLinks, cid: root.cid.toString(), cumulativeSize: Number(root.size) };
}

const trickles = [];
for (const profile of Object.keys(profiles)) {
  for (const size of [1, 2, 3, 4, 5, 6, 7, 15, 16, 18, 19, 39, 40, 63, 64, 100, 500, 3000]) {
    trickles.push(await trickleFile(profile, size, 1, 3));
  }
  for (const size of [1, 262144, 262145, 10_000_000]) trickles.push(await trickleFile(profile, size, 262144, 174));
  trickles.push(await trickleFile(profile, 60_000, 10, 174));
}

const patterns = {
  photo: (i) => `photo-${i}.jpg`,
  wide: (i) => `\u00e4\u{1f3ac} ${String(i).padStart(40, "0")}`,
};

async function directory(profile, pattern, count, threshold) {
  const entries = Array.from({ length: count }, (_, i) => ({
    path: `root/${patterns[pattern](i)}`,
    content: [Buffer.from(String(i))],
  }));
  const options = { ...profiles[profile], shardSplitThresholdBytes: threshold };
  const root = await last(importer(entries, sink, options));
  return { profile, pattern, count, threshold, cid: root.cid.toString(), cumulativeSize: Number(root.size) };
}

const directories = [];
for (const profile of Object.keys(profiles)) {
  for (const count of [1, 2, 3, 255, 256, 257, 1000]) directories.push(await directory(profile, "photo", count, 1));
  directories.push(await directory(profile, "wide", 20_000, 1));
  // Just below, at and above a threshold: 34 or 36 bytes of address and 11 of name each.
  const each = (profile === "v0" ? 34 : 36) + "photo-0.jpg".length;
  for (const threshold of [10 * each - 1, 10 * each, 10 * each + 1]) {
    directories.push(await directory(profile, "photo", 10, threshold));
  }
  for (const count of [5000, 6000]) directories.push(await directory(profile, "photo", count, 262144));
}

process.stdout.write(
  JSON.stringify({ madeBy: `ipfs-unixfs-importer ${version}`, trickles, directories }, null, 1) + "\n",
);
