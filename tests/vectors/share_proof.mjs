// Makes tests/vectors/share_proof.json: the keys of a link and the proofs of /tributary/share/1, put
// together from docs/format.md with the HKDF and HMAC of Node.
// crates/dag/tests/suite/share_proof.rs compares ours with them.
//
// Not a part of any build. To run it again:
//   node tests/vectors/share_proof.mjs > tests/vectors/share_proof.json
import { createHmac, hkdfSync } from "node:crypto";

const run = (from, length) => Buffer.from(Array.from({ length }, (_, i) => (from + i) & 0xff));
const hex = (bytes) => Buffer.from(bytes).toString("hex");

const link = run(0x01, 16);
const secret = run(0xc0, 32);
const stretched = run(0x20, 32);
const key = (input, what) => Buffer.from(hkdfSync("sha256", input, link, `tributary/share/1 ${what}`, 32));
const both = Buffer.concat([secret, stretched]);

const opener = Buffer.concat([Buffer.from([0, 37]), run(0x30, 37)]);
const sharer = Buffer.concat([Buffer.from([18, 32]), run(0x60, 32)]);
const openerNonce = run(0x80, 32);
const sharerNonce = run(0xa0, 32);
const prove = (with_, side) => createHmac("sha256", with_)
  .update(Buffer.concat([
    Buffer.from(`tributary/share/1 ${side}`), link, openerNonce, sharerNonce,
    Buffer.from([opener.length]), opener, Buffer.from([sharer.length]), sharer,
  ])).digest();

process.stdout.write(`${JSON.stringify({
  link: hex(link), secret: hex(secret), stretched: hex(stretched),
  open: hex(key(secret, "open")), password: hex(key(both, "password")),
  wrapPlain: hex(key(secret, "wrap")), wrapGuarded: hex(key(both, "wrap")),
  opener: hex(opener), sharer: hex(sharer), openerNonce: hex(openerNonce), sharerNonce: hex(sharerNonce),
  openerProof: hex(prove(key(secret, "open"), "opener")),
  passwordProof: hex(prove(key(both, "password"), "opener")),
  sharerProof: hex(prove(key(secret, "open"), "sharer")),
}, null, 2)}\n`);
