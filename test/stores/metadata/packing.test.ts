/** Calls are the same behind the crossing to the writer thread as before it, in the order in which they were made. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import type { Call } from '../../../src/stores/metadata/sql/group.ts'
import { prepareObject } from '../../../src/stores/metadata/sql/objects.ts'
import { pack, transferOf, unpack } from '../../../src/stores/metadata/sql/packing.ts'
import { inBlob, newObject } from '../../contracts/metadata/scene.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
const condition = fc.constantFrom({}, {}, { ifNoneMatch: ['*'] }, { ifMatch: ['e'] })
const locator = fc.oneof(
  { weight: 3, arbitrary: bytes.map((bytes) => ({ kind: 'bytes', bytes }) as const) },
  fc.constant(inBlob(7)),
)

const call = fc.oneof(
  fc
    .record({ key: fc.string({ minLength: 1, unit: 'grapheme' }), locator, condition })
    .map(({ key, locator, condition }) => ({
      name: 'putObject' as const,
      argument: prepareObject(newObject(2 ** 40, key, { locator }), condition, 1_700_000_000_001),
    })),
  fc.constant({ name: 'abortUpload' as const, argument: { uploadId: 'u', now: 3 } }),
)

const calls = fc.array(call, { maxLength: 12 }).map((all): Call[] => all.map(numbered))

function numbered(one: Omit<Call, 'id'>, id: number): Call {
  return { ...one, id }
}

/** Typed arrays as plain ones, whatever buffer they lie in. */
function plain(call: Call): unknown {
  return JSON.parse(
    JSON.stringify(call, (_, value: unknown) =>
      value instanceof Uint8Array ? Array.from(value) : value,
    ),
  )
}

it('gives back what it was given', () => {
  fc.assert(
    fc.property(calls, (made) => {
      const expected = made.map(plain)
      const packed = pack(made)
      const crossed = structuredClone(packed, { transfer: transferOf(packed) })
      assert.deepEqual(unpack(crossed).map(plain), expected)
    }),
  )
})

it('sends small objects in columns, and gives their bytes away', () => {
  const small = prepareObject(newObject(1, 'k'), {}, 3)
  const packed = pack([{ id: 5, name: 'putObject', argument: small }])
  assert.equal(packed.calls.length, 0)
  assert.deepEqual(packed.puts?.keys, ['k'])
  structuredClone(packed, { transfer: transferOf(packed) })
  assert.equal(packed.puts.bytes.length, 0)
  // What the caller holds is still there.
  assert.ok(small.record.length > 0)
})
