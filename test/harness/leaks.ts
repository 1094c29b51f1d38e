/** Secrets in what a server has written: looked for as they are, and as they may be written elsewhere. */
import { readFileSync } from 'node:fs'

/** Shorter words may stand in a log by chance. */
export const secretLengthMin = 16

/** The first line that holds a secret; undefined when none does. */
export function lineWith(secret: string, log: string): string | undefined {
  const forms = [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('hex'),
    JSON.stringify(secret).slice(1, -1),
  ]
  const form = forms.find((one) => log.includes(one))
  return form === undefined ? undefined : log.split('\n').find((line) => line.includes(form))
}

/** Every secret of an accounts file, by the name of its field. */
export function secretsOf(accountsFile: string): readonly string[] {
  const found: string[] = []
  JSON.parse(readFileSync(accountsFile, 'utf8'), (name, value: unknown) => {
    const isSecret = ['secretAccessKey', 'sessionToken', 'apiKey'].includes(name)
    if (isSecret && typeof value === 'string') found.push(value)
    return value
  })
  return found
}

/** A log holds a secret. */
export class SecretTold extends Error {
  override readonly name = 'SecretTold'
}

/** Throws SecretTold when the log holds one of these; too short ones are not sought. */
export function expectHushed(log: string, secrets: Iterable<string>): void {
  for (const secret of secrets) {
    const line = secret.length < secretLengthMin ? undefined : lineWith(secret, log)
    if (line !== undefined) throw new SecretTold(`a secret is in the log: ${line.slice(0, 300)}`)
  }
}
