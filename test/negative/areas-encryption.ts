/** Keys of KMS, asked for without SigV4: to write, to begin an upload, to copy and to read. */
import { signed, signedV2, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'

const method = 'x-amz-server-side-encryption'
const byKms = { [method]: 'aws:kms', [`${method}-aws-kms-key-id`]: 'testkey-1' }
const target = '/negative/by-kms'
const body = Buffer.from('x')
const says = /AWS KMS managed keys require AWS Signature Version 4\.$/

/** The same in the header and in the query. */
function both(name: string, ask: (signing: { readonly expires?: number }) => Ask): readonly Row[] {
  const expires = Math.floor(Date.now() / 1000) + 600
  return [
    [`${name}, in the header`, ask({}), 400, 'InvalidArgument', says],
    [`${name}, presigned`, ask({ expires }), 400, 'InvalidArgument', says],
  ]
}

function put(headers: Readonly<Record<string, string>>): readonly Row[] {
  return both(`a write with ${Object.values(headers).join(' ')}`, (signing) =>
    signedV2({
      method: 'PUT',
      target: '/negative/other',
      headers: Object.entries(headers),
      body: 'x-amz-copy-source' in headers ? Buffer.alloc(0) : body,
      ...signing,
    }),
  )
}

const rows: readonly Row[] = [
  ...put(byKms),
  ...put({ [method]: 'aws:kms' }),
  ...put({ [method]: 'aws:kms:dsse' }),
  ...put({ ...byKms, 'x-amz-copy-source': 'negative/object' }),
  ...put({ 'x-amz-copy-source': 'negative/by-kms' }),
  ...both('the beginning of an upload', (signing) =>
    signedV2({
      method: 'POST',
      target: '/negative/other?uploads',
      headers: Object.entries(byKms),
      ...signing,
    }),
  ),
  ...both('a read', (signing) => signedV2({ target, ...signing })),
  ...both('a read of a range', (signing) =>
    signedV2({ target, headers: [['Range', 'bytes=0-0']], ...signing }),
  ),
]

export const encryptionArea: Area = {
  name: 'keys of KMS without SigV4',
  control: signed({ method: 'PUT', path: target, body, headers: byKms }),
  controlStatus: 200,
  cases: casesOf(rows),
}
