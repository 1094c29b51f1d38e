/** The file of one version of a key: JSON that says what it is and proves that it is whole. docs/operate/encryption.md tells it. */
import { createHash } from 'node:crypto'
import { materialBytes, type KeyVersion } from './ring-key.ts'

/** Raised by whoever changes what a file says. */
const format = 1

export function encodeVersion(name: string, { number, created, material }: KeyVersion): string {
  const says = {
    format,
    key: name,
    version: number,
    created: new Date(created).toISOString(),
    material: Buffer.from(material).toString('base64'),
  }
  return `${JSON.stringify({ ...says, sha256: digestOf(says) }, undefined, 2)}\n`
}

/** The version that a file of this name must hold; a sentence for the operator when it does not. */
export function decodeVersion(text: string, name: string, number: number): KeyVersion | string {
  const found = parse(text)
  if (found === undefined) return 'is damaged'
  const { sha256, ...says } = found
  if (says['format'] !== format) {
    return `has the format ${JSON.stringify(says['format'])}; this version of Ashlar reads format ${format}`
  }
  if (sha256 !== digestOf(says)) return 'is damaged'
  if (says['key'] !== name || says['version'] !== number) {
    return `is version ${String(says['version'])} of the key '${String(says['key'])}' under a name that is not its own`
  }
  const material = Buffer.from(String(says['material']), 'base64')
  const created = Date.parse(String(says['created']))
  if (material.length !== materialBytes || Number.isNaN(created)) return 'is damaged'
  return { number, created, material }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null
      ? (found as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Of what the file says, in the order of writing. */
function digestOf(says: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(says)).digest('hex')
}
