/**
 * One key as a register with conditional writes, and what was seen of it: is there an order of the operations, each taking effect
 * at one moment between its call and its answer, in which every answer is right?
 *
 * The search goes through the history as it happened and keeps every state that is still possible, together with the
 * operations under way that have already taken effect in it. Only an answer forces a decision (just-in-time linearization, after
 * Wing, Gong and Lowe). What reads and fits takes effect at once, for that can only help.
 */

/** A value is the ETag of an object; undefined is a key without one. */
export type Value = string | undefined

export interface Operation {
  readonly called: number
  /** Its answer; for one that was never answered, the moment after which it can no longer take effect. */
  readonly answered: number
  /** What the key must be for it to take effect; anything when not given. */
  readonly needs?: (value: Value) => boolean
  /** What the key is afterwards; absent where it only looks. */
  readonly makes?: { readonly value: Value }
  /** It may never have taken effect: nobody heard of it. */
  readonly isUnknown?: boolean
  /** For the report. */
  readonly says: string
}

interface Step {
  readonly at: number
  readonly isCall: boolean
  readonly operation: Operation
}

/** A possible present: the value, and which of the operations under way have had their effect. */
interface State {
  readonly value: Value
  /** By slot. */
  readonly done: number
}

const slotsMax = 31

/** What is wrong with the history of one key that begins without an object; undefined when it is linearizable. */
export function nonlinear(history: readonly Operation[]): string | undefined {
  return new Register().goOn(history)
}

/** At one moment calls come first: touching operations count as concurrent. */
function stepsOf(history: readonly Operation[]): Step[] {
  const steps = history.flatMap((operation): Step[] => [
    { at: operation.called, isCall: true, operation },
    { at: operation.answered, isCall: false, operation },
  ])
  return steps.toSorted((a, b) => a.at - b.at || Number(b.isCall) - Number(a.isCall))
}

/** A key over all its life. */
export class Register {
  readonly #slots: Array<Operation | undefined> = []
  #states: Map<string, State> = new Map()

  constructor() {
    this.#keep({ value: undefined, done: 0 }, this.#states)
  }

  /** Everything in `history` comes after what was looked at before. Answers what is wrong with it. */
  goOn(history: readonly Operation[]): string | undefined {
    for (const { isCall, operation } of stepsOf(history)) {
      if (isCall) this.#call(operation)
      else if (!this.#answer(operation)) return fitsNowhere(operation, history)
    }
    return undefined
  }

  #call(operation: Operation): void {
    const free = this.#slots.indexOf(undefined)
    const slot = free < 0 ? this.#slots.length : free
    if (slot >= slotsMax) throw new RangeError('too many operations at once on one key')
    this.#slots[slot] = operation
    const states = [...this.#states.values()]
    this.#states = new Map()
    for (const state of states) this.#keep(state, this.#states)
  }

  /** False when in no possible present the operation can have had its effect. */
  #answer(operation: Operation): boolean {
    const slot = this.#slots.indexOf(operation)
    const bit = 1 << slot
    const reached = new Map<string, State>()
    const waiting = [...this.#states.values()]
    const seen = new Map(this.#states)
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      const isDone = (state.done & bit) !== 0
      if (isDone || operation.isUnknown === true) reached.set(nameOf(state), state)
      if (isDone) continue
      for (const next of this.#next(state)) {
        const kept = this.#keep(next, seen)
        if (kept !== undefined) waiting.push(kept)
      }
    }
    this.#slots[slot] = undefined
    this.#states = new Map()
    for (const { value, done } of reached.values())
      this.#keep({ value, done: done & ~bit }, this.#states)
    return this.#states.size > 0
  }

  *#next({ value, done }: State): Generator<State> {
    for (const [slot, operation] of this.#slots.entries()) {
      if (operation === undefined || (done & (1 << slot)) !== 0) continue
      if (operation.needs?.(value) === false) continue
      const after = operation.makes === undefined ? value : operation.makes.value
      yield { value: after, done: done | (1 << slot) }
    }
  }

  /** With everything that only looks, and fits, already looked. Undefined when it was there. */
  #keep({ value, done }: State, into: Map<string, State>): State | undefined {
    let looked = done
    for (const [slot, operation] of this.#slots.entries()) {
      if (operation === undefined || operation.makes !== undefined) continue
      if (operation.needs?.(value) !== false) looked |= 1 << slot
    }
    const state = { value, done: looked }
    const name = nameOf(state)
    if (into.has(name)) return undefined
    into.set(name, state)
    return state
  }
}

function fitsNowhere(operation: Operation, history: readonly Operation[]): string {
  const beside = history
    .filter(({ called, answered }) => called <= operation.answered && answered >= operation.called)
    .map(({ says }) => says)
  return `${operation.says} fits nowhere; beside it: ${beside.join('; ')}`
}

function nameOf({ value, done }: State): string {
  return `${done}:${value ?? ''}`
}
