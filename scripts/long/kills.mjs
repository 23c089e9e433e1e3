// Hundreds of SIGKILLs at random moments of imports, garbage collections and starts,
// over many homes, from one seed.
//
// What holds after each restart: whatever was listed before the kill is listed and has
// the right bytes. What holds at the end of a home: every job is done, every file is
// there exactly once with the right bytes, `verify` is clean, nothing is left in
// staging, and a clean-up leaves no more on disk than the files need.

import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const POLL_MS = 10;
const READY_MS = 60_000;
const PATIENCE_MS = 300_000;
const SAMPLES = 25;
const ROW_LIMIT = 500;
/** Disk that segments, index and catalogue may take beyond the bytes themselves. */
const OVERHEAD = 1.25;
const OVERHEAD_BYTES = 96 << 20;

/** The same numbers for the same seed (mulberry32). */
export function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}

/** Runs it all. Returns what a stage returns, and prints a line a home. */
export async function kills(tributary, { homes = 12, killsPerHome = 30, seed = 20260101 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-kills-'));
  let passed = 0;
  let failed = 0;
  let total = 0;
  const awake = setInterval(() => {}, PATIENCE_MS);
  try {
    for (let number = 0; number < homes; number += 1) {
      const from = performance.now();
      const run = new Home(tributary, join(folder, `${number}`), dice(seed + number));
      try {
        await run.all(killsPerHome);
        passed += 1;
        process.stdout.write(
          `home ${number}: ${run.summary()}, ${((performance.now() - from) / 1000).toFixed(0)} s\n`,
        );
        rmSync(run.folder, { recursive: true, force: true });
      } catch (error) {
        failed += 1;
        process.stdout.write(
          `home ${number} (seed ${seed + number}) FAILED after ${run.summary()}: ${error.stack}\n${run.stderr}\n`,
        );
        process.stdout.write(`its files are kept in ${run.folder}\n`);
      } finally {
        run.kill();
        total += run.kills;
      }
    }
  } finally {
    clearInterval(awake);
    if (failed === 0) rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${total} kills in ${homes} homes\n`);
  return { passed, failed };
}

class Home {
  constructor(tributary, folder, random) {
    Object.assign(this, {
      tributary,
      folder,
      random,
      home: join(folder, 'home'),
      files: join(folder, 'files'),
    });
    mkdirSync(this.files, { recursive: true });
    this.expected = new Map(); // sha256 of every different content -> its size
    this.acknowledged = new Map(); // item id -> sha256
    this.hashes = new Map(); // file name -> sha256
    this.kills = 0;
    this.starts = 0;
    this.batches = 0;
    this.stderr = '';
  }

  summary() {
    return `${this.kills} kills, ${this.batches} imports, ${this.expected.size} contents, ${this.acknowledged.size} listed`;
  }

  /** A folder of many small files, some middling, one large, and duplicates of earlier ones. */
  makeBatch() {
    const folder = join(this.files, `batch ${this.batches}`);
    mkdirSync(folder);
    const small = 150 + this.random.below(600);
    const sizes = [
      ...Array.from({ length: small }, () => this.random.below(40_000)),
      ...Array.from({ length: 3 }, () => this.random.below(9 << 20)),
      (20 + this.random.below(90)) << 20,
    ];
    const contents = [];
    sizes.forEach((size, index) => {
      const again = contents.length > 0 && this.random.next() < 0.05;
      const bytes = again ? this.random.pick(contents) : this.bytes(size);
      if (size < 100_000) contents.push(bytes);
      const name = `b${this.batches}f${index}.bin`;
      writeFileSync(join(folder, name), bytes);
      const hash = createHash('sha256').update(bytes).digest('hex');
      this.hashes.set(name, hash);
      this.expected.set(hash, bytes.length);
    });
    this.batches += 1;
    return folder;
  }

  /** Bytes that no other call gives. */
  bytes(size) {
    const bytes = Buffer.alloc(size);
    const random = dice(this.random.below(2 ** 32));
    const block = Buffer.alloc(Math.min(size, 4096) & ~3);
    for (let at = 0; at < block.length; at += 4) block.writeUInt32LE(random.below(2 ** 32), at);
    for (let at = 0; at < size && block.length > 0; at += block.length) {
      block.writeUInt32LE((at / block.length) >>> 0, 0);
      block.copy(bytes, at);
    }
    return bytes;
  }

  async start() {
    this.starts += 1;
    const args = [
      '--home',
      this.home,
      '--json',
      'daemon',
      '--api',
      '127.0.0.1:0',
      '--media',
      '127.0.0.1:0',
    ];
    const child = spawn(this.tributary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    // Some cut connections would never say so.
    const gone = new AbortController();
    this.gone = gone.signal;
    setMaxListeners(0, this.gone);
    child.once('exit', () => gone.abort());
    let out = '';
    child.stderr
      .setEncoding('utf8')
      .on('data', (text) => (this.stderr = (this.stderr + text).slice(-8000)));
    const ready = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the daemon did not get ready')), READY_MS);
      child.once('exit', (code, signal) =>
        reject(Object.assign(new Error(`the daemon ended with ${code ?? signal}`), { signal })),
      );
      child.stdout.setEncoding('utf8').on('data', (text) => {
        out += text;
        if (out.includes('\n')) resolve(JSON.parse(out.slice(0, out.indexOf('\n'))));
      });
      child.once('close', () => clearTimeout(late));
    });
    return ready;
  }

  kill() {
    this.child?.kill('SIGKILL');
  }

  ended() {
    const child = this.child;
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => child.once('exit', resolve));
  }

  async call(method, path, body) {
    const response = await fetch(`${this.at.api}/api/app${path}`, {
      method,
      signal: this.gone,
      headers: { authorization: `Bearer ${this.at.token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }

  /** One life: start, work, and be killed at a moment nobody chose. */
  async life() {
    const early = this.random.next() < 0.15;
    const span = early ? 1 + this.random.below(60) : 50 + this.random.below(1_500);
    this.pending ??= this.makeBatch();
    let timer;
    try {
      if (early) timer = setTimeout(() => this.kill(), span);
      this.at = await this.start();
      if (!early) timer = setTimeout(() => this.kill(), span);
      await this.checkSome();
      const { jobs } = await this.call('GET', '/imports');
      const open = jobs.filter((job) => !['done', 'failed', 'cancelled'].includes(job.state));
      if (open.some((job) => job.state === 'paused'))
        throw new Error(`a job is paused: ${JSON.stringify(open)}`);
      if (open.length < 2) {
        await this.importPending();
      }
      if (this.random.next() < 0.3)
        await this.call('POST', `/storage/${this.random.pick(['gc', 'verify', 'gc'])}`);
      for (;;) await this.acknowledge();
    } catch (error) {
      // Being killed is what this is about; anything else is a failure.
      if (this.child.signalCode !== 'SIGKILL' && this.child.exitCode === null && isCut(error))
        await this.ended();
      if (this.child.signalCode !== 'SIGKILL') throw error;
      if (!isCut(error)) throw error;
    } finally {
      clearTimeout(timer);
      this.kill();
      await this.ended();
      this.kills += 1;
    }
  }

  /** A kill may come before the answer: then it is asked for again, which changes nothing. */
  async importPending() {
    const mode = this.random.pick(['copy', 'auto', 'reference']);
    await this.call('POST', '/imports', { paths: [this.pending], mode });
    this.pending = null;
  }

  /** Notes what the node says it has: from now on it must have it. */
  async acknowledge() {
    const page = await this.call('GET', `/items?sort=added&order=desc&limit=${ROW_LIMIT}`);
    const fresh = page.items.filter((item) => !this.acknowledged.has(item.id));
    for (const item of fresh.slice(0, SAMPLES)) {
      const detail = await this.call('GET', `/items/${item.id}`);
      const hash = this.hashes.get(detail.fileName);
      if (hash === undefined) throw new Error(`an item nobody imported: ${detail.fileName}`);
      this.acknowledged.set(item.id, hash);
    }
    if (fresh.length === 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  async checkSome() {
    const ids = [...this.acknowledged.keys()];
    for (let left = Math.min(SAMPLES, ids.length); left > 0; left -= 1)
      await this.checkItem(this.random.pick(ids));
  }

  async checkItem(id) {
    const detail = await this.call('GET', `/items/${id}`);
    const wanted = this.acknowledged.get(id) ?? this.hashes.get(detail.fileName);
    const response = await fetch(detail.renditions[0].url, { signal: this.gone });
    if (response.status !== 200)
      throw new Error(`${detail.fileName} answered ${response.status}: ${await response.text()}`);
    const hash = createHash('sha256');
    for await (const piece of response.body) hash.update(piece);
    const found = hash.digest('hex');
    if (found !== wanted)
      throw new Error(`WRONG BYTES of ${detail.fileName}: ${found} in place of ${wanted}`);
    return found;
  }

  async waitFor(what, ask) {
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      const found = await ask();
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`gave up waiting for ${what}`);
  }

  finished(id) {
    return this.waitFor(`job ${id}`, async () => {
      const job = await this.call('GET', `/imports/${id}`);
      if (job.state === 'failed' || job.state === 'paused')
        throw new Error(`a job ended badly: ${JSON.stringify(job)}`);
      return job.state === 'done' && job;
    });
  }

  async all(killsPerHome) {
    while (this.kills < killsPerHome) await this.life();
    this.at = await this.start();
    if (this.pending) await this.importPending();
    const { jobs } = await this.call('GET', '/imports');
    for (const { id } of jobs) {
      const job = await this.finished(id);
      if (job.filesFailed > 0) {
        const { failures } = await this.call('GET', `/imports/${id}/failures`);
        throw new Error(`files failed: ${JSON.stringify(failures.slice(0, 3))}`);
      }
    }
    await this.checkEverything();
    for (const kind of ['verify', 'gc', 'verify']) {
      const job = await this.finished((await this.call('POST', `/storage/${kind}`)).id);
      if (kind === 'verify' && (job.filesFailed > 0 || !job.message?.includes('all good'))) {
        throw new Error(`verify: ${JSON.stringify(job)}`);
      }
    }
    for (const id of this.acknowledged.keys()) await this.checkItem(id);
    this.child.kill('SIGTERM');
    await this.ended();
    if (this.child.exitCode !== 0)
      throw new Error(`the daemon ended with ${this.child.exitCode ?? this.child.signalCode}`);
    const staged = readdirSync(join(this.home, 'staging'));
    if (staged.length > 0) throw new Error(`left in staging: ${staged}`);
    const needed = [...this.expected.values()].reduce((sum, size) => sum + size, 0);
    const used = diskUse(this.home);
    if (used > needed * OVERHEAD + OVERHEAD_BYTES)
      throw new Error(`${used} bytes on disk for ${needed} bytes of files`);
    if (/panicked/.test(this.stderr)) throw new Error('the daemon panicked');
  }

  /** Every content is listed once, with the right bytes. */
  async checkEverything() {
    const listed = new Map();
    let cursor = null;
    do {
      const page = await this.call(
        'GET',
        `/items?sort=added&limit=${ROW_LIMIT}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      for (const { id } of page.items) {
        const hash = await this.checkItem(id);
        if (listed.has(hash)) throw new Error(`listed twice: ${id} and ${listed.get(hash)}`);
        listed.set(hash, id);
      }
      cursor = page.nextCursor;
    } while (cursor);
    for (const hash of this.expected.keys())
      if (!listed.has(hash)) throw new Error(`not listed: ${hash}`);
    for (const id of this.acknowledged.keys()) {
      if (![...listed.values()].includes(id))
        throw new Error(`an acknowledged item is gone: ${id}`);
    }
  }
}

/** What a client sees when the process at the other end is killed. */
const isCut = (error) =>
  ['SIGKILL'].includes(error.signal) ||
  error instanceof TypeError ||
  error instanceof SyntaxError ||
  error.name === 'AbortError';

function diskUse(folder) {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    sum += entry.isDirectory() ? diskUse(path) : statSync(path).blocks * 512;
  }
  return sum;
}
