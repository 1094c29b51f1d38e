/** The key ring in a folder and in memory, by the contract of the key seam. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { systemChance } from '../../../src/base/chance.ts'
import { openFolderShelf } from '../../../src/stores/keys/folder-shelf.ts'
import { keyStoresOf } from '../../../src/stores/keys/key-stores.ts'
import { memoryKeys } from '../../../src/stores/keys/memory.ts'
import { KeyRing } from '../../../src/stores/keys/ring.ts'
import { keyStoreContract, type KeyScene } from '../../contracts/key-store.ts'

keyStoreContract('a ring in memory', async () => sceneOf(memoryKeys()), 100)
keyStoreContract('a ring in a folder', openFolder, 100)

function sceneOf({ ring, kms }: ReturnType<typeof memoryKeys>): KeyScene {
  return {
    store: kms,
    create: async (name) => void ring.create(name),
    rotate: async (name) => void ring.rotate(name),
    disable: async (name) => ring.setEnabled(name, false),
    enable: async (name) => ring.setEnabled(name, true),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

async function openFolder(): Promise<KeyScene> {
  const root = await mkdtemp(join(tmpdir(), 'ashlar-keys-'))
  const folder = join(root, 'keys')
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  const open = (): KeyRing => {
    const shelf = openFolderShelf({ folder, clock, chance: systemChance })
    return new KeyRing({ shelf, clock, chance: systemChance })
  }
  const server = open()
  // The operator's own process, which the server only hears of by looking.
  const operator = open()
  const seen = (work: (ring: KeyRing) => unknown): Promise<void> => {
    work(operator)
    clock.time += 1000
    return Promise.resolve()
  }
  return {
    store: keyStoresOf(server).kms,
    reopen: async () => keyStoresOf(open()).kms,
    create: (name) => seen((ring) => ring.create(name)),
    rotate: (name) => seen((ring) => ring.rotate(name)),
    disable: (name) => seen((ring) => ring.setEnabled(name, false)),
    enable: (name) => seen((ring) => ring.setEnabled(name, true)),
    cut: async () => {
      await rm(folder, { recursive: true })
      clock.time += 1000
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  }
}

it('takes no other text of the same wrapped bytes', async () => {
  const { kms } = memoryKeys(['k1'])
  const binding = Buffer.from('b')
  const wrapped = await kms.wrap('k1', Buffer.alloc(16, 1), binding)
  const [, head, last] = /^(.*)(.)=$/.exec(wrapped) ?? []
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  // The bits that one '=' leaves unused.
  const other = alphabet.charAt(alphabet.indexOf(last ?? '') + 1)
  const same = Buffer.from(`${head}${other}=`.slice(7), 'base64')
  assert.deepEqual(same, Buffer.from(wrapped.slice(7), 'base64'))
  await assert.rejects(kms.unwrap('k1', `${head}${other}=`, binding), { name: 'KeyRefused' })
})

it('takes a key and a version that another process made a moment ago, though it looked just before', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ashlar-keys-'))
  const clock = { now: () => 1_800_000_000_000 }
  const open = (): KeyRing => {
    const shelf = openFolderShelf({ folder: join(root, 'keys'), clock, chance: systemChance })
    return new KeyRing({ shelf, clock, chance: systemChance })
  }
  const [one, other] = [open(), open()]
  const [writes, reads] = [keyStoresOf(one).kms, keyStoresOf(other).kms]
  const binding = Buffer.from('b')
  assert.deepEqual(other.keys(), [])
  one.create('k1')
  const first = await writes.wrap('k1', Buffer.alloc(16, 1), binding)
  assert.equal(await reads.resolve('k1'), 'k1')
  assert.deepEqual(await reads.unwrap('k1', first, binding), Buffer.alloc(16, 1))
  one.rotate('k1')
  const second = await writes.wrap('k1', Buffer.alloc(16, 2), binding)
  assert.deepEqual(await reads.unwrap('k1', second, binding), Buffer.alloc(16, 2))
  await rm(root, { recursive: true })
})
