// `npm run test:long`: what takes too long for CI. Hundreds of kills (long/kills.mjs), six
// hundred traces of simulated disks that crash, many cases of every property, the whole system
// suite again and again, and a bare machine (fresh.mjs).
// `npm run test:long -- NAME...` runs only the suites named. HOMES, KILLS (a home) and
// SEED change how much the kills do; the same seed does the same.

import { kills } from './long/kills.mjs';
import { cargo, debugBinary } from './lib/cargo.mjs';
import { runStages } from './lib/stages.mjs';
import { cargoTest, check } from './lib/suites.mjs';
import { buildUi } from './lib/ui.mjs';
import { setup } from './setup.mjs';

const ROUNDS = 5;

const suites = [
  ['setup', () => setup(['test'])],
  ['ui build', () => void buildUi()],
  ['rust build', () => void cargo(['build', '--workspace', '--bins', '--tests', '--locked'])],
  ['kills', () => kills(debugBinary('tributary'), amounts())],
  [
    'simulated crashes',
    () => cargoTest(['--workspace', '--locked', '--test', 'crash'], { CRASH_SEEDS: '600' }),
  ],
  ['properties', properties],
  ['system rounds', systemRounds],
  ['crowd', crowd],
  ['bare machine', bareMachine],
];

function amounts() {
  const { HOMES = 12, KILLS = 30, SEED = 20260101 } = process.env;
  return { homes: Number(HOMES), killsPerHome: Number(KILLS), seed: Number(SEED) };
}

/** Sixteen times the cases of CI, and other ones each time. */
function properties() {
  const suites = ['suite', 'transfer', 'media'].flatMap((name) => ['--test', name]);
  return cargoTest(['--workspace', '--locked', '--lib', ...suites], { PROPTEST_CASES: '4096' });
}

/** What passes once may still depend on luck. */
async function systemRounds() {
  const total = { passed: 0, failed: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { passed, failed } = await cargoTest(['--workspace', '--locked', '--test', 'system'], {
      TRIBUTARY: debugBinary('tributary'),
    });
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}

/** Fifty nodes and one popular film. */
function crowd() {
  const args = ['--workspace', '--locked', '--test', 'system', '--', '--nocapture', 'crowd::'];
  return cargoTest(args, { TRIBUTARY: debugBinary('tributary'), CROWD: '50' });
}

function bareMachine() {
  if (process.getuid?.() !== 0)
    return { passed: 0, failed: 0, notRun: 'needs root, to make a chroot' };
  return check(process.execPath, ['scripts/fresh.mjs']);
}

const named = process.argv.slice(2);
const always = ['setup', 'ui build', 'rust build'];
const unknown = named.filter((name) => !suites.some(([suite]) => suite === name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no suite ${unknown.join(', ')}; there are: ${suites.map(([name]) => name).join(', ')}\n`,
  );
  process.exit(2);
}
const wanted =
  named.length === 0
    ? suites
    : suites.filter(([name]) => always.includes(name) || named.includes(name));
process.exitCode = (await runStages(wanted)) ? 0 : 1;
