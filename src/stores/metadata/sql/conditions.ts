/** What the current object of a key must be, judged inside the transaction that writes it. */
import type { Condition, Refusal } from '../store.ts'

const any = '*'

export function isUnconditional(condition: Condition): boolean {
  return condition.ifMatch === undefined && condition.ifNoneMatch === undefined
}

/** `etag` is that of the current object; undefined when there is none, or a delete marker. */
export function judge(condition: Condition, etag: string | undefined): Refusal | undefined {
  const { ifMatch, ifNoneMatch } = condition
  if (ifMatch !== undefined) {
    if (etag === undefined) return { refused: 'object-missing' }
    if (!names(ifMatch, etag)) return { refused: 'condition-failed', condition: 'If-Match' }
  }
  if (ifNoneMatch === undefined || etag === undefined || !names(ifNoneMatch, etag)) return undefined
  return { refused: 'condition-failed', condition: 'If-None-Match' }
}

function names(etags: readonly string[], etag: string): boolean {
  return etags.includes(any) || etags.includes(etag)
}
