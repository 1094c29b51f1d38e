/** The query of a request's target. */
import type { Query } from './address.ts'
import { percentDecode } from './percent.ts'

type Pair = readonly [name: string, value: string]

/** `rawQuery` is what follows the '?', as received. Throws InvalidURI. */
export function readQuery(rawQuery: string): Query {
  if (rawQuery === '') return noQuery
  const pairs = rawQuery
    .split('&')
    .filter((field) => field !== '')
    .map(readPair)
  return queryOf(pairs)
}

const noQuery: Query = { has: () => false, get: () => undefined, entries: () => [] }

function readPair(field: string): Pair {
  const equals = field.indexOf('=')
  if (equals < 0) return [decoded(field), '']
  return [decoded(field.slice(0, equals)), decoded(field.slice(equals + 1))]
}

/**
 * Of a query alone: AWS takes a presigned URL that was signed with %20 and arrives with '+' (mhart/aws4fetch#83), and IBM COS
 * lists the prefix with a space (IBM-Cloud/sql-query-clients#62).
 */
function decoded(text: string): string {
  return percentDecode(text.replaceAll('+', ' '))
}

function queryOf(pairs: readonly Pair[]): Query {
  const find = (name: string): Pair | undefined => {
    for (const pair of pairs) if (pair[0] === name) return pair
    return undefined
  }
  return {
    has: (name) => find(name) !== undefined,
    get: (name) => find(name)?.[1],
    entries: () => pairs,
  }
}
