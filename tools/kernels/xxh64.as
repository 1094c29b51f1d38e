// XXH64 with the seed 0, as the xxHash project specifies it: four sums run side by side over stripes of 32 bytes and are then
// folded into one.

const prime1: u64 = 0x9e3779b185ebca87
const prime2: u64 = 0xc2b2ae3d27d4eb4f
const prime3: u64 = 0x165667b19e3779f9
const prime4: u64 = 0x85ebca77c2b2ae63
const prime5: u64 = 0x27d4eb2f165667c5

export function xxh64(at: usize, length: usize): u64 {
  const end = at + length
  let hash: u64 = prime5
  if (length >= 32) {
    let sum1: u64 = prime1 + prime2
    let sum2: u64 = prime2
    let sum3: u64 = 0
    let sum4: u64 = 0 - prime1
    for (const last = end - 32; at <= last; at += 32) {
      sum1 = round(sum1, load<u64>(at))
      sum2 = round(sum2, load<u64>(at, 8))
      sum3 = round(sum3, load<u64>(at, 16))
      sum4 = round(sum4, load<u64>(at, 24))
    }
    hash = rotl(sum1, 1) + rotl(sum2, 7) + rotl(sum3, 12) + rotl(sum4, 18)
    hash = merged(merged(merged(merged(hash, sum1), sum2), sum3), sum4)
  }
  hash += length
  for (; at + 8 <= end; at += 8) hash = rotl(hash ^ round(0, load<u64>(at)), 27) * prime1 + prime4
  if (at + 4 <= end) {
    hash = rotl(hash ^ (<u64>load<u32>(at) * prime1), 23) * prime2 + prime3
    at += 4
  }
  for (; at < end; at++) hash = rotl(hash ^ (<u64>load<u8>(at) * prime5), 11) * prime1
  hash = (hash ^ (hash >> 33)) * prime2
  hash = (hash ^ (hash >> 29)) * prime3
  return hash ^ (hash >> 32)
}

// @ts-ignore: decorator
@inline
function round(sum: u64, word: u64): u64 {
  return rotl(sum + word * prime2, 31) * prime1
}

// @ts-ignore: decorator
@inline
function merged(hash: u64, sum: u64): u64 {
  return (hash ^ round(0, sum)) * prime1 + prime4
}
