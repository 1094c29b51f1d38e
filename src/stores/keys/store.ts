/**
 * The key seam: named keys that wrap other keys and never leave their store.
 *
 * Contract (test/contracts/key-store.ts runs it on every implementation):
 * - What `wrap` answers can be unwrapped by the same key with the same binding, by this process and by every later one,
 *   also after the key was rotated. With another binding, or changed by a bit, `unwrap` rejects with KeyRefused.
 * - `wrap` uses the newest version of the key. Nothing is wrapped that could not be unwrapped after a crash: a key or a
 *   version is durable before it is used.
 * - A disabled key neither wraps nor unwraps (KeyDisabled); an unknown one is KeyMissing; a store that cannot be reached
 *   rejects with KeyStoreUnavailable, which says nothing about the key.
 */

export interface KeyStore extends AsyncDisposable {
  /**
   * The id of the key that a request means, as answers tell it: a name, an id, or an ARN that ends in one; without any,
   * the store's default key, made on first use. Rejects with KeyMissing, KeyDisabled, KeyStoreUnavailable.
   */
  resolve(name: string | undefined): Promise<string>
  /** `dataKey` under the newest version of the key, bound to `binding`. */
  wrap(keyId: string, dataKey: Uint8Array, binding: Uint8Array): Promise<string>
  unwrap(keyId: string, wrapped: string, binding: Uint8Array): Promise<Uint8Array>
  /** False when the key was rotated since: wrapping again would use a newer version. */
  isCurrent(keyId: string, wrapped: string): Promise<boolean>
  /** Another text whenever a key gets a newer version, as far as this process knows the keys; '' where surely none ever got one. */
  rotations(): Promise<string>
}

export class KeyMissing extends Error {
  override readonly name = 'KeyMissing'
}
export class KeyDisabled extends Error {
  override readonly name = 'KeyDisabled'
}
/** The wrapped bytes are not what this key once wrapped with this binding. */
export class KeyRefused extends Error {
  override readonly name = 'KeyRefused'
}
export class KeyStoreUnavailable extends Error {
  override readonly name = 'KeyStoreUnavailable'
}
