/**
 * What tells the documented ways of speaking S3 apart, as data. One of them is chosen for a server; requests and answers are
 * translated where they enter and leave (server/dialect.ts), so that what lies between speaks one language.
 */

export type DialectName = 'aws' | 'ibm' | 'yandex'

export interface Dialect {
  readonly name: DialectName
  /** What a request may call a storage class, and the class that is kept and answered. */
  readonly storageClasses: ReadonlyMap<string, string>
  /** How long a presigned URL may be good: seconds. */
  readonly presignedSecondsMax: number
  /** A part that is too small, and cannot be the last since a later one is there, is refused at UploadPart already. */
  readonly refusesSmallParts: boolean
  /** Answers to writes name the object's storage class where it is not STANDARD. */
  readonly writesNameClass: boolean
  /** Classes that follow the location in a LocationConstraint, e.g. `cold` in `us-cold`. */
  readonly locationClasses: readonly string[]
  /** `GET /?extended` lists buckets with their LocationConstraint. */
  readonly extendedList: boolean
  /** Request headers that are documented as ignored. */
  readonly ignoredHeaders: ReadonlySet<string>
  /** Request headers of services that are not offered: their presence is NotImplemented. */
  readonly refusedHeaders: readonly string[]
  /** Methods of services that are not offered: NotImplemented, where others say MethodNotAllowed. */
  readonly refusedMethods: readonly string[]
  /** Headers that are documented as never answered, in lower case. */
  readonly withheldHeaders: ReadonlySet<string>
  /** A further header that carries the request's id. */
  readonly requestIdHeader: string | undefined
  /** Names of user metadata are answered with a capital behind each hyphen. */
  readonly capitalMetadata: boolean
  /** Error codes that have another name. */
  readonly errorCodes: Readonly<Record<string, 'KeyTooLong'>>
  /** The element of an error document that repeats the HTTP status. */
  readonly statusElement: string | undefined
}
