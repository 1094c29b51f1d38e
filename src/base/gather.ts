/** Gathers a stream that is known to be small, such as an XML document. Object bytes are never gathered. */

/** All bytes of `source`, or undefined as soon as there are more than `bytesMax`; the rest is then left unread. */
export async function gather(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of source) {
    sizeBytes += chunk.length
    if (sizeBytes > bytesMax) return undefined
    // A chunk is lent: it may be gone once the next one is asked for.
    chunks.push(new Uint8Array(chunk))
  }
  const [first] = chunks
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
}
