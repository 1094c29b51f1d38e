/** The contract of the key seam: every sentence of src/stores/keys/store.ts, for any store of keys. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { KeyStore } from '../../src/stores/keys/store.ts'

export interface KeyScene extends AsyncDisposable {
  readonly store: KeyStore
  /** The store as a later process finds it; undefined where keys end with the process. */
  readonly reopen?: () => Promise<KeyStore>
  /** As an operator does it, in another process; seen by `store` when it resolves. */
  readonly create: (name: string) => Promise<void>
  readonly rotate: (name: string) => Promise<void>
  /** Undefined where the store knows no such state. */
  readonly disable?: (name: string) => Promise<void>
  readonly enable?: (name: string) => Promise<void>
  /** The store cannot be reached from now on. */
  readonly cut?: () => Promise<void>
}

const binding = Buffer.from('format 1 \0 bucket')
const dataKey = randomBytes(32)

/** `runs` is how often each property is tried. */
export function keyStoreContract(name: string, open: () => Promise<KeyScene>, runs: number): void {
  const withScene = async (run: (scene: KeyScene) => Promise<void>): Promise<void> => {
    await using scene = await open()
    await scene.create('k1')
    await run(scene)
  }

  describe(`key store contract: ${name}`, () => {
    it('opens what it wrapped, with the same binding only', async () => {
      await withScene(async ({ store }) => {
        const any = { minLength: 1, maxLength: 64 }
        const key = fc.uint8Array({ minLength: 16, maxLength: 64 })
        const run = async (plain: Uint8Array, bound: Uint8Array, other: Uint8Array) => {
          const wrapped = await store.wrap('k1', plain, bound)
          assert.deepEqual(bytesOf(await store.unwrap('k1', wrapped, bound)), bytesOf(plain))
          if (Buffer.compare(bound, other) === 0) return
          await assert.rejects(store.unwrap('k1', wrapped, other), { name: 'KeyRefused' })
        }
        const words = fc.uint8Array(any)
        await fc.assert(fc.asyncProperty(key, words, words, run), { numRuns: runs })
      })
    })

    it('never wraps twice into the same text, nor shows the key in it', async () => {
      await withScene(async ({ store }) => {
        const texts = new Set<string>()
        for (let turn = 0; turn < 20; turn++) texts.add(await store.wrap('k1', dataKey, binding))
        assert.equal(texts.size, 20)
        const shown = [...texts].filter((text) =>
          Buffer.from(text.replace(/^.*:/, ''), 'base64').includes(dataKey),
        )
        assert.deepEqual(shown, [])
      })
    })

    it('refuses what was changed by a bit, shortened, or made up', async () => {
      await withScene(async ({ store }) => {
        const wrapped = await store.wrap('k1', dataKey, binding)
        const [, head = '', text = ''] = /^(.*:)(.*)$/.exec(wrapped) ?? []
        const sealed = Buffer.from(text, 'base64')
        const refused = async (changed: Uint8Array): Promise<void> => {
          const again = head + Buffer.from(changed).toString('base64')
          await assert.rejects(store.unwrap('k1', again, binding), { name: 'KeyRefused' })
        }
        const bit = fc.nat(sealed.length * 8 - 1)
        const flip = fc.asyncProperty(bit, async (at) => {
          const changed = Buffer.from(sealed)
          changed.writeUInt8(changed.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3)
          await refused(changed)
        })
        await fc.assert(flip, { numRuns: runs })
        await refused(sealed.subarray(0, -1))
        await refused(sealed.subarray(0, 12))
        for (const made of ['', 'nonsense', head, `other:1:${text}`, `${head}%${text}`]) {
          await assert.rejects(store.unwrap('k1', made, binding), { name: 'KeyRefused' }, made)
        }
      })
    })

    it('a key opens nothing that another key wrapped', async () => {
      await withScene(async ({ store, create }) => {
        await create('k2')
        const wrapped = await store.wrap('k1', dataKey, binding)
        await assert.rejects(store.unwrap('k2', wrapped, binding), { name: 'KeyRefused' })
      })
    })

    it('wraps under the newest version and opens what every version wrapped', async () => {
      await withScene(async ({ store, rotate }) => {
        const first = await store.wrap('k1', dataKey, binding)
        assert.equal(await store.isCurrent('k1', first), true)
        const never = await store.rotations()
        await rotate('k1')
        assert.equal(await store.isCurrent('k1', first), false)
        const once = await store.rotations()
        const second = await store.wrap('k1', dataKey, binding)
        assert.equal(await store.isCurrent('k1', second), true)
        await rotate('k1')
        assert.equal(new Set([never, once, await store.rotations()]).size, 3)
        assert.equal(await store.isCurrent('k1', second), false)
        const third = await store.wrap('k1', dataKey, binding)
        for (const wrapped of [first, second, third]) {
          assert.deepEqual(bytesOf(await store.unwrap('k1', wrapped, binding)), dataKey)
        }
        const retold = third.replace(/:v?3:/, (text) => text.replace('3', '2'))
        assert.notEqual(retold, third)
        await assert.rejects(store.unwrap('k1', retold, binding), { name: 'KeyRefused' })
      })
    })

    it('later processes open what earlier ones wrapped', async (test) => {
      await withScene(async ({ store, rotate, reopen }) => {
        if (reopen === undefined) return test.skip('keys end with the process')
        const id = await store.resolve(undefined)
        const texts: Array<readonly [string, string]> = [
          ['k1', await store.wrap('k1', dataKey, binding)],
        ]
        await rotate('k1')
        texts.push(['k1', await store.wrap('k1', dataKey, binding)])
        texts.push([id, await store.wrap(id, dataKey, binding)])
        await using later = await reopen()
        assert.equal(await later.resolve(undefined), id)
        for (const [key, wrapped] of texts) {
          assert.deepEqual(bytesOf(await later.unwrap(key, wrapped, binding)), dataKey)
        }
      })
    })

    it('finds a key by its name, an alias, an id or an ARN, and tells its name', async () => {
      await withScene(async ({ store }) => {
        const arn = 'arn:aws:kms:us-east-1:123456789012:'
        for (const asked of ['k1', 'key/k1', 'alias/k1', `${arn}key/k1`, `${arn}alias/k1`]) {
          assert.equal(await store.resolve(asked), 'k1', asked)
        }
        const own = await store.resolve(undefined)
        assert.equal(await store.resolve(undefined), own)
        assert.equal(await store.resolve('alias/aws/s3'), own)
        assert.equal(await store.resolve(own), own)
      })
    })

    it('an unknown key is KeyMissing, whatever its name looks like', async () => {
      await withScene(async ({ store }) => {
        const wrapped = await store.wrap('k1', dataKey, binding)
        for (const asked of ['k3', '', 'K1', '../k1', 'k1/', 'k1.1', '%6b1', 'é', 'k1?x', '.']) {
          await assert.rejects(store.resolve(asked), { name: 'KeyMissing' }, asked)
          await assert.rejects(store.unwrap(asked, wrapped, binding), { name: 'KeyMissing' }, asked)
        }
      })
    })

    it('a disabled key does nothing until it is enabled again', async (test) => {
      await withScene(async ({ store, disable, enable }) => {
        if (disable === undefined || enable === undefined) return test.skip('no such state')
        const wrapped = await store.wrap('k1', dataKey, binding)
        await disable('k1')
        const disabled = { name: 'KeyDisabled' }
        await assert.rejects(store.resolve('k1'), disabled)
        await assert.rejects(store.wrap('k1', dataKey, binding), disabled)
        await assert.rejects(store.unwrap('k1', wrapped, binding), disabled)
        await enable('k1')
        assert.equal(await store.resolve('k1'), 'k1')
        assert.deepEqual(bytesOf(await store.unwrap('k1', wrapped, binding)), dataKey)
      })
    })

    it('a store that cannot be reached says nothing about the key', async (test) => {
      await withScene(async ({ store, cut }) => {
        if (cut === undefined) return test.skip('it cannot be cut off')
        const wrapped = await store.wrap('k1', dataKey, binding)
        await cut()
        const unavailable = { name: 'KeyStoreUnavailable' }
        await assert.rejects(store.resolve('k1'), unavailable)
        await assert.rejects(store.wrap('k1', dataKey, binding), unavailable)
        await assert.rejects(store.unwrap('k1', wrapped, binding), unavailable)
      })
    })
  })
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes)
}
