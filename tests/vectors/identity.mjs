// Makes tests/vectors/identity.json: keys as BTFS derives them from words (m/44'/195'/0'/0/0), in all
// the forms it shows them, with PBKDF2 and HMAC of Node and the curve of @noble/curves.
// crates/net/src/identity/import.rs compares ours with them.
//
// Not a part of any build. To run it again, with the package outside this repository:
//   dir=$(mktemp -d)
//   npm --prefix "$dir" install @noble/curves@2
//   node tests/vectors/identity.mjs "$dir" > tests/vectors/identity.json
import { createHmac, pbkdf2Sync } from "node:crypto";
import path from "node:path";
import { pathToFileURL } from "node:url";

const home = path.resolve(process.argv[2] ?? ".", "node_modules");
const { secp256k1 } = await import(pathToFileURL(path.join(home, "@noble/curves/secp256k1.js")));
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const number = (bytes) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const bytes = (n) => Buffer.from(n.toString(16).padStart(64, "0"), "hex");
const mac = (key, ...parts) => createHmac("sha512", key).update(Buffer.concat(parts)).digest();

function derive(words) {
  const seed = pbkdf2Sync(words, "mnemonic", 2048, 64, "sha512");
  let node = mac("Bitcoin seed", seed);
  for (const [index, hard] of [[44, true], [195, true], [0, true], [0, false], [0, false]]) {
    const key = node.subarray(0, 32);
    const step = Buffer.alloc(4);
    step.writeUInt32BE(hard ? index + 2 ** 31 : index);
    const input = hard ? Buffer.concat([Buffer.from([0]), key]) : Buffer.from(secp256k1.getPublicKey(key, true));
    const next = mac(node.subarray(32), input, step);
    node = Buffer.concat([bytes((number(next.subarray(0, 32)) + number(key)) % order), next.subarray(32)]);
  }
  return node.subarray(0, 32);
}

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
function base58(input) {
  let out = "";
  for (let n = number(input); n > 0n; n /= 58n) out = alphabet[Number(n % 58n)] + out;
  return "1".repeat(input.findIndex((byte) => byte !== 0)) + out;
}

const vectors = [
  `${"abandon ".repeat(11)}about`,
  "legal winner thank year wave sausage worth useful legal winner thank yellow",
  "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
  `${"abandon ".repeat(23)}art`,
].map((words) => {
  const key = derive(words);
  const identity = Buffer.concat([Buffer.from([0, 37, 8, 2, 18, 33]), Buffer.from(secp256k1.getPublicKey(key, true))]);
  return {
    words,
    hex: key.toString("hex"),
    base64: Buffer.concat([Buffer.from([8, 2, 18, 32]), key]).toString("base64"),
    peer: base58(identity),
  };
});
process.stdout.write(`${JSON.stringify(vectors, null, 2)}\n`);
