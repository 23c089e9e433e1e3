// Makes tests/vectors/ipld.json: values as @ipld/dag-cbor and @ipld/dag-json, implementations by
// others, encode them. crates/dag/tests/suite/data_model.rs compares ours with them, both ways.
//
// Not a part of any build. To run it again, with the packages outside this repository:
//   dir=$(mktemp -d) && npm --prefix "$dir" install @ipld/dag-cbor@10 @ipld/dag-json@11 multiformats@14
//   node tests/vectors/ipld.mjs "$dir" > tests/vectors/ipld.json
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const home = path.resolve(process.argv[2] ?? ".", "node_modules");
const load = (name, file) => import(pathToFileURL(path.join(home, name, file)));
const version = (name) => JSON.parse(readFileSync(path.join(home, name, "package.json"), "utf8")).version;
const cbor = await load("@ipld/dag-cbor", "./src/index.js");
const json = await load("@ipld/dag-json", "./src/index.js");
const { CID } = await load("multiformats", "dist/src/cid.js");

const v0 = CID.parse("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o");
const v1 = CID.parse("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
let nested = null;
for (let i = 0; i < 100; i += 1) nested = i % 2 ? [nested] : { n: nested };

const values = [
  null, true, false, 0, 1, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296,
  Number.MAX_SAFE_INTEGER, 18446744073709551615n, -1, -24, -25, -256, -257, -65537,
  -4294967297, -9223372036854775808n, 0.5, -0.5, 0.1, 1.5e-7, 1.25e300, 5e-324,
  1.7976931348623157e308, 123456.789, "", "a", "text", "\u00e4\u{1f3ac} \u4e2d",
  'quote " back \\ slash / \b\f\n\r\t\u0000\u001f\u007f', "x".repeat(300),
  new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(7),
  [], {}, [1, [2, [3, []]]], [null, true, "x", 1.5],
  { b: 1, a: 2, aa: 3, "": 4, "\u00e4": 5, z: 6, "10": 7, "9": 8 },
  v0, v1, { link: v1, list: [v0, { deep: v1 }] }, { bytes: "not bytes" },
  { "/": 1 }, { "/": [1], other: 2 }, { "/": { a: 1 } }, nested,
];

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const vectors = values.map((value) => ({
  cbor: hex(cbor.encode(value)),
  json: Buffer.from(json.encode(value)).toString("utf8"),
}));
process.stdout.write(
  JSON.stringify(
    { madeBy: `@ipld/dag-cbor ${version("@ipld/dag-cbor")}, @ipld/dag-json ${version("@ipld/dag-json")}`, vectors },
    null,
    1,
  ) + "\n",
);
