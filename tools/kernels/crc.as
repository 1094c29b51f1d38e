// Reflected CRCs of up to 64 bits by 16 tables of 256 entries each: the bytes of 16 at a time are looked up side by side.
// A CRC of 32 bits is the same with a modulus whose upper half is zero.

const tableBytes: usize = 2048

/** Of the memory in which a division works: zeros before the quotient, and bytes that are divided at once. */
const historyBytes: usize = 8192
const runBytes: usize = 65536

export function crcTables(tables: usize, modulus: u64): void {
  for (let index: usize = 0; index < 256; index++) {
    let crc: u64 = index
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ modulus : crc >> 1
    store<u64>(tables + index * 8, crc)
  }
  const last = tables + 16 * tableBytes
  for (let at = tables + tableBytes; at < last; at += 8) {
    const crc = load<u64>(at - tableBytes)
    store<u64>(at, entry(tables, crc) ^ (crc >> 8))
  }
}

/** The state after `length` bytes at `at`. The bits that a CRC turns round at its beginning and end are its caller's matter. */
function crc(tables: usize, state: u64, at: usize, length: usize): u64 {
  const end = at + length
  const wide = at + (length & ~15)
  for (; at < wide; at += 16) {
    state = eight(tables + 8 * tableBytes, state ^ load<u64>(at)) ^ eight(tables, load<u64>(at, 8))
  }
  for (; at < end; at++) state = entry(tables, state ^ load<u8>(at)) ^ (state >> 8)
  return state
}

// @ts-ignore: decorator
@inline
function entry(table: usize, byte: u64): u64 {
  return load<u64>(table + ((<usize>byte & 255) << 3))
}

// @ts-ignore: decorator
@inline
function eight(tables: usize, bytes: u64): u64 {
  return (
    entry(tables + 7 * tableBytes, bytes) ^
    entry(tables + 6 * tableBytes, bytes >> 8) ^
    entry(tables + 5 * tableBytes, bytes >> 16) ^
    entry(tables + 4 * tableBytes, bytes >> 24) ^
    entry(tables + 3 * tableBytes, bytes >> 32) ^
    entry(tables + 2 * tableBytes, bytes >> 40) ^
    entry(tables + tableBytes, bytes >> 48) ^
    entry(tables, bytes >> 56)
  )
}

/** The product of two polynomials, held as remainders are: the highest bit is x^0. */
export function times(a: u64, b: u64, modulus: u64): u64 {
  let product: u64 = 0
  for (; a; a <<= 1) {
    product ^= b & (0 - (a >> 63))
    b = (b >> 1) ^ (modulus & (0 - (b & 1)))
  }
  return product
}
