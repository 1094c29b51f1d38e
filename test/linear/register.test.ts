/** The checker itself: histories that are known to be right, and ones that are known to be wrong. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nonlinear, type Operation, type Value } from './register.ts'

type Times = readonly [called: number, answered: number]

const put = (value: string, [called, answered]: Times): Operation => ({
  called,
  answered,
  makes: { value },
  says: `put ${value}`,
})
const remove = ([called, answered]: Times): Operation => ({
  called,
  answered,
  makes: { value: undefined },
  says: 'delete',
})
const read = (value: Value, [called, answered]: Times): Operation => ({
  called,
  answered,
  needs: (found) => found === value,
  says: `read ${value ?? 'nothing'}`,
})
const create = (value: string, times: Times): Operation => ({
  ...put(value, times),
  needs: (found) => found === undefined,
  says: `create ${value}`,
})
const exchange = (from: string, to: string, times: Times): Operation => ({
  ...put(to, times),
  needs: (found) => found === from,
  says: `put ${to} if ${from}`,
})
const unheard = (operation: Operation): Operation => ({ ...operation, isUnknown: true })

const wrong: Readonly<Record<string, readonly Operation[]>> = {
  'a stale read': [put('a', [0, 1]), put('b', [2, 3]), read('a', [4, 5])],
  'a lost write': [put('a', [0, 1]), read(undefined, [2, 3])],
  'a resurrected delete': [put('a', [0, 1]), remove([2, 3]), read('a', [4, 5])],
  'a torn read': [put('a', [0, 1]), put('b', [0, 3]), read('half a, half b', [2, 4])],
  'a double winner': [create('a', [0, 4]), create('b', [1, 3])],
  'a lost update': [
    put('a', [0, 1]),
    exchange('a', 'b', [2, 5]),
    exchange('a', 'c', [3, 6]),
    read('c', [7, 8]),
  ],
  'two readers that disagree on the order': [
    put('a', [0, 10]),
    put('b', [0, 10]),
    read('a', [1, 2]),
    read('b', [3, 4]),
    read('a', [5, 6]),
  ],
  'an unanswered write that comes and goes': [
    put('a', [0, 1]),
    unheard(put('b', [2, 9])),
    read('b', [3, 4]),
    read('a', [5, 6]),
  ],
  'an unanswered write that is seen after the process was dead': [
    put('a', [0, 1]),
    unheard(put('b', [2, 3])),
    read('a', [4, 5]),
    read('b', [6, 7]),
  ],
  'a condition that failed without a reason': [
    put('a', [0, 1]),
    { called: 2, answered: 3, needs: (found) => found !== 'a', says: 'If-Match: a failed' },
  ],
}

const right: Readonly<Record<string, readonly Operation[]>> = {
  'nothing at all': [],
  'one after the other': [
    put('a', [0, 1]),
    read('a', [2, 3]),
    remove([4, 5]),
    read(undefined, [6, 7]),
  ],
  'a read beside a write sees either': [
    put('a', [0, 1]),
    put('b', [2, 9]),
    read('a', [3, 4]),
    read('b', [5, 6]),
  ],
  'one winner': [
    create('a', [0, 4]),
    { called: 1, answered: 3, needs: (found) => found !== undefined, says: 'create b failed' },
  ],
  'an unanswered write that never was': [
    put('a', [0, 1]),
    unheard(put('b', [2, 3])),
    read('a', [4, 5]),
  ],
  'an unanswered write that was': [put('a', [0, 1]), unheard(put('b', [2, 3])), read('b', [4, 5])],
  'writes that overlap in a chain': [
    put('a', [0, 5]),
    put('b', [1, 6]),
    put('c', [2, 7]),
    read('a', [6, 8]),
    read('c', [9, 10]),
  ],
}

for (const [what, history] of Object.entries(wrong)) {
  test(`wrong: ${what}`, () => assert.notEqual(nonlinear(history), undefined))
}
for (const [what, history] of Object.entries(right)) {
  test(`right: ${what}`, () => assert.equal(nonlinear(history), undefined))
}

interface Drawn {
  readonly kind: 'put' | 'remove' | 'read' | 'create'
  /** How long before and after its effect it was called and answered. */
  readonly before: number
  readonly after: number
}

const drawn = fc.array(
  fc.record({
    kind: fc.constantFrom('put', 'remove', 'read', 'create'),
    before: fc.double({ min: 0, max: 6, noNaN: true }),
    after: fc.double({ min: 0, max: 6, noNaN: true }),
  }),
  { maxLength: 40 },
)

/** A history made from an order that exists. */
function played(list: readonly Drawn[]): Operation[] {
  let value: Value
  return list.map(({ kind, before, after }, index) => {
    const times: Times = [index - before, index + after]
    const next = `v${index}`
    if (kind === 'read') return read(value, times)
    const isRefused = kind === 'create' && value !== undefined
    if (isRefused) return { ...read(value, times), needs: (found) => found !== undefined }
    value = kind === 'remove' ? undefined : next
    if (kind === 'remove') return remove(times)
    return kind === 'create' ? create(next, times) : put(next, times)
  })
}

test('a history that was made from an order is right', () => {
  fc.assert(fc.property(drawn, (list) => nonlinear(played(list)) === undefined))
})

test('it is wrong when a read at the end sees what was overwritten long before', () => {
  const property = fc.property(drawn, (list) => {
    const end = list.length + 10
    const tail = [
      put('x', [end, end + 1]),
      put('y', [end + 2, end + 3]),
      read('x', [end + 4, end + 5]),
    ]
    return nonlinear([...played(list), ...tail]) !== undefined
  })
  fc.assert(property)
})

test('it agrees with trying every order', () => {
  const short = fc.array(
    fc.record({
      kind: fc.constantFrom('put', 'remove', 'read'),
      value: fc.constantFrom('a', 'b', undefined),
      called: fc.nat(8),
      lasts: fc.nat(5),
      isUnknown: fc.boolean(),
    }),
    { maxLength: 5 },
  )
  const property = fc.property(short, (list) => {
    const history = list.map(({ kind, value, called, lasts, isUnknown }): Operation => {
      const times: Times = [called, called + lasts]
      if (kind === 'read') return read(value, times)
      const write = kind === 'remove' ? remove(times) : put(value ?? 'c', times)
      return isUnknown ? unheard(write) : write
    })
    return (nonlinear(history) === undefined) === hasOrder(history, undefined)
  })
  fc.assert(property, { numRuns: 2000 })
})

/** The definition itself: takes any operation that nobody precedes, and tries the rest. */
function hasOrder(left: readonly Operation[], value: Value): boolean {
  if (left.every(({ isUnknown }) => isUnknown === true)) return true
  return left.some((operation) => {
    const rest = left.filter((other) => other !== operation)
    const isFirst = rest.every(({ answered }) => answered >= operation.called)
    if (!isFirst) return false
    if (operation.isUnknown === true && hasOrder(rest, value)) return true
    if (operation.needs?.(value) === false) return false
    return hasOrder(rest, operation.makes === undefined ? value : operation.makes.value)
  })
}
