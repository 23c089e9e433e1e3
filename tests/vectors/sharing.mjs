// Makes tests/vectors/sharing.json: manifests as @ipld/dag-cbor encodes them, a key wrapped by
// @noble/ciphers, and a share link put together from docs/format.md.
// crates/dag/tests/suite/sharing.rs compares ours with them.
//
// Not a part of any build. To run it again, with the packages outside this repository:
//   dir=$(mktemp -d)
//   npm --prefix "$dir" install @ipld/dag-cbor@10 multiformats@14 @noble/ciphers@2 @noble/curves@2
//   node tests/vectors/sharing.mjs "$dir" > tests/vectors/sharing.json
import { createHash } from "node:crypto";
import path from "node:path";
import { pathToFileURL } from "node:url";

const home = path.resolve(process.argv[2] ?? ".", "node_modules");
const load = (name, file) => import(pathToFileURL(path.join(home, name, file)));
const cbor = await load("@ipld/dag-cbor", "src/index.js");
const { CID } = await load("multiformats", "dist/src/cid.js");
const { xchacha20poly1305 } = await load("@noble/ciphers", "chacha.js");
const { secp256k1 } = await load("@noble/curves", "secp256k1.js");

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const run = (from, length) => Uint8Array.from({ length }, (_, i) => from + i);
const concat = (...parts) => Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part))));

// A wrapped key: nonce, then the key sealed with the domain and the nonce prefix bound in.
const shareKey = run(0x80, 32);
const fileKey = run(0x00, 32);
const prefix = run(0x40, 19);
const nonce = run(0xa0, 24);
const domain = Buffer.from("tributary/seal-key/1");
const wrapped = concat(nonce, xchacha20poly1305(shareKey, nonce, concat(domain, prefix)).encrypt(fileKey));

const root = CID.parse("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi");
const poster = CID.parse("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
const seal = { cipher: "xchacha20-poly1305-stream-64k", nonce: prefix, key: wrapped };
const film = {
  version: 1,
  kind: "film",
  title: "Sintel \u2013 ein Film",
  renditions: [
    { role: "original", root, size: 123456789, mime: "video/x-matroska", seal, width: 1920, height: 818, codec: "h264" },
    { role: "remuxed", root, size: 100, mime: "video/mp4" },
  ],
  poster: { root: poster, size: 4096, mime: "image/jpeg" },
  captions: [{ language: "de", label: "Deutsch", root: poster, size: 99, mime: "text/vtt" }],
  duration: 888000,
  language: "en",
  licence: "CC-BY-3.0",
  warning: "violence",
  x: { later: [1, null] },
};
// Signed with secp256k1 over SHA-256, in DER, as libp2p does; the key 01..01.
const secret = new Uint8Array(32).fill(1);
const author = concat([8, 2, 18, 33], secp256k1.getPublicKey(secret, true));
const signed = concat(Buffer.from("tributary-manifest:"), cbor.encode({ ...film, author }));
const digest = createHash("sha256").update(signed).digest();
const signature = secp256k1.sign(digest, secret, { prehash: false, format: "der", lowS: true });
const signedFilm = cbor.encode({ ...film, author, signature });

const member = CID.createV1(cbor.code, (await load("multiformats", "dist/src/hashes/digest.js")).create(
  0x12, createHash("sha256").update(signedFilm).digest()));
const album = {
  version: 1,
  kind: "album",
  title: "Summer",
  items: [
    { name: "b.jpg", manifest: member },
    { name: "a.jpg", manifest: member, rotated: true },
  ],
};

const b64 = (bytes) => Buffer.from(bytes).toString("base64url");
const peer = "16Uiu2HAmN9fnzLq3Y2u1vqjiM7jk5Ep2xaTZWGqHsMcdCpDpQmZT";
const link =
  `tributary://share/1/btfs/${peer}/${b64(run(1, 16))}` +
  `?a=/ip4/203.0.113.7/tcp/4001&a=/ip6/2001:db8::7/tcp/4001&r=/dns4/relay.example/tcp/4001/p2p/${peer}` +
  `#${b64(run(0xc0, 32))}`;

process.stdout.write(
  JSON.stringify(
    {
      wrap: { shareKey: hex(shareKey), fileKey: hex(fileKey), prefix: hex(prefix), wrapped: hex(wrapped) },
      film: hex(signedFilm),
      filmCid: member.toString(),
      signed: hex(signed),
      author: hex(author),
      unsigned: hex(cbor.encode(film)),
      album: hex(cbor.encode(album)),
      link,
    },
    null,
    1,
  ) + "\n",
);
