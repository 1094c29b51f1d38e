/** Refusals written in one line each. */
import type { Ask, Negative } from './case.ts'

export type Row = readonly [
  name: string,
  ask: Ask,
  status: number,
  code: string,
  message?: string | RegExp,
]

export function casesOf(rows: readonly Row[]): readonly Negative[] {
  return rows.map(([name, ask, status, code, message]) => ({
    name,
    ask,
    status,
    code,
    ...(message !== undefined && { message }),
  }))
}
