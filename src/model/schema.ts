/**
 * What one row of the S3 table is made of. The rows themselves are generated (operations.gen.ts); routing, decoding, encoding
 * and the coverage page read them. Names of members are S3's, `at` is where the wire puts them.
 */

/** What an operation addresses: all buckets, one bucket, one object. */
export type Level = 'service' | 'bucket' | 'object'

export type Simple =
  | 'string'
  | 'integer'
  | 'boolean'
  /** RFC 7231: `Sat, 21 Nov 2026 10:00:00 GMT`. */
  | 'http-date'
  /** ISO 8601, always with milliseconds when written. */
  | 'date-time'
  | 'bytes'
  /** Object bytes on their way; never gathered. */
  | 'stream'
  /** Strings by name: user metadata. */
  | 'map'

export type Type = Simple | StructureType | ListType

export interface StructureType {
  /** Key of `structures`. */
  readonly structure: string
}

export interface ListType {
  readonly list: Type
  /** Name of the element of one item; absent when the list is flat: the member's own element repeats. */
  readonly item?: string
}

/**
 * - `label`: from the address (Bucket, Key);
 * - `query`, `header`: one value under the name `at`;
 * - `headers`: every header that begins with `at`;
 * - `payload`: the whole body, an XML document with root `at` when the type is a structure;
 * - `element`, `attribute`, `text`: inside the XML document of the structure that holds the member.
 */
export type Place =
  | 'label'
  | 'query'
  | 'header'
  | 'headers'
  | 'payload'
  | 'element'
  | 'attribute'
  | 'text'

export interface Member {
  readonly name: string
  readonly type: Type
  readonly in: Place
  readonly at: string
  readonly required?: boolean
  /** Prefix and URI of an XML namespace that the element declares. */
  readonly namespace?: readonly [prefix: string, uri: string]
}

export interface Structure {
  readonly members: readonly Member[]
  /** Exactly one member is set. */
  readonly union?: boolean
}

export interface Operation<Name extends string = string> {
  readonly name: Name
  readonly method: string
  readonly level: Level
  /** Literal query parameters that the URI has; '' where no value is asked for. */
  readonly query: Readonly<Record<string, string>>
  /** Of a success; 206 and 304 are the encoder's. */
  readonly status: number
  /** Element that holds the `element` members of the request. */
  readonly inputRoot?: string
  /** Element that holds the `element` members of the answer. */
  readonly root?: string
  readonly input: readonly Member[]
  readonly output: readonly Member[]
}
