/** Where a request points: path style and virtual-host style, told apart by the Host header alone. */

export interface Address {
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly query: Query
  /** Path of the target as received, before the '?', percent-encoded. */
  readonly rawPath: string
  /** What follows the first '?', as received; '' without one. */
  readonly rawQuery: string
  /** The bucket came from the Host header. */
  readonly virtualHost: boolean
}

/** Query parameters, percent-decoded once ('+' is a plus), in order of arrival; `?x` equals `?x=`. */
export interface Query {
  has(name: string): boolean
  /** The first value. */
  get(name: string): string | undefined
  entries(): Iterable<readonly [name: string, value: string]>
}
