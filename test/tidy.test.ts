/**
 * The house rules, checked on every file of the repository.
 *
 * Each rule is data with a fault of its own: a small file that it must report. So a rule that has gone blind is found
 * out here, and not by whoever trusted it.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arrows, arrowsForValues, arrowsOutOfSource } from './tidy/arrows.ts'
import { lockfile } from './tidy/lockfile.ts'
import { constantTime } from './tidy/secrets.ts'
import { shapeRules } from './tidy/shape.ts'
import { parseSource, readSource, repositoryFiles } from './tidy/source.ts'
import type { Rule, Source } from './tidy/source.ts'
import { wordRules } from './tidy/words.ts'

const rules: readonly Rule[] = [
  arrows,
  arrowsForValues,
  arrowsOutOfSource,
  ...shapeRules,
  ...wordRules,
  constantTime,
  lockfile,
]

/** Text that we keep; pictures and the like have no lines to read. */
const isText =
  /(\.(ts|js|py|md|json|jsonc|yml|yaml|sh|sql|txt|xml|html|css)|\/(run|install)|LICENSE|\.\w+rc|\.gitignore)$/

const sources: readonly Source[] = repositoryFiles()
  .filter((path) => isText.test(path))
  .map(readSource)

describe('house rules', () => {
  it('reads the repository', () => {
    assert.ok(sources.some((source) => source.path === 'src/base/limits.ts'))
    assert.ok(sources.some((source) => source.path === '.ci/run'))
    assert.ok(sources.some((source) => source.path === 'package-lock.json'))
  })

  for (const rule of rules) {
    it(rule.name, () => {
      const faulty = parseSource(rule.fault.path, rule.fault.text)
      assert.notDeepEqual(rule.check(faulty), [], 'the rule is blind to its own fault')

      const findings = sources.flatMap((source) => rule.check(source))
      assert.deepEqual(
        findings.map((found) => `${found.path}:${found.line} ${found.what}`),
        [],
      )
    })
  }
})
