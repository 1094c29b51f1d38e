/** Re-wrapping after a rotation: every data key ends under the newest version, opens as before, and nothing else changes. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { systemChance } from '../../src/base/chance.ts'
import { RewrapJob, type RewrapParts } from '../../src/jobs/rewrap.ts'
import { silentLog, type Log } from '../../src/observe/log.ts'
import type { AskedEncryption, DataKey } from '../../src/payload/encryption/envelope.ts'
import { createEnvelopes } from '../../src/payload/encryption/envelopes.ts'
import { memoryKeys } from '../../src/stores/keys/memory.ts'
import { KeyStoreUnavailable, type KeyStore } from '../../src/stores/keys/store.ts'
import type { Encryption } from '../../src/stores/metadata/records.ts'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'
import { accepted, newObject, newUpload, plain, withStore } from '../contracts/metadata/scene.ts'
import type { Scene } from '../contracts/metadata/scene.ts'

const serverSide: AskedEncryption = { method: 'SSE-S3' }
const customer: AskedEncryption = { method: 'SSE-C', key: Buffer.alloc(32, 1), keyMd5: 'md5' }

function named(keyId: string, method: 'SSE-KMS' | 'DSSE-KMS' = 'SSE-KMS'): AskedEncryption {
  return { method, keyId, context: { team: 'blue' }, bucketKey: true }
}

interface Yard extends Scene {
  readonly keys: ReturnType<typeof memoryKeys>
  readonly said: Array<Readonly<Record<string, unknown>>>
  readonly put: (key: string, asked: AskedEncryption) => Promise<DataKey>
  /** The envelope of an object as it is now, and the data key in it. */
  readonly open: (key: string) => Promise<DataKey>
  readonly job: (changed?: Partial<RewrapParts>) => RewrapJob
}

async function withYard(run: (yard: Yard) => Promise<void>): Promise<void> {
  await withStore(
    async (clock) => openMemoryMetadata(clock),
    async (scene) => {
      const { store: metadata, bucket } = scene
      const keys = memoryKeys(['k1', 'k2'])
      const envelopes = createEnvelopes({ ...keys, chance: systemChance })
      const said: Yard['said'] = []
      const note = (fields: object): unknown => said.push({ ...fields })
      const log: Log = { ...silentLog, info: note, warn: note, error: note }
      await run({
        ...scene,
        keys,
        said,
        put: async (key, asked) => {
          const dataKey = await envelopes.create(asked, { bucket: bucket.name, key })
          const attributes = { ...plain, encryption: dataKey.encryption }
          accepted(await metadata.putObject(newObject(bucket.id, key, { attributes }), {}))
          return dataKey
        },
        open: async (key) => {
          const encryption = (await metadata.getObject(bucket.id, key))?.row.attributes.encryption
          assert.ok(encryption !== undefined)
          return await envelopes.open(encryption, { bucket: bucket.name, key }, undefined)
        },
        job: (changed) => new RewrapJob({ metadata, keys, envelopes, log, ...changed }),
      })
    },
  )
}

async function drain(job: RewrapJob): Promise<number> {
  for (let step = 0; step < 1000; step++) if (!(await job.step())) return step
  return assert.fail('the job finds no end')
}

function wrapped(encryption: Encryption): string {
  return encryption.wrapped
}

/** The two open what the other sealed. */
function assertSame(one: DataKey, other: DataKey): void {
  const run = one.newRun()
  const bytes = run.sealSmall(Buffer.from('hello'))
  const opened = other.openRun(run.sealed(5)).openSmall(bytes, { offset: 0, lengthBytes: 5 })
  assert.equal(Buffer.from(opened).toString(), 'hello')
}

it('has nothing to do, and looks at nothing, as long as no key was rotated', async () => {
  await withYard(async ({ put, job, store: metadata }) => {
    await put('a', serverSide)
    const listEnvelopes = async (): Promise<never> => assert.fail('looked at rows')
    const replaceEnvelope = metadata.replaceEnvelope.bind(metadata)
    assert.equal(await drain(job({ metadata: { listEnvelopes, replaceEnvelope } })), 0)
  })
})

