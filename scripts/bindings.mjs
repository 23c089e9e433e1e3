// Makes the TypeScript types of the app API from what the server says of itself:
//   ui/src/bindings/openapi.json   the OpenAPI document
//   ui/src/bindings/api.d.ts       its types
//
// node scripts/bindings.mjs            writes them
// node scripts/bindings.mjs --check    fails when they are not what is committed
// --openapi FILE                       takes the document from FILE ("-": standard input)
//                                      instead of building and asking `tributary openapi`

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { cargo, debugBinary } from './lib/cargo.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'ui/src/bindings');
const args = process.argv.slice(2);
const check = args.includes('--check');
const from = args.includes('--openapi') ? args[args.indexOf('--openapi') + 1] : undefined;

function document() {
  if (from) return readFileSync(from === '-' ? 0 : from, 'utf8');
  // The whole workspace, as the tests build it: one package alone would be compiled
  // again with other features of its dependencies.
  cargo(['build', '--workspace', '--bins', '--tests', '--locked']);
  return execFileSync(debugBinary('tributary'), ['openapi'], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const openapi = document();
const types = astToString(
  await openapiTS(JSON.parse(openapi), { defaultNonNullable: false, alphabetize: true }),
);
const files = {
  'openapi.json': openapi,
  'api.d.ts': `// Made by scripts/bindings.mjs from openapi.json. Do not edit.\n\n${types}`,
};

let stale = [];
mkdirSync(target, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const path = join(target, name);
  let before = '';
  try {
    before = readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (before === text) continue;
  stale.push(name);
  if (!check) writeFileSync(path, text);
}
if (check && stale.length > 0) {
  console.error(
    `ui/src/bindings is not what the API says: ${stale.join(', ')} differ.\n` +
      'Run "node scripts/bindings.mjs" and commit the result.',
  );
  process.exitCode = 1;
} else {
  console.log(stale.length > 0 ? `wrote ${stale.join(', ')}` : 'the bindings are up to date');
}
