// Makes tests/vectors/keystore.json: sealed keys put together from docs/format.md with @noble.
// crates/wallet/tests/keystore.rs compares ours with them.
//
// Not a part of any build. To run it again, with the packages outside this repository:
//   dir=$(mktemp -d)
//   npm --prefix "$dir" install @noble/ciphers@2 @noble/hashes@2
//   node tests/vectors/keystore.mjs "$dir" > tests/vectors/keystore.json
import path from "node:path";
import { pathToFileURL } from "node:url";

const home = path.resolve(process.argv[2] ?? ".", "node_modules");
const load = (name, file) => import(pathToFileURL(path.join(home, name, file)));
const { xchacha20poly1305 } = await load("@noble/ciphers", "chacha.js");
const { argon2id } = await load("@noble/hashes", "argon2.js");

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const run = (from, length) => Uint8Array.from({ length }, (_, i) => from + i);

function vector({ password, secret, memory, passes, lanes, salt, nonce }) {
  const cost = Buffer.alloc(6);
  cost.writeUInt32LE(memory);
  cost[4] = passes;
  cost[5] = lanes;
  const header = Buffer.concat([Buffer.from("tribkeys"), Buffer.from([1, 1]), cost, salt, nonce]);
  const key = argon2id(Buffer.from(password), salt, { t: passes, m: memory, p: lanes, version: 0x13, dkLen: 32 });
  const sealed = Buffer.concat([header, xchacha20poly1305(key, nonce, header).encrypt(secret)]);
  return { password, secret: hex(secret), memory, passes, lanes, salt: hex(salt), nonce: hex(nonce), text: sealed.toString("base64") };
}

const key = Buffer.concat([Buffer.from([8, 2, 18, 32]), run(1, 32)]);
const vectors = [
  vector({ password: "correct horse", secret: key, memory: 65536, passes: 3, lanes: 4, salt: run(0x10, 16), nonce: run(0x40, 24) }),
  vector({ password: "l\u00f6sung \u{1f511}", secret: key, memory: 64, passes: 1, lanes: 1, salt: run(0xa0, 16), nonce: run(0xc0, 24) }),
  vector({ password: "nothing inside", secret: Buffer.alloc(0), memory: 64, passes: 2, lanes: 8, salt: run(0, 16), nonce: run(0, 24) }),
];
process.stdout.write(`${JSON.stringify(vectors, null, 2)}\n`);
