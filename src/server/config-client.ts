/** Where a command of this program finds the server that it asks, and with which keys: as the AWS command line has it. */
import { ConfigError } from './config-error.ts'
import type { Environment } from './config.ts'

export interface Endpoint {
  readonly url: URL
  readonly region: string
  readonly keys: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string | undefined
  }
}

interface Given {
  readonly endpoint: string | undefined
  readonly region: string | undefined
}

/** What is given goes before the environment. Throws ConfigError. */
export function readEndpoint(given: Given, env: Environment = process.env): Endpoint {
  const text = given.endpoint ?? (env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'])
  const url = text === undefined ? null : URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError(
      `Which endpoint? Give its URL, e.g. http://127.0.0.1:9000, or set AWS_ENDPOINT_URL.`,
    )
  }
  const accessKeyId = env['AWS_ACCESS_KEY_ID']
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY']
  if (!accessKeyId || !secretAccessKey) {
    throw new ConfigError('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set.')
  }
  const region = given.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1')
  const sessionToken = env['AWS_SESSION_TOKEN'] || undefined
  return { url, region, keys: { accessKeyId, secretAccessKey, sessionToken } }
}
