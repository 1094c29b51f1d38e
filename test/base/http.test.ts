/** What a server never uses is not loaded with it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const serve = join(import.meta.dirname, '../../src/cli/serve.ts')

function loadedBy(...modules: readonly string[]): readonly string[] {
  const imports = modules.map((name) => `await import(${JSON.stringify(name)});`).join('')
  const script = `${imports} console.log(JSON.stringify(process.moduleLoadList))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script])
  return JSON.parse(output.toString()) as readonly string[]
}

function clientsOf(loaded: readonly string[]): readonly string[] {
  return loaded.filter((name) => name.includes('deps/undici/'))
}

test('all of the server is loaded without the client of fetch, which an import of node:http loads', () => {
  assert.deepEqual(clientsOf(loadedBy(serve)), [])
  assert.notDeepEqual(clientsOf(loadedBy('node:http')), [])
})
