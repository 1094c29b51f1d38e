/**
 * Compiles the checksum kernels, AssemblyScript, into src/base/kernels/kernels.gen.ts. `node tools/kernels.ts` writes,
 * `--check` compares and ends with 1 when the committed file differs.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { oneBody, sideBySide } from './kernels/md5.ts'
import { sparse, sparseMultiples } from './kernels/sparse.ts'

const target = new URL('../src/base/kernels/kernels.gen.ts', import.meta.url)

async function source(): Promise<string> {
  const written = await Promise.all(['crc.as', 'xxh64.as'].map(read))
  const made = [...sparseMultiples.map(sparse), oneBody(), ...[4, 8, 16].map(sideBySide)]
  return [...written, ...made].join('\n')
}

function read(name: string): Promise<string> {
  return readFile(new URL(`kernels/${name}`, import.meta.url), 'utf8')
}

/** By the compiler's command line: its types would bring a `console` of their own into every file of this project. */
async function compiled(text: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'kernels-'))
  const compiler = fileURLToPath(
    new URL('../node_modules/assemblyscript/bin/asc.js', import.meta.url),
  )
  const options = ['--enable', 'simd', '-O3', '--noAssert', '--runtime', 'stub', '--importMemory']
  try {
    await writeFile(join(folder, 'kernels.ts'), text)
    const words = [compiler, 'kernels.ts', '--outFile', 'kernels.wasm', ...options]
    execFileSync(process.execPath, words, { cwd: folder, stdio: 'inherit' })
    return await readFile(join(folder, 'kernels.wasm'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const binary = await compiled(await source())
const file = `/** Made by tools/kernels.ts from tools/kernels/: CRCs, MD5 and XXH64 in WebAssembly. */
export const kernels: string =
  '${Buffer.from(binary).toString('base64')}'
`
const committed = await readFile(target, 'utf8').catch(() => '')
if (committed !== file) {
  if (process.argv.includes('--check')) {
    console.error(
      'src/base/kernels/kernels.gen.ts is not what its source gives: run `node tools/kernels.ts`',
    )
    process.exitCode = 1
  } else {
    await writeFile(target, file)
    console.log('wrote src/base/kernels/kernels.gen.ts')
  }
}
