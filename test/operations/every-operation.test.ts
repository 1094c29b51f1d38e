/** Every operation of the table over HTTP: what reads never answers 501 but by name, and what is not offered always does. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { operations as table, type OperationName } from '../../src/model/operations.gen.ts'
import type { Operation } from '../../src/model/schema.ts'
import { operations } from '../../src/operations/index.ts'
import type { Answer } from '../harness/raw.ts'
import type { RequestPlan } from '../harness/sign.ts'
import { bucket, Rows } from './rows.ts'

/** Reads and deletions that are not offered at all, and why. */
const refusedReads: Readonly<Record<string, string>> = {
  CreateSession: 'directory buckets are not offered',
  GetObjectTorrent: 'AWS itself has ended BitTorrent',
}

/** Where nothing is set, AWS says so with these. */
const unsetCodes: ReadonlyArray<readonly [code: string, status: number, names: RegExp]> = [
  ['NoSuchConfiguration', 404, /^(Get|Delete)Bucket(Analytics|IntelligentT|Inventory|Metrics)/],
  ['MetadataConfigurationNotFound', 404, /^(Get|Delete)BucketMetadata/],
  ['NoSuchAnnotation', 404, /^GetObjectAnnotation$/],
]

const rows = Object.values(table) as ReadonlyArray<Operation<OperationName>>
const reads = rows.filter(
  ({ method, name }) => method !== 'PUT' && method !== 'POST' && name !== 'DeleteBucket',
)
const refused = rows.filter(({ name }) => operations[name].run === undefined)

let scene: Rows
before(async () => {
  scene = await Rows.start()
  const put = { method: 'PUT', path: `/${bucket}/kept`, body: 'x' }
  assert.equal((await scene.send(put)).status, 200)
})
after(() => scene.stop())

/** The least that the table asks for. */
function planOf(row: Operation): RequestPlan {
  const path = { service: '/', bucket: `/${bucket}`, object: `/${bucket}/kept` }[row.level]
  const required = row.input.filter((member) => member.required)
  const asked = required.filter(({ in: place }) => place === 'query')
  const headers = required.filter(({ in: place }) => place === 'header')
  return {
    method: row.method,
    path,
    query: {
      ...row.query,
      ...Object.fromEntries(asked.map(({ at, type }) => [at, valueOf(type)])),
    },
    headers: Object.fromEntries(headers.map(({ at }) => [at.toLowerCase(), 'ETag'])),
  }
}

function valueOf(type: unknown): string {
  return type === 'integer' ? '1' : 'some'
}

for (const row of reads) {
  test(`${row.name} is read: ${refusedReads[row.name] ?? 'an answer of S3'}`, async () => {
    // A deletion takes an object of its own, for others read the one that is kept.
    const plan =
      row.name === 'DeleteObject' ? { ...planOf(row), path: `/${bucket}/other` } : planOf(row)
    const answer = await scene.send(plan)
    const [code, status] = unsetCodes.find(([, , names]) => names.test(row.name)) ?? []
    if (row.name in refusedReads) isNotImplemented(answer)
    else if (code !== undefined) assert.deepEqual([answer.code, answer.status], [code, status])
    else assert.ok(answer.status < 500, `${answer.status} ${answer.text}`)
  })
}

for (const row of refused) {
  test(`${row.name} is refused by name`, async () => {
    isNotImplemented(await scene.send(planOf(row)))
  })
}

test('a read that is refused says why on the coverage page', () => {
  const found = reads.filter(({ name }) => refused.some((row) => row.name === name))
  const reasons = found.map(({ name }) => [
    name,
    (operations[name] as { because?: string }).because,
  ])
  assert.deepEqual(Object.fromEntries(reasons), refusedReads)
})

function isNotImplemented(answer: Answer): void {
  assert.deepEqual([answer.status, answer.code], [501, 'NotImplemented'], answer.text)
}
