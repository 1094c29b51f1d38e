/**
 * Memory given back by hand. Bytes outside of V8's heap count against a limit of V8's own, and to find those that nobody
 * needs any more it collects its whole heap, several times a second where bodies pass.
 */

/** Frees `bytes` now, where they are alone in their buffer. Nobody may use them any more: their length is 0 from here on. */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0)
}
