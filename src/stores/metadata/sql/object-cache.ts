/**
 * Current objects that were asked for more than once lately: their rows, and their small bytes. Only for a process whose database
 * nobody else writes. All its writes pass this object first; a write lets go of the object of its key before it goes out, and
 * until it has its outcome nothing of that key is kept. So what is answered from here is what the database would say
 * (docs/decisions/0026-object-cache.md).
 */
import { mebibyte } from '../../../base/limits.ts'
import type { BucketId } from '../records.ts'
import type { FoundObject } from '../store.ts'
import type { Argument, TransactionName, Writer } from './transactions.ts'

/** Of each of the two generations. */
const generationBytesMax = 12 * mebibyte
/** What a row costs beside its texts, roughly. */
const rowBytes = 512
/** A power of two. */
const slots = 8192
/** Who is asked for again within so many reads of the database is kept: about as many as there is room for. */
const againReads = 4096

interface Named {
  readonly bucket: BucketId
  readonly key: string
}

/** The name of an object, and the slot into which it falls with others. */
interface Spot {
  readonly name: string
  readonly hash: number
  readonly slot: number
}

interface Kept {
  readonly found: FoundObject
  readonly weightBytes: number
}

/** Whose object a transaction may change; undefined where nobody's. */
type Changes = {
  readonly [Name in TransactionName]?: (argument: Argument<Name>) => Named | undefined
}

const nobody = (): undefined => undefined
/** A transaction that is not named here is taken to change any object. */
const changes: Changes = {
  putObject: (write) => write,
  deleteObject: (call) => call,
  updateObject: ({ row }) => row,
  completeUpload: ({ object }) => object,
  createBucket: nobody,
  setBucketConfiguration: nobody,
  createUpload: nobody,
  putPart: nobody,
  abortUpload: nobody,
  expireReceipts: nobody,
  finishReclaim: nobody,
  filesRemoved: nobody,
  abandonBytes: nobody,
  takeEpoch: nobody,
}

export class ObjectCache {
  /** Who is asked for moves to the young; when there is no room for more the old ones go, and the young become old. */
  #young = new Map<string, Kept>()
  #old = new Map<string, Kept>()
  #youngBytes = 0
  /** Of the database. */
  #reads = 0
  /** By slot, the hash of the name that was read last, and which read that was. */
  readonly #asked = new Int32Array(slots)
  readonly #askedAt = new Float64Array(slots)
  /** By slot, how many writes are under way. */
  readonly #writing = new Uint32Array(slots)
  /** How many of those that may change any object. */
  #writingAny = 0

  /** The current object of that name, which `read` has from the database, at once. */
  get(named: Named, read: () => FoundObject | undefined): FoundObject | undefined {
    const spot = spotOf(named)
    const kept = this.#young.get(spot.name) ?? this.#again(spot.name)
    if (kept !== undefined) return kept.found
    const found = read()
    if (found !== undefined && this.#isToBeKept(spot)) this.#keep(spot.name, keptOf(found))
    return found
  }

  /** The writer through which all writes pass from now on. */
  watching(writer: Writer): Writer {
    return {
      get failure() {
        return writer.failure
      },
      write: (name, argument) => {
        const changed = changes[name]
        const named = changed?.(argument)
        if (changed !== undefined && named === undefined) return writer.write(name, argument)
        const ended = named === undefined ? this.#changingAny() : this.#changing(spotOf(named))
        const answer = writer.write(name, argument)
        answer.then(ended, ended)
        return answer
      },
      close: () => writer.close(),
    }
  }

  #again(name: string): Kept | undefined {
    const kept = this.#old.get(name)
    if (kept !== undefined) this.#keep(name, kept)
    return kept
  }

  #keep(name: string, kept: Kept): void {
    if (this.#youngBytes + kept.weightBytes > generationBytesMax) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(name, kept)
    this.#youngBytes += kept.weightBytes
  }

  #isToBeKept({ hash, slot }: Spot): boolean {
    const reads = this.#reads++ - (this.#askedAt[slot] ?? 0)
    const isAgain = this.#asked[slot] === hash && reads <= againReads
    this.#asked[slot] = hash
    this.#askedAt[slot] = this.#reads
    return isAgain && this.#writingAny === 0 && this.#writing[slot] === 0
  }

  /** Answers what is to be called at the end. */
  #changing({ name, slot }: Spot): () => void {
    // What it weighed stays counted until the young become old.
    this.#young.delete(name)
    this.#old.delete(name)
    this.#writing[slot] = (this.#writing[slot] ?? 0) + 1
    return () => {
      this.#writing[slot] = (this.#writing[slot] ?? 0) - 1
    }
  }

  #changingAny(): () => void {
    this.#young.clear()
    this.#old.clear()
    this.#youngBytes = 0
    this.#writingAny += 1
    return () => {
      this.#writingAny -= 1
    }
  }
}

function spotOf({ bucket, key }: Named): Spot {
  let hash = bucket
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return { name: `${bucket}/${key}`, hash, slot: (hash ^ (hash >>> 16)) & (slots - 1) }
}

/** Many readers share it: its bytes are a view of a longer buffer, which no reader's `free` takes from the others. */
function keptOf({ row, bytes }: FoundObject): Kept {
  const weightBytes = rowBytes + 2 * JSON.stringify(row).length + (bytes?.length ?? 0)
  if (bytes === undefined) return { found: { row, bytes }, weightBytes }
  const shared = new Uint8Array(bytes.length + 1).subarray(0, bytes.length)
  shared.set(bytes)
  return { found: { row, bytes: shared }, weightBytes }
}
