/**
 * The calls of one turn on their way to the writer thread. Small objects are what comes in masses, and a structured clone
 * pays for each member of each of them: they go as columns, all their numbers in one array and all their bytes in one buffer,
 * which is given away instead of copied again. Every other call, and a put with a condition, goes as it is.
 */
import type { Call } from './group.ts'
import type { ObjectWrite } from './objects.ts'

/** Small objects in columns, in the order of their ids. */
export interface PackedPuts {
  /** Of each put in turn: its id, bucket, moment of modification, now, CRC and length of the bytes, length of the record. */
  readonly numbers: Float64Array<ArrayBuffer>
  readonly keys: readonly string[]
  /** Of each put in turn: bytes, then record. Alone in its buffer. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface PackedCalls {
  readonly calls: readonly Call[]
  readonly puts: PackedPuts | undefined
}

const numbersOfPut = 7
const unconditional = Object.freeze({})

export function pack(calls: readonly Call[]): PackedCalls {
  const small: SmallPut[] = []
  const others: Call[] = []
  for (const call of calls) {
    const put = smallPut(call)
    if (put === undefined) others.push(call)
    else small.push(put)
  }
  return { calls: others, puts: small.length === 0 ? undefined : packPuts(small) }
}

interface SmallPut {
  readonly id: number
  readonly write: ObjectWrite
  readonly small: Exclude<ObjectWrite['placement'], Uint8Array>
}

function smallPut({ id, name, argument }: Call): SmallPut | undefined {
  if (name !== 'putObject') return undefined
  const write = argument as ObjectWrite
  const { placement: small, condition } = write
  const isPlain = condition.ifMatch === undefined && condition.ifNoneMatch === undefined
  return small instanceof Uint8Array || !isPlain ? undefined : { id, write, small }
}

function packPuts(puts: readonly SmallPut[]): PackedPuts {
  let sizeBytes = 0
  for (const { write, small } of puts) sizeBytes += small.bytes.length + write.record.length
  const numbers = new Float64Array(puts.length * numbersOfPut)
  const bytes = new Uint8Array(sizeBytes)
  const keys: string[] = []
  let at = 0
  for (const [index, { id, write, small }] of puts.entries()) {
    const { bucket, key, modified, now, record } = write
    const { length } = small.bytes
    numbers.set([id, bucket, modified, now, small.crc, length, record.length], index * numbersOfPut)
    keys.push(key)
    bytes.set(small.bytes, at)
    bytes.set(record, at + length)
    at += length + record.length
  }
  return { numbers, keys, bytes }
}

/** The calls in the order in which they were made. What the puts bring are views of the one buffer. */
export function unpack({ calls, puts }: PackedCalls): readonly Call[] {
  if (puts === undefined) return calls
  const small = unpackPuts(puts)
  return calls.length === 0
    ? small
    : [...calls, ...small].toSorted((one, other) => one.id - other.id)
}

function unpackPuts({ numbers, keys, bytes }: PackedPuts): readonly Call[] {
  let at = 0
  return keys.map((key, index) => {
    const [id = 0, bucket = 0, modified = 0, now = 0, crc = 0, length = 0, recordLength = 0] =
      numbers.subarray(index * numbersOfPut, (index + 1) * numbersOfPut)
    const small = bytes.subarray(at, at + length)
    const record = bytes.subarray(at + length, at + length + recordLength)
    at += length + recordLength
    const placement = { bytes: small, crc }
    const condition = unconditional
    const write: ObjectWrite = { bucket, key, modified, placement, record, condition, now }
    return { id, name: 'putObject', argument: write }
  })
}

/** What is given away with a message. */
export function transferOf({ puts }: PackedCalls): ArrayBuffer[] {
  return puts === undefined ? [] : [puts.bytes.buffer, puts.numbers.buffer]
}
