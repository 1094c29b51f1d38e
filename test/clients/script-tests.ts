/**
 * A library does its everyday work in a script of its own language: the script proves each step and says that it held,
 * and leaves the source folder under `tree/` in the bucket for us to look at.
 */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import {
  bigFile,
  everyday,
  expectStored,
  openWorkplace,
  partsOf,
  wrongSecret,
} from './workplace.ts'
import type { Workplace } from './workplace.ts'

export interface Script {
  /** Its file in this folder. */
  readonly file: string
  readonly bucket: string
  /** The bucket is there before it begins: not every library can make one. */
  readonly made?: boolean
  /** The key of what it must leave in several parts: the big file of the tree, unless told otherwise. */
  readonly inParts?: string
  /** The file of the source folder that the library cannot store. */
  readonly unstored?: string
  /** What it must say, in order. */
  readonly held: readonly string[]
  /** Words before the file and after it. */
  readonly before?: readonly string[]
  readonly after?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Registers the one test of a script, run by `program`. */
export function scriptTests(program: string, script: Script): void {
  let work: Workplace

  before(async () => {
    work = await openWorkplace()
    if (script.made === true) await work.s3.send(new CreateBucketCommand({ Bucket: script.bucket }))
  })
  after(() => work.close())

  it('does its everyday work', async () => {
    const file = fileURLToPath(new URL(script.file, import.meta.url))
    const words = [...(script.before ?? []), file, ...(script.after ?? [])]
    const { server, keys, source } = work
    const printed = await work.run(program, words, {
      ...keys,
      ENDPOINT: server.endpoint,
      PLACE: `${server.host}:${server.port}`,
      BUCKET: script.bucket,
      SOURCE: source,
      WRONG_SECRET: wrongSecret,
      ...script.env,
    })
    assert.deepEqual(printed.trim().split('\n'), script.held)
    const parts = await partsOf(work, script.bucket, script.inParts ?? `tree/${bigFile}`)
    assert.ok(parts > 1, `the upload was made in ${parts} parts`)
    const expected = new Map(everyday)
    expected.delete(script.unstored ?? '')
    await expectStored(work, { bucket: script.bucket, prefix: 'tree/' }, expected)
  })
}
