// Makes tests/vectors/names.json: IPNS records by npm ipns and BTNS records by its rules, and files
// encrypted by eccrypto-js, whose scheme is that of BTFS. crates/dag/tests/suite/names.rs compares
// ours with them.
//
// Not a part of any build. To run it again, with the packages outside this repository:
//   dir=$(mktemp -d)
//   npm --prefix "$dir" install ipns@10 @libp2p/crypto eccrypto-js@5 @noble/curves@2
//   node tests/vectors/names.mjs "$dir" > tests/vectors/names.json
import { createCipheriv, createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const home = path.resolve(process.argv[2] ?? ".");
const require = createRequire(path.join(home, "index.js"));
const load = (file) => import(pathToFileURL(path.join(home, "node_modules", file)));
const { createIPNSRecord, marshalIPNSRecord, multihashToIPNSRoutingKey } = await load("ipns/dist/src/index.js");
const { privateKeyFromRaw, publicKeyToProtobuf } = await load("@libp2p/crypto/dist/src/keys/index.js");
const { secp256k1 } = await load("@noble/curves/secp256k1.js");
const eccrypto = require("eccrypto-js");

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const run = (from, length) => Uint8Array.from({ length }, (_, i) => from + i);
const value = "/ipfs/bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

// One key of each kind whose name holds it.
const keys = { secp256k1: privateKeyFromRaw(new Uint8Array(32).fill(1)) };
const records = [];
for (const v1Compatible of [true, false]) {
  const key = keys.secp256k1;
  // A lifetime that ends at a time told by the record itself.
  const record = await createIPNSRecord(key, value, 7n, 3600_000, { ttlNs: 60_000_000_000n, v1Compatible });
  records.push({
    record: hex(marshalIPNSRecord(record)),
    name: hex(key.publicKey.toMultihash().bytes),
    dhtKey: hex(multihashToIPNSRoutingKey(key.publicKey.toMultihash())),
    publicKey: hex(publicKeyToProtobuf(key.publicKey)),
    value,
    validity: record.validity,
    sequence: 7,
    ttlNs: 60_000_000_000,
    signatureV2: hex(record.signatureV2),
    signatureV1: record.signatureV1 ? hex(record.signatureV1) : null,
  });
}

// BTNS: protobuf fields 1 to 5, signed over value, validity and "0".
function field(number, bytes) {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), Buffer.from(bytes)]);
}
const secret = new Uint8Array(32).fill(1);
const btfs = Buffer.from("/btfs/QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o");
const validity = Buffer.from("2026-11-24T07:05:13.000000005Z");
const message = Buffer.concat([btfs, validity, Buffer.from("0")]);
const signature = secp256k1.sign(createHash("sha256").update(message).digest(), secret, {
  prehash: false,
  format: "der",
});
const btns = Buffer.concat([
  field(1, btfs), field(2, signature), Buffer.from([0x18, 0]), field(4, validity), Buffer.from([0x28, 9]),
]);

// Encryption with a fixed ephemeral key and IV.
const recipient = new Uint8Array(32).fill(2);
const ephemeral = new Uint8Array(32).fill(3);
const iv = run(0x10, 16);
const encrypted = [];
for (const plain of ["", "hello,world\n", "x".repeat(16), "y".repeat(1000)]) {
  const { ciphertext, ephemPublicKey, mac } = await eccrypto.encrypt(
    eccrypto.getPublic(Buffer.from(recipient)), Buffer.from(plain),
    { iv: Buffer.from(iv), ephemPrivateKey: Buffer.from(ephemeral) },
  );
  // The same once more with what node brings, so that two agree.
  const x = secp256k1.getSharedSecret(ephemeral, secp256k1.getPublicKey(recipient, true), true).slice(1);
  const hash = createHash("sha512").update(x).digest();
  const cipher = createCipheriv("aes-256-cbc", hash.subarray(0, 32), iv);
  const again = Buffer.concat([cipher.update(plain), cipher.final()]);
  const tag = createHmac("sha256", hash.subarray(32)).update(iv).update(ephemPublicKey).update(again).digest();
  if (!again.equals(ciphertext) || !tag.equals(mac)) throw new Error("they do not agree");
  encrypted.push({ plain, text: hex(ciphertext), ephemeralPublic: hex(ephemPublicKey), mac: hex(mac) });
}
const version = (name) =>
  JSON.parse(readFileSync(path.join(home, "node_modules", name, "package.json"), "utf8")).version;
process.stdout.write(
  JSON.stringify(
    {
      madeBy: `ipns ${version("ipns")}, eccrypto-js ${version("eccrypto-js")}`,
      ipns: records,
      btns: { record: hex(btns), signed: hex(message), signature: hex(signature), value: hex(btfs), sequence: 9 },
      encryption: {
        recipient: hex(recipient),
        recipientPublic: hex(secp256k1.getPublicKey(recipient, true)),
        ephemeral: hex(ephemeral),
        iv: hex(iv),
        files: encrypted,
      },
    },
    null,
    1,
  ) + "\n",
);
