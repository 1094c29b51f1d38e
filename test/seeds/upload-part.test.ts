/** What each of the documents says of uploading a part, sentence by sentence, against a server of its dialect. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { Rows } from '../operations/rows.ts'
import { seeds, type SeedName } from './documents.ts'
import { sentences } from './sentences.ts'

for (const [name, { title, dialect }] of Object.entries(seeds)) {
  describe(title, () => {
    let rows: Rows
    before(async () => {
      rows = await Rows.start({ args: ['--dialect', dialect] })
    })
    after(() => rows.stop())

    for (const { says, seed, section, holds } of sentences) {
      if (!seed.includes(name as SeedName)) continue
      it(`${section}: ${says}`, async () => {
        if (typeof holds === 'string') assert.ok(existsSync(holds), `${holds} proves it`)
        else await holds(rows, `${name}-${section.replaceAll(/\W/g, '-')}`)
      })
    }
  })
}
