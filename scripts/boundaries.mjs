// Proves that dependencies point down only, from what cargo itself resolves.
//
// The workspace members of Cargo.toml are in bottom-up order, and a crate may use only
// those before it. Beyond that, some crates must never see some libraries at all, not
// even through others.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './lib/paths.mjs'

/** [crates, what they must not reach, why]. */
const forbidden = [
  [(crate) => crate.path.startsWith('crates/'), /^(tauri|wry|tao|gtk|webkit2gtk)(-|$)/, 'the core builds and runs with no webview'],
  [(crate) => crate.name === 'dag', /^(tokio|mio|async-std|smol)(-|$)/, 'dag is pure: no I/O and no async'],
  [(crate) => ['store', 'library', 'media'].includes(crate.name), /^(axum|hyper|tower-http)$/, 'only api has HTTP listeners'],
  // hyper comes with net, whose UPnP client asks routers for ports.
  [(crate) => crate.name === 'node', /^(axum|tower-http)$/, 'only api has HTTP listeners'],
  [(crate) => crate.name === 'store' || crate.name === 'library', /^tokio$/, 'store and library are synchronous'],
  [(crate) => ['speed', 'wallet'].includes(crate.name), /^(alloy-provider|reqwest)$/, 'speed and wallet do no network'],
]

/** Direct edges between our crates, as section 1 of docs/architecture.md draws them. */
const allowed = {
  dag: [],
  store: ['dag'],
  net: ['dag'],
  wallet: [],
  media: [],
  library: ['dag', 'media'],
  node: ['dag', 'store', 'net', 'wallet', 'media', 'library'],
  api: ['dag', 'library', 'media', 'node'],
  cli: ['dag', 'media', 'node', 'library', 'api'],
  tests: ['dag', 'store', 'media', 'library', 'node', 'api', 'cli'],
  'tributary-desktop': ['library', 'media', 'node', 'api'],
}

/** Every violation in `metadata`, the answer of `cargo metadata`. */
export function violations(metadata) {
  const packages = new Map(metadata.packages.map((found) => [found.id, found]))
  const members = new Set(metadata.workspace_members)
  const uses = new Map(metadata.resolve.nodes.map((node) => [node.id, node.deps.filter(isNormal).map((dep) => dep.pkg)]))
  const found = []
  for (const id of members) {
    const crate = { name: packages.get(id).name, path: packages.get(id).manifest_path.slice(metadata.workspace_root.length + 1) }
    const may = allowed[crate.name]
    if (may === undefined) found.push(`${crate.name} is not in the list of boundaries; add it with a reason`)
    for (const dep of uses.get(id).filter((dep) => members.has(dep))) {
      const name = packages.get(dep).name
      if (may !== undefined && !may.includes(name)) found.push(`${crate.name} uses ${name}: dependencies point down only`)
    }
    const reached = reach(id, uses)
    for (const [applies, pattern, why] of forbidden.filter(([applies]) => applies(crate))) {
      for (const dep of reached) {
        const name = packages.get(dep).name
        if (pattern.test(name)) found.push(`${crate.name} reaches ${name} by ${chain(id, dep, uses, packages)}: ${why}`)
      }
    }
  }
  return found
}

// Build dependencies run on the builder and tests may use anything.
const isNormal = (dep) => dep.dep_kinds.some(({ kind }) => kind === null)

function reach(from, uses) {
  const seen = new Set()
  const next = [from]
  while (next.length > 0) {
    for (const dep of uses.get(next.pop()) ?? []) {
      if (!seen.has(dep)) {
        seen.add(dep)
        next.push(dep)
      }
    }
  }
  return seen
}

/** A shortest way from one package to another, for the message. */
function chain(from, to, uses, packages) {
  const ways = [[from]]
  const seen = new Set([from])
  for (const way of ways) {
    const last = way.at(-1)
    if (last === to) return way.map((id) => packages.get(id).name).join(' > ')
    for (const dep of uses.get(last) ?? []) {
      if (!seen.has(dep)) {
        seen.add(dep)
        ways.push([...way, dep])
      }
    }
  }
  return 'an unknown way'
}

/** The order of Cargo.toml must be the order of the table, or the comment there lies. */
export function misordered(cargoToml) {
  const members = /members = \[([^\]]*)\]/.exec(cargoToml)[1]
  const order = [...members.matchAll(/"([^"]+)"/g)].map(([, path]) => (path === 'src-tauri' ? 'tributary-desktop' : path.split('/').at(-1)))
  return order.filter((name, index) => (allowed[name] ?? []).some((below) => order.indexOf(below) > index))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = ['metadata', '--format-version=1', '--locked', '--filter-platform', 'x86_64-unknown-linux-gnu']
  const metadata = JSON.parse(execFileSync('cargo', args, { cwd: root, maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] }))
  const wrong = violations(metadata)
  const order = misordered(readFileSync(join(root, 'Cargo.toml'), 'utf8'))
  if (order.length > 0) wrong.push(`Cargo.toml lists ${order.join(', ')} before what they use`)
  process.stdout.write(wrong.length > 0 ? `${wrong.join('\n')}\n` : `${metadata.workspace_members.length} crates keep their boundaries\n`)
  process.exitCode = wrong.length > 0 ? 1 : 0
}
