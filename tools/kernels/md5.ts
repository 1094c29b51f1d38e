/**
 * Writes MD5 (RFC 1321) in AssemblyScript with its 64 steps one under the other, for one body or for many side by side.
 *
 * WebAssembly's vectors hold a word of four bodies each, so a *group* is four lanes. Each step of one body waits for the step
 * before; with several groups in turn the processor has something else to do meanwhile.
 */

/** One step: which of a, b, c, d it writes, and with what. */
interface Step {
  readonly words: readonly [a: string, b: string, c: string, d: string]
  readonly round: 0 | 1 | 2 | 3
  /** Index of the word of the block. */
  readonly word: number
  readonly turn: number
  readonly sine: number
}

const turns = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const

const steps: readonly Step[] = Array.from({ length: 64 }, (_, index) => stepOf(index))

function stepOf(index: number): Step {
  const round = Math.floor(index / 16) as Step['round']
  const word = [index, 5 * index + 1, 3 * index + 5, 7 * index][round] ?? 0
  const names = ['a', 'b', 'c', 'd']
  const name = (offset: number): string => names[(offset + 64 - index) % 4] ?? ''
  return {
    words: [name(0), name(1), name(2), name(3)],
    round,
    word: word % 16,
    turn: turns[round][(index % 4) as 0 | 1 | 2 | 3],
    sine: Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32),
  }
}

/** `md5(state, block, blocks)`: one body. The state is a, b, c, d, 4 bytes each. */
export function oneBody(): string {
  const lines = steps.map(({ words: [a, b, c, d], round, word, turn, sine }) => {
    const mixed = [
      `((${c} ^ ${d}) & ${b}) ^ ${d}`,
      `(~${d} & ${c}) + (${d} & ${b})`,
      `(${c} ^ ${d}) ^ ${b}`,
      `${c} ^ (${b} | ~${d})`,
    ][round]
    // What does not wait for the step before is added first.
    return `${a} = ${b} + rotl<u32>((${a} + load<u32>(block, ${word * 4}) + ${sine}) + (${mixed}), ${turn})`
  })
  const each = (text: (name: string, offset: number) => string): string =>
    ['a', 'b', 'c', 'd'].map((name, index) => text(name, index * 4)).join('; ')
  return `export function md5(state: usize, block: usize, blocks: usize): void {
  ${each((name, at) => `let ${name} = load<u32>(state, ${at})`)}
  for (; blocks > 0; blocks--) {
    ${each((name) => `const ${name}0 = ${name}`)}
    ${lines.join('\n')}
    ${each((name) => `${name} += ${name}0`)}
    block += 64
  }
  ${each((name, at) => `store<u32>(state, ${name}, ${at})`)}
}`
}

/**
 * `md5x<lanes>(states, blocks, words, count)`: bodies side by side. `states` are one after the other, `blocks` are addresses,
 * `words` has room for a transposed block of every lane.
 */
export function sideBySide(lanes: number): string {
  const groups = Array.from({ length: lanes / 4 }, (_, group) => group)
  const each = (text: (group: number) => string): string => groups.map(text).join('\n')
  return `export function md5x${lanes}(states: usize, blocks: usize, words: usize, count: usize): void {
  ${each((group) => `${addresses(group)}\n${readState(group)}`)}
  for (; count > 0; count--) {
    ${each(readBlock)}
    ${each((group) => ofState((name) => `const ${name}${group}_ = ${name}${group}`))}
    ${steps.flatMap((step) => groups.map((group) => vectorStep(step, group))).join('\n')}
    ${each((group) => ofState((name) => `${name}${group} = i32x4.add(${name}${group}, ${name}${group}_)`))}
  }
  ${each(writeState)}
}`
}

function ofState(text: (name: string) => string): string {
  return ['a', 'b', 'c', 'd'].map(text).join('; ')
}

function vectorStep({ words, round, word, turn, sine }: Step, group: number): string {
  const [a, b, c, d] = words.map((name) => `${name}${group}`)
  const mixed = [
    `v128.bitselect(${c}, ${d}, ${b})`,
    `v128.bitselect(${b}, ${c}, ${d})`,
    `v128.xor(v128.xor(${c}, ${d}), ${b})`,
    `v128.xor(${c}, v128.or(${b}, v128.not(${d})))`,
  ][round]
  const ready = `i32x4.add(i32x4.add(${a}, v128.load(words, ${group * 256 + word * 16})), i32x4.splat(${sine | 0}))`
  return `{ const t = i32x4.add(${ready}, ${mixed});
    ${a} = i32x4.add(${b}, v128.or(i32x4.shl(t, ${turn}), i32x4.shr_u(t, ${32 - turn}))) }`
}

function addresses(group: number): string {
  return `let ${[0, 1, 2, 3]
    .map((lane) => `p${group}_${lane}: usize = load<u32>(blocks, ${(group * 4 + lane) * 4})`)
    .join(', ')}`
}

/** Four rows of four words become four columns. */
function transposed(rows: readonly string[], to: readonly string[]): string {
  const [r0, r1, r2, r3] = rows
  return `const t0 = v128.shuffle<i32>(${r0}, ${r1}, 0, 4, 1, 5), t1 = v128.shuffle<i32>(${r2}, ${r3}, 0, 4, 1, 5),
    t2 = v128.shuffle<i32>(${r0}, ${r1}, 2, 6, 3, 7), t3 = v128.shuffle<i32>(${r2}, ${r3}, 2, 6, 3, 7);
    ${to[0]} v128.shuffle<i64>(t0, t1, 0, 2)${to[4] ?? ''};
    ${to[1]} v128.shuffle<i64>(t0, t1, 1, 3)${to[5] ?? ''};
    ${to[2]} v128.shuffle<i64>(t2, t3, 0, 2)${to[6] ?? ''};
    ${to[3]} v128.shuffle<i64>(t2, t3, 1, 3)${to[7] ?? ''};`
}

function readState(group: number): string {
  const rows = [0, 1, 2, 3].map((lane) => `v128.load(states, ${(group * 4 + lane) * 16})`)
  const to = ['a', 'b', 'c', 'd'].map((name) => `${name}${group} =`)
  return `let ${ofState((name) => `${name}${group}: v128`).replaceAll(';', ',')}
  { ${transposed(rows, to)} }`
}

function writeState(group: number): string {
  const rows = ['a', 'b', 'c', 'd'].map((name) => `${name}${group}`)
  const at = [0, 1, 2, 3].map((lane) => (group * 4 + lane) * 16)
  return `{ ${transposed(rows, stored('states', at))} }`
}

/** The next block of four bodies: word after word, four bodies' side by side. */
function readBlock(group: number): string {
  const quarters = [0, 1, 2, 3].map((quarter) => {
    const rows = [0, 1, 2, 3].map((lane) => `v128.load(p${group}_${lane}, ${quarter * 16})`)
    const at = [0, 1, 2, 3].map((word) => group * 256 + quarter * 64 + word * 16)
    return `{ ${transposed(rows, stored('words', at))} }`
  })
  const on = [0, 1, 2, 3].map((lane) => `p${group}_${lane} += 64`).join('; ')
  return `${quarters.join('\n')}\n${on}`
}

function stored(base: string, at: readonly number[]): readonly string[] {
  return [...at.map(() => `v128.store(${base},`), ...at.map((offset) => `, ${offset})`)]
}
