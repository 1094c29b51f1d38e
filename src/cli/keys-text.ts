/** What the commands of keys say of a key: to a person, and to a program. Never what it is. */
import type { RingKey } from '../stores/keys/ring-key.ts'

export interface ToldKey {
  readonly name: string
  readonly state: 'enabled' | 'disabled'
  readonly versions: ReadonlyArray<{ readonly number: number; readonly created: string }>
}

export function told({ name, enabled, versions }: RingKey): ToldKey {
  return {
    name,
    state: enabled ? 'enabled' : 'disabled',
    versions: versions.map(({ number, created }) => ({ number, created: timeOf(created) })),
  }
}

export function keyTable(keys: readonly RingKey[]): string {
  const rows = keys.map(told).map(({ name, state, versions }) => {
    const [first] = versions
    const last = versions.at(-1)
    return [name, state, String(last?.number), first?.created ?? '', last?.created ?? '']
  })
  const table = [['NAME', 'STATE', 'VERSION', 'CREATED', 'ROTATED'], ...rows]
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)))
  return table
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths?.[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function keyText(key: RingKey): string {
  const { name, state, versions } = told(key)
  const lines = versions.map(({ number, created }) => `  version ${number}, of ${created}`)
  return [`${name}, ${state}`, ...lines].join('\n')
}

function timeOf(instant: number): string {
  return new Date(instant).toISOString()
}
