/** Objects that are encrypted in every way, so that what is tried with plain bytes is tried with sealed ones too. */
import { createHash } from 'node:crypto'

type Headers = Readonly<Record<string, string>>

/** How the bytes of one key are kept, by what requests say about it. */
export interface Sealing {
  /** Of a request that makes the object or the upload. */
  readonly write: Headers
  /** Of one that reads it, or sends a part. */
  readonly access: Headers
  /** Of a copy that has it as its source. */
  readonly source: Headers
}

/** The server takes keys of customers over plain HTTP. */
export const sealedEnv: Headers = { ASHLAR_SSE_C_OVER_HTTP: 'on' }

const customerKey = Buffer.alloc(32, 'a key of a customer')
const customer = {
  algorithm: 'AES256',
  key: customerKey.toString('base64'),
  'key-md5': createHash('md5').update(customerKey).digest('base64'),
}

const byServer = (method: string): Sealing => ({
  write: { 'x-amz-server-side-encryption': method },
  access: {},
  source: {},
})
const byCustomer: Sealing = {
  write: customerHeaders('x-amz-server-side-encryption-customer-'),
  access: customerHeaders('x-amz-server-side-encryption-customer-'),
  source: customerHeaders('x-amz-copy-source-server-side-encryption-customer-'),
}
const plain: Sealing = { write: {}, access: {}, source: {} }

const sealings: readonly Sealing[] = [
  plain,
  byServer('AES256'),
  plain,
  byCustomer,
  byServer('aws:kms:dsse'),
  byServer('aws:kms'),
]

/** Keys end in a number: it says how they are sealed. */
export function sealingOf(key: string): Sealing {
  const index = Number(/\d+$/.exec(key)?.[0] ?? 0)
  return sealings[index % sealings.length] ?? plain
}

function customerHeaders(prefix: string): Headers {
  return Object.fromEntries(Object.entries(customer).map(([name, value]) => [prefix + name, value]))
}
