/**
 * Writes the division of a CRC by a sparse multiple of its modulus, in AssemblyScript.
 *
 * A CRC is the remainder of its bytes by a polynomial, and the remainder stays what it was when the bytes are first divided by
 * any multiple of that polynomial. A multiple of few terms, each a whole number of bytes below the highest one, needs neither
 * tables nor shifts: a byte of the quotient is a byte of the message and a few earlier bytes of the quotient, added without carry.
 * Sixteen of them at a time fill a vector. What remains, as many bytes as the multiple is long, goes through the tables.
 *
 * The idea is known as Chorba. The multiples were found by a birthday search; that they are multiples is proven by
 * test/base/kernels.test.ts, bit after bit.
 */

export interface SparseMultiple {
  /** Name of the kernel. */
  readonly name: string
  /** Of the CRC, reversed, without its leading term. */
  readonly modulus: bigint
  readonly bits: 32 | 64
  /** How many bytes the other terms lie below the leading one: at least a vector, so none waits for itself. */
  readonly distances: readonly number[]
}

export const sparseMultiples: readonly SparseMultiple[] = [
  { name: 'crc32', modulus: 0xedb88320n, bits: 32, distances: [1927, 2181, 4018] },
  { name: 'crc32c', modulus: 0x82f63b78n, bits: 32, distances: [1747, 2830, 5321] },
  {
    name: 'crc64nvme',
    modulus: 0x9a6c9329ac4bc9b5n,
    bits: 64,
    distances: [555, 1051, 1670, 1876, 1981, 2057, 2693],
  },
]

const vectorBytes = 16
const stepBytes = 64

/**
 * `<name>(tables, work, state, at, length)`: as `crc` does it. `work` is `workBytes` of memory of which the first `historyBytes` are
 * zero and stay so: what the quotient was before its beginning.
 */
export function sparse({ name, distances }: SparseMultiple): string {
  const longest = Math.max(...distances)
  const rest = Math.ceil(longest / stepBytes) * stepBytes
  return `export function ${name}(tables: usize, work: usize, state: u64, at: usize, length: usize): u64 {
  const quotient = work + historyBytes, remainder = quotient + runBytes
  while (length >= ${2 * rest}) {
    const odd = length & ${stepBytes - 1}
    state = crc(tables, state, at, odd)
    at += odd
    const run = min<usize>(length - odd, runBytes), end = at + run - ${rest}, divided = run - ${rest}
    memory.copy(remainder, at, ${stepBytes})
    store<u64>(remainder, load<u64>(remainder) ^ state)
    divide_${name}(quotient - ${longest}, remainder, quotient, remainder + ${stepBytes})
    divide_${name}(quotient - ${longest - stepBytes}, at + ${stepBytes}, quotient + ${stepBytes}, end)
    memory.fill(quotient + divided, 0, ${rest})
    divide_${name}(quotient + divided - ${longest}, end, remainder, end + ${rest})
    state = crc(tables, 0, remainder, ${rest})
    at = end + ${rest}
    length -= odd + run
  }
  return crc(tables, state, at, length)
}

/** From \`from\` up to \`end\` in whole steps; \`earlier\` is as far before the place in the quotient as the multiple is long. */
function divide_${name}(earlier: usize, from: usize, to: usize, end: usize): void {
  for (; from < end; from += ${stepBytes}, earlier += ${stepBytes}, to += ${stepBytes}) {
    ${steps(distances, longest).join('\n    ')}
  }
}`
}

/** One vector after the other: a later one may need an earlier one. */
function steps(distances: readonly number[], longest: number): readonly string[] {
  return Array.from({ length: stepBytes / vectorBytes }, (_, index) => {
    const at = index * vectorBytes
    const terms = distances.map((distance) => `v128.load(earlier, ${longest - distance + at})`)
    const sum = terms.reduce((text, term) => `v128.xor(${text}, ${term})`, `v128.load(from, ${at})`)
    return `v128.store(to, ${sum}, ${at})`
  })
}
