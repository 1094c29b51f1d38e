/**
 * A process that writes without end and says on its output what was acknowledged: the one that the durability tests
 * kill. Arguments: database file, number of this life, and `tell` to report a failure instead of ending by it.
 */
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import type { MetadataStore } from '../../../src/stores/metadata/store.ts'
import {
  accepted,
  completion,
  inBlob,
  newObject,
  newPart,
  newUpload,
  small,
} from '../../contracts/metadata/scene.ts'

export const scribe = { bucket: 'written', callers: 16 } as const

/** Waits for a reader that has other things to do: a pipe that is full takes no more at once. */
function say(line: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${line}\n`, () => resolve())
  })
}

async function openBucket(store: MetadataStore): Promise<number> {
  const present = await store.getBucket(scribe.bucket)
  if (present !== undefined) return present.id
  const attributes = { region: 'r', configurations: {} }
  return accepted(
    await store.createBucket({ name: scribe.bucket, owner: 'o', created: 1, attributes }),
  ).id
}

async function writeObject(store: MetadataStore, bucket: number, name: string): Promise<void> {
  accepted(await store.putObject(newObject(bucket, name, { locator: small(name) }), {}))
  await say(`object ${name}`)
}

async function writeUpload(store: MetadataStore, bucket: number, name: string): Promise<void> {
  const upload = accepted(await store.createUpload(newUpload(bucket, name, name)))
  const runs = [{ sizeBytes: 10, locator: inBlob(1) }]
  const parts = [
    accepted(await store.putPart(name, newPart(1, { runs }))),
    accepted(await store.putPart(name, newPart(2, { runs }))),
  ]
  accepted(await store.completeUpload(completion(upload, parts)))
  await say(`upload ${name}`)
}

async function writeOn(store: MetadataStore, bucket: number, name: string): Promise<never> {
  for (let count = 0; ; count++) {
    const write = count % 4 === 3 ? writeUpload : writeObject
    await write(store, bucket, `${name}-${count}`)
  }
}

async function main([file = '', life = '', tell]: readonly string[]): Promise<void> {
  const { promise: fatal, resolve } = Promise.withResolvers<Error>()
  const onFatal = (error: Error): void => {
    void say(`fatal ${error.message}`)
    resolve(error)
  }
  const store = await openSqliteMetadata(tell === 'tell' ? { file, onFatal } : { file })
  const bucket = await openBucket(store)
  const writers = Array.from({ length: scribe.callers }, (_, caller) =>
    writeOn(store, bucket, `life-${life}-${caller}`),
  )
  await Promise.allSettled(writers)
  await fatal
  await store.getBucket(scribe.bucket).catch(() => say('read rejected'))
  await store.deleteBucket(bucket).catch(() => say('write rejected'))
  await store[Symbol.asyncDispose]()
}

if (import.meta.main) await main(process.argv.slice(2))
