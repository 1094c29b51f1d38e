/** Errors for the client: thrown once, by S3's own name, and rendered once, by wire/error.ts. */
import { catalogue } from './error-catalogue.ts'

type Catalogue = typeof catalogue

export type ErrorCode = { [Status in keyof Catalogue]: keyof Catalogue[Status] }[keyof Catalogue]

/** Elements that follow Code and Message, in this order and under these names. */
type ErrorDetail = Readonly<Record<string, string | number>>

const noDetail: ErrorDetail = Object.freeze({})

interface Entry {
  readonly status: number
  readonly message: string
}

const entries: ReadonlyMap<string, Entry> = new Map(
  Object.entries(catalogue).flatMap(([status, codes]) =>
    Object.entries(codes).map(([code, message]) => [code, { status: Number(status), message }]),
  ),
)

export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly code: ErrorCode
  readonly status: number
  readonly detail: ErrorDetail

  /** `message` replaces the catalogue's where S3 says something narrower. */
  constructor(code: ErrorCode, detail: ErrorDetail = noDetail, message?: string) {
    const entry = entries.get(code)
    if (entry === undefined) throw new TypeError(`no such error: ${code}`)
    super(message ?? entry.message)
    this.code = code
    this.status = entry.status
    this.detail = detail
  }
}
