/**
 * Writes the S3 table and its types from the schemas that the dev dependency `@aws-sdk/client-s3` exports, corrected by
 * src/model/overlay.ts. `node tools/model.ts` writes, `--check` compares and ends with 1 when the committed files differ.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { readModel } from './model/read.ts'
import { printTable } from './model/table.ts'
import { printTypes } from './model/types.ts'

const folder = new URL('../src/model/', import.meta.url)

async function stale(name: string, text: string): Promise<boolean> {
  const committed = await readFile(new URL(name, folder), 'utf8').catch(() => '')
  return committed !== text
}

const model = readModel()
const files: ReadonlyArray<readonly [name: string, text: string]> = [
  ['operations.gen.ts', printTable(model)],
  ['types.gen.ts', printTypes(model)],
]
const check = process.argv.includes('--check')
for (const [name, text] of files) {
  if (!(await stale(name, text))) continue
  if (check) {
    console.error(
      `src/model/${name} differs from the model of @aws-sdk/client-s3: run \`npm run model\``,
    )
    process.exitCode = 1
  } else {
    await writeFile(new URL(name, folder), text)
    console.log(`wrote src/model/${name}`)
  }
}
