/** Key stores whose silence is told to the operator: the client only hears that the service is unavailable. */
import type { Clock, Instant } from '../base/clock.ts'
import type { Log } from '../observe/log.ts'
import { KeyStoreUnavailable, type KeyStore } from '../stores/keys/store.ts'

export interface Watching {
  readonly log: Log
  readonly clock: Clock
}

/** Every request may fail for one reason: it is told this often. */
const betweenWordsMs = 10_000

/** Says in the log why the store cannot be used, now and again. */
export function watched(store: KeyStore, { log, clock }: Watching): KeyStore {
  let told: Instant | undefined
  const heard = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      const now = clock.now()
      const isDue = told === undefined || Math.abs(now - told) >= betweenWordsMs
      if (error instanceof KeyStoreUnavailable && isDue) {
        told = now
        log.error({ reason: error.message }, 'keys of encryption cannot be used')
      }
      throw error
    }
  }
  return {
    resolve: (name) => heard(store.resolve(name)),
    wrap: (...words) => heard(store.wrap(...words)),
    unwrap: (...words) => heard(store.unwrap(...words)),
    isCurrent: (...words) => heard(store.isCurrent(...words)),
    rotations: () => heard(store.rotations()),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
