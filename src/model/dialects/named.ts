/** The dialects by name. */
import { aws } from './aws.ts'
import type { Dialect, DialectName } from './dialect.ts'
import { ibm } from './ibm.ts'
import { yandex } from './yandex.ts'

export const dialects: { readonly [Name in DialectName]: Dialect } = { aws, ibm, yandex }

export const dialectNames: readonly string[] = Object.keys(dialects)