it('wraps every data key anew, of objects and open uploads, and leaves those of customers alone', async () => {
  await withYard(async (yard) => {
    const { store, bucket, keys, put, open, job } = yard
    const before = {
      a: await put('a', serverSide),
      b: await put('b', named('k1')),
      c: await put('c', named('k1', 'DSSE-KMS')),
      d: await put('d', named('k2')),
    }
    const theirs = await put('e', customer)
    const attributes = { ...plain, encryption: before.b.encryption }
    await store.createUpload({ ...newUpload(bucket.id, 'b', 'u1'), attributes })
    const work = job()
    await drain(work)
    for (const name of ['sse-s3', 'k1']) keys.ring.rotate(name)
    await drain(work)
    for (const key of ['a', 'b', 'c'] as const) {
      const after = await open(key)
      assert.match(wrapped(after.encryption), /^ring:2:/)
      const { wrapped: was } = before[key].encryption
      assert.deepEqual({ ...after.encryption, wrapped: was }, before[key].encryption)
      assertSame(before[key], after)
      assertSame(after, before[key])
    }
    assert.deepEqual((await open('d')).encryption, before.d.encryption)
    const found = await store.getObject(bucket.id, 'e')
    assert.deepEqual(found?.row.attributes.encryption, theirs.encryption)
    const upload = await store.getUpload('u1')
    assert.match(upload?.attributes.encryption?.wrapped ?? '', /^ring:2:/)
    assert.deepEqual(yard.said.at(-1), { job: 'rewrap', renewed: 4, left: 0, damaged: 0 })
    // What nothing uses any more can go.
    keys.ring.forget('k1', 1)
    keys.ring.forget('sse-s3', 1)
    for (const key of ['a', 'b', 'c'] as const) assertSame(before[key], await open(key))
  })
})

it('sweeps once for each rotation, and again after a rotation that came in the middle', async () => {
  await withYard(async ({ keys, put, open, job, said }) => {
    for (let count = 0; count < 600; count++) await put(`k${count}`, named('k1'))
    const work = job()
    keys.ring.rotate('k1')
    assert.equal(await work.step(), true)
    assert.match(wrapped((await open('k0')).encryption), /^ring:2:/)
    keys.ring.rotate('k1')
    await drain(work)
    for (const key of ['k0', 'k300', 'k599']) {
      assert.match(wrapped((await open(key)).encryption), /^ring:3:/, key)
    }
    assert.equal(await drain(work), 0)
    assert.equal(said.filter((fields) => 'renewed' in fields).length, 2)
  })
})

it('goes on where a key store that could not be reached had stopped it', async () => {
  await withYard(async ({ keys, put, open, job, said }) => {
    for (let count = 0; count < 300; count++) await put(`k${count}`, named('k1'))
    let left = 280
    const kms: KeyStore = {
      resolve: (name) => keys.kms.resolve(name),
      wrap: (...words) => keys.kms.wrap(...words),
      unwrap: (...words) => keys.kms.unwrap(...words),
      rotations: () => keys.kms.rotations(),
      isCurrent: async (...words) => {
        if (--left < 0) throw new KeyStoreUnavailable('planted')
        return await keys.kms.isCurrent(...words)
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
    keys.ring.rotate('k1')
    const work = job({ keys: { ...keys, kms } })
    await assert.rejects(drain(work), { message: 'planted' })
    left = 1000
    await drain(work)
    assert.match(wrapped((await open('k299')).encryption), /^ring:2:/)
    const done = said.at(-1)
    assert.deepEqual([done?.['renewed'], said.length], [300, 2])
  })
})

it('another life of the job finds what the last one left', async () => {
  await withYard(async ({ keys, put, open, job }) => {
    await put('a', serverSide)
    keys.ring.rotate('sse-s3')
    await drain(job())
    const once = (await open('a')).encryption
    await drain(job())
    assert.deepEqual((await open('a')).encryption, once)
  })
})

it('counts what it cannot wrap anew, says so, and does the rest', async () => {
  await withYard(async ({ keys, store, bucket, put, open, job, said }) => {
    await put('a', named('k1'))
    const moved = await put('b', named('k2'))
    await put('c', named('k2'))
    const attributes = { ...plain, encryption: moved.encryption }
    await store.putObject(newObject(bucket.id, 'elsewhere', { attributes }), {})
    keys.ring.create('k3')
    await put('d', named('k3'))
    for (const name of ['k1', 'k2', 'k3']) keys.ring.rotate(name)
    keys.ring.setEnabled('k1', false)
    keys.ring.forget('k3', 1)
    await drain(job())
    assert.deepEqual(said.at(-1), { job: 'rewrap', renewed: 2, left: 2, damaged: 1 })
    const [error] = said.filter((fields) => 'err' in fields)
    assert.deepEqual([error?.['bucket'], error?.['key']], ['first', 'elsewhere'])
    assert.match(wrapped((await open('c')).encryption), /^ring:2:/)
  })
})

it('what is written while it works stands', async () => {
  await withYard(async ({ keys, store, bucket, put, open, job }) => {
    await put('a', serverSide)
    keys.ring.rotate('sse-s3')
    const listEnvelopes = store.listEnvelopes.bind(store)
    const replaceEnvelope: typeof store.replaceEnvelope = async (...words) => {
      const row = (await store.getObject(bucket.id, 'a'))?.row
      assert.ok(row !== undefined)
      await store.updateObject(row, { ...row.attributes, tags: [['t', 'v']] })
      return await store.replaceEnvelope(...words)
    }
    await drain(job({ metadata: { listEnvelopes, replaceEnvelope } }))
    const row = (await store.getObject(bucket.id, 'a'))?.row
    assert.deepEqual(row?.attributes.tags, [['t', 'v']])
    assert.match(wrapped((await open('a')).encryption), /^ring:2:/)
  })
})
