/** A presigned GET that lives as long as its maker likes: the official signer makes none of more than a week. */
import { createHash, createHmac } from 'node:crypto'
import { sendRequest, type Answer } from './raw.ts'
import type { Signable } from './sign.ts'

export interface LongPlan {
  readonly path: string
  readonly lifetimeSeconds: number
  readonly date: Date
}

export async function presignedGet(server: Signable, plan: LongPlan): Promise<Answer> {
  const host = `${server.host}:${server.port}`
  const target = presignedTarget(server, plan, host)
  return await sendRequest(server, { method: 'GET', target, headers: [['Host', host]] })
}

function presignedTarget(server: Signable, plan: LongPlan, host: string): string {
  const time = plan.date.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const scope = [time.slice(0, 8), server.region, 's3', 'aws4_request']
  const query = Object.entries({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': [server.keys.accessKeyId, ...scope].join('/'),
    'X-Amz-Date': time,
    'X-Amz-Expires': String(plan.lifetimeSeconds),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const canonical = ['GET', plan.path, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD']
  const hash = createHash('sha256').update(canonical.join('\n')).digest('hex')
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), hash].join('\n')
  const key = scope.reduce(hmac, Buffer.from(`AWS4${server.keys.secretAccessKey}`))
  return `${plan.path}?${query}&X-Amz-Signature=${hmac(key, text).toString('hex')}`
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
