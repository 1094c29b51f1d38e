/** What the refusals of signatures share: an object that may be read, times, and signatures that prove nothing. */

export const path = '/negative/object'
export const minutes = 60_000

export function ago(milliseconds: number): Date {
  return new Date(Date.now() - milliseconds)
}

export const signatures: Readonly<Record<string, string>> = {
  empty: '',
  'of one digit': '0',
  'of 63 digits': 'a'.repeat(63),
  'of 65 digits': 'a'.repeat(65),
  'of 128 digits': 'a'.repeat(128),
  'that is no hex': 'z'.repeat(64),
  'of zeros': '0'.repeat(64),
  'with a byte beyond ASCII': `${'a'.repeat(63)}\xe4`,
}
