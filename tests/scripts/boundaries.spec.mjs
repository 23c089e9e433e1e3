// The boundary check must fail when a boundary is broken: a check that cannot fail
// proves nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { misordered, violations } from '../../scripts/boundaries.mjs'

/** `cargo metadata` for crates given as { name: [what it uses] }; ours are those in `members`. */
function metadata(uses, members) {
  const path = (name) => (name === 'tributary-desktop' ? 'src-tauri' : `crates/${name}`)
  return {
    workspace_root: '/w',
    workspace_members: members,
    packages: Object.keys(uses).map((name) => ({ id: name, name, manifest_path: `/w/${path(name)}/Cargo.toml` })),
    resolve: {
      nodes: Object.entries(uses).map(([id, deps]) => ({
        id,
        deps: deps.map((dep) => (typeof dep === 'string' ? { pkg: dep, dep_kinds: [{ kind: null }] } : dep)),
      })),
    },
  }
}

test('what points down passes', () => {
  const uses = { dag: ['cid'], store: ['dag', 'redb'], cid: [], redb: [] }
  assert.deepEqual(violations(metadata(uses, ['dag', 'store'])), [])
})

test('an edge that points up is named', () => {
  const uses = { dag: ['store'], store: [] }
  assert.deepEqual(violations(metadata(uses, ['dag', 'store'])), ['dag uses store: dependencies point down only'])
})

test('a library that is reached through another is found, with the way to it', () => {
  const uses = { node: ['sneaky'], sneaky: ['tauri'], tauri: [], dag: ['tokio'], tokio: [] }
  assert.deepEqual(violations(metadata(uses, ['node', 'dag'])), [
    'node reaches tauri by node > sneaky > tauri: the core builds and runs with no webview',
    'dag reaches tokio by dag > tokio: dag is pure: no I/O and no async',
  ])
})

test('what only tests use is free', () => {
  const dev = { pkg: 'tokio', dep_kinds: [{ kind: 'dev' }] }
  assert.deepEqual(violations(metadata({ dag: [dev], tokio: [] }, ['dag'])), [])
})

test('a crate that the table does not know is refused', () => {
  assert.equal(violations(metadata({ common: [] }, ['common'])).length, 1)
})

test('the order of the members is checked', () => {
  assert.deepEqual(misordered('members = ["crates/dag", "crates/store"]'), [])
  assert.deepEqual(misordered('members = ["crates/store", "crates/dag"]'), ['store'])
})
