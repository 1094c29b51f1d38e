/** Browser forms made and signed by hand, as SDKs do it for a page. */
import { createHmac } from 'node:crypto'
import type { WireRequest } from './raw.ts'
import type { Keys } from './sign.ts'
import { hmacSha1 } from './sign-v2.ts'

export type Field = readonly [name: string, value: string]

export interface File {
  /** '' for a part with an empty name, undefined for one without. */
  readonly name?: string | undefined
  readonly bytes: string | Uint8Array
}

export interface FormPlan {
  /** `/bucket`. */
  readonly path: string
  readonly host: string
  /** Before the file, in this order. */
  readonly fields: readonly Field[]
  readonly file?: File | undefined
  /** After the file. */
  readonly more?: readonly Field[]
  readonly headers?: ReadonlyArray<readonly [string, string]>
}

export const boundary = 'WebKitFormBoundary7MA4YWxkTrZu0gW'

export function formRequest({ path, host, headers = [], ...plan }: FormPlan): WireRequest {
  const body = formBody(plan)
  return {
    method: 'POST',
    target: path,
    headers: [
      ['Host', host],
      ['Content-Type', `multipart/form-data; boundary=${boundary}`],
      ['Content-Length', String(body.length)],
      ...headers,
    ],
    body,
  }
}

export function formBody({
  fields,
  file,
  more = [],
}: Pick<FormPlan, 'fields' | 'file' | 'more'>): Buffer {
  const pieces = [
    ...fields.map(fieldPart),
    ...(file === undefined ? [] : [filePart(file)]),
    ...more.map(fieldPart),
    Buffer.from(`--${boundary}--\r\n`),
  ]
  return Buffer.concat(pieces)
}

function fieldPart([name, value]: Field): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`
  return Buffer.from(`${head}${value}\r\n`)
}

function filePart({ name, bytes }: File): Buffer {
  const filename = name === undefined ? '' : `; filename="${name}"`
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"${filename}\r\nContent-Type: image/png\r\n\r\n`
  return Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from('\r\n')])
}

export interface PolicyPlan {
  readonly conditions: readonly unknown[]
  readonly keys: Keys
  readonly region: string
  readonly now: Date
  /** Seconds from now. */
  readonly life?: number
  readonly version: 2 | 4
  /** In place of what the plan says. */
  readonly document?: string
}

/** The fields that prove a policy, with the conditions that they themselves need. */
export function policyFields(plan: PolicyPlan): Field[] {
  const { keys, now, version } = plan
  const token: Field[] =
    keys.sessionToken === undefined ? [] : [['x-amz-security-token', keys.sessionToken]]
  const own = version === 2 ? token : [...scopeFields(plan), ...token]
  const expiration = new Date(now.getTime() + (plan.life ?? 60) * 1000).toISOString()
  const conditions = [...plan.conditions, ...own.map(([name, value]) => ({ [name]: value }))]
  const document = plan.document ?? JSON.stringify({ expiration, conditions })
  const policy = Buffer.from(document).toString('base64')
  const proof: Field[] =
    version === 2
      ? [
          ['AWSAccessKeyId', keys.accessKeyId],
          ['signature', hmacSha1(keys.secretAccessKey, policy)],
        ]
      : [['X-Amz-Signature', signatureV4(plan, policy)]]
  return [...own, ['Policy', policy], ...proof]
}

function scopeFields({ keys, region, now }: PolicyPlan): Field[] {
  const date = basicTime(now)
  return [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${keys.accessKeyId}/${date.slice(0, 8)}/${region}/s3/aws4_request`],
    ['X-Amz-Date', date],
  ]
}

function signatureV4({ keys, region, now }: PolicyPlan, policy: string): string {
  const steps = [basicTime(now).slice(0, 8), region, 's3', 'aws4_request', policy]
  const secret: Uint8Array = Buffer.from(`AWS4${keys.secretAccessKey}`)
  const made = steps.reduce((key, step) => createHmac('sha256', key).update(step).digest(), secret)
  return Buffer.from(made).toString('hex')
}

function basicTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}
