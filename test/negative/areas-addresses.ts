/** Names of buckets and keys, targets, methods and subresources. */
import { signed, type Area, type Negative } from './case.ts'
import type { RequestPlan } from '../harness/sign.ts'

const names = [
  'ab',
  'Abc',
  'a_b',
  'a..b',
  '.abc',
  'abc.',
  '-abc',
  'abc-',
  'a.-b',
  'a-.b',
  '192.168.0.1',
  'xn--abc',
  'sthree-abc',
  'abc-s3alias',
  'abc--ol-s3',
  'abc--x-s3',
  'abc--table-s3',
  'abc.mrap',
  'amzn-s3-demo-abc',
  'a'.repeat(64),
  'a%20b',
  '%C3%A4bc',
  '.minio.sys',
  '..',
  '.',
  '-',
  'a*b',
  'a%5Cb',
  'abc%3A1',
]

const buckets: readonly Negative[] = [
  ...names.map((name) =>
    refusedName(`a bucket named ${name}`, { method: 'PUT', path: `/${name}` }),
  ),
  ...['Abc', 'a..b', '192.168.0.1', 'xn--abc', '.sys'].map((name) =>
    refusedName(`an object of a bucket named ${name}`, { path: `/${name}/k` }),
  ),
  {
    name: 'an object of a directory bucket',
    ask: signed({ path: '/abc--x-s3/k' }),
    status: 501,
    code: 'NotImplemented',
    message: 'Directory buckets are not offered by this server; address a bucket by its name.',
  },
]

function refusedName(name: string, plan: RequestPlan): Negative {
  return {
    name,
    ask: signed(plan),
    status: 400,
    code: 'InvalidBucketName',
    message: 'The specified bucket is not valid.',
  }
}

const badPaths = [
  '/negative/%ff',
  '/negative/%C3',
  '/negative/%C0%AF',
  '/negative/%ED%A0%80',
  '/negative/%F5%80%80%80',
  '/negative/%00',
  '/negative/a%00b',
  '/negative/%zz',
  '/negative/%',
  '/negative/%4',
  '/negative/..',
  '/negative/../k',
  '/negative/%2e%2e/k',
  '/negative/..%2fk',
  '/negative/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/negative/a/../../k',
  '/negative/a/%2e%2e/%2e%2e/k',
  '/negative/./../k',
  '/negative/k?prefix=%ff',
  '/negative?prefix=%zz',
  '/negative/k#fragment',
]

function pathRefused(path: string): Negative {
  const ask = signed({ path: '/negative/k', alter: (request) => ({ ...request, target: path }) })
  return {
    name: path,
    ask,
    status: 400,
    code: 'InvalidURI',
    message: "Couldn't parse the specified URI.",
  }
}

const keys: readonly Negative[] = [
  ...badPaths.map(pathRefused),
  pathRefused('http://evil.example/negative/k'),
  pathRefused('*'),
  ...[
    ['a'.repeat(1025), 'PUT'],
    ['%C3%A4'.repeat(513), 'PUT'],
    [`${'a/'.repeat(512)}b`, 'DELETE'],
    ['%F0%9F%98%80'.repeat(257), 'GET'],
  ].map(([key, method]) => ({
    name: `${method} of a key of more than 1024 bytes: ${key?.slice(0, 12)}`,
    ask: signed({ method, path: `/negative/${key}` }),
    status: 400,
    code: 'KeyTooLongError',
    message: 'Your key is too long',
  })),
]

const missing: readonly Negative[] = (
  [
    [{ path: '/missing' }, 404, 'NoSuchBucket'],
    [{ path: '/missing/k' }, 404, 'NoSuchBucket'],
    [{ path: '/missing/k', body: 'x' }, 404, 'NoSuchBucket'],
    [{ method: 'DELETE', path: '/missing' }, 404, 'NoSuchBucket'],
    [{ method: 'DELETE', path: '/missing/k' }, 404, 'NoSuchBucket'],
    [{ method: 'POST', path: '/missing/k', query: { uploads: '' } }, 404, 'NoSuchBucket'],
    [{ path: '/missing', query: { cors: '' } }, 404, 'NoSuchBucket'],
    [{ method: 'HEAD', path: '/missing' }, 404, ''],
    [{ method: 'HEAD', path: '/negative/missing' }, 404, ''],
    [{ path: '/negative/missing' }, 404, 'NoSuchKey'],
    [{ path: '/negative/missing', query: { tagging: '' } }, 404, 'NoSuchKey'],
    [{ path: '/negative/missing', query: { acl: '' } }, 404, 'NoSuchKey'],
    [{ path: '/negative/object/' }, 404, 'NoSuchKey'],
    [{ path: '/negative/Object' }, 404, 'NoSuchKey'],
    [{ path: '/negative/object', query: { versionId: 'x' } }, 400, 'InvalidArgument'],
    [{ path: '/negative', query: { policy: '' } }, 404, 'NoSuchBucketPolicy'],
    [{ path: '/negative', query: { website: '' } }, 404, 'NoSuchWebsiteConfiguration'],
    [{ path: '/negative', query: { lifecycle: '' } }, 404, 'NoSuchLifecycleConfiguration'],
    [{ path: '/negative', query: { cors: '' } }, 404, 'NoSuchCORSConfiguration'],
    [{ path: '/negative', query: { tagging: '' } }, 404, 'NoSuchTagSet'],
    [
      { path: '/negative', query: { replication: '' } },
      404,
      'ReplicationConfigurationNotFoundError',
    ],
    [
      { path: '/negative', query: { 'object-lock': '' } },
      404,
      'ObjectLockConfigurationNotFoundError',
    ],
    [{ method: 'DELETE', path: '/negative' }, 409, 'BucketNotEmpty'],
    [{ method: 'PUT', path: '/guests' }, 409, 'BucketAlreadyExists'],
  ] as const
).map(([plan, status, code]) => ({
  name: JSON.stringify(plan),
  ask: signed(plan),
  status,
  code,
}))

const methods: readonly Negative[] = (
  [
    ['PATCH', '/negative/object', {}, 405, 'MethodNotAllowed'],
    ['TRACE', '/negative/object', {}, 405, 'MethodNotAllowed'],
    ['POST', '/negative/object', {}, 405, 'MethodNotAllowed'],
    ['PUT', '/', {}, 405, 'MethodNotAllowed'],
    ['DELETE', '/', {}, 405, 'MethodNotAllowed'],
    ['POST', '/', {}, 405, 'MethodNotAllowed'],
    ['POST', '/negative', {}, 412, 'PreconditionFailed'],
    ['PUT', '/negative', { location: '' }, 405, 'MethodNotAllowed'],
    ['DELETE', '/negative', { location: '' }, 405, 'MethodNotAllowed'],
    ['DELETE', '/negative', { acl: '' }, 405, 'MethodNotAllowed'],
    ['DELETE', '/negative', { versioning: '' }, 405, 'MethodNotAllowed'],
    ['DELETE', '/negative', { uploads: '' }, 405, 'MethodNotAllowed'],
    ['DELETE', '/negative/object', { acl: '' }, 405, 'MethodNotAllowed'],
    ['DELETE', '/negative/object', { attributes: '' }, 405, 'MethodNotAllowed'],
    ['PUT', '/negative/object', { uploads: '' }, 405, 'MethodNotAllowed'],
    ['GET', '/negative/object', { uploads: '' }, 400, 'InvalidRequest'],
    ['GET', '/negative/object', { versions: '' }, 400, 'InvalidRequest'],
    ['PUT', '/negative/object', { versionId: 'x' }, 400, 'InvalidArgument'],
    ['GET', '/negative', { acl: '', cors: '' }, 400, 'InvalidArgument'],
    ['PUT', '/negative/object', { acl: '', tagging: '' }, 400, 'InvalidArgument'],
    ['GET', '/negative/object', { torrent: '', tagging: '' }, 400, 'InvalidArgument'],
    ['PUT', '/negative/object', { cors: '' }, 501, 'NotImplemented'],
    ['GET', '/negative', { extendRetention: '' }, 501, 'NotImplemented'],
  ] as const
).map(([method, path, query, status, code]) => ({
  name: `${method} ${path} ${Object.keys(query).join(' and ')}`,
  ask: signed({ method, path, query }),
  status,
  code,
}))

export const addressAreas: readonly Area[] = [
  {
    name: 'names of buckets',
    control: signed({ path: '/negative' }),
    controlStatus: 200,
    cases: buckets,
  },
  {
    name: 'keys and targets',
    control: signed({
      path: `/negative/x/../${'a'.repeat(1019)}`,
      body: 'x',
      alter: (request) => request,
    }),
    controlStatus: 200,
    cases: keys,
  },
  {
    name: 'what is not there',
    control: signed({ path: '/negative/object' }),
    controlStatus: 200,
    cases: missing,
  },
  {
    name: 'methods and subresources',
    control: signed({ path: '/negative', query: { location: '' } }),
    controlStatus: 200,
    cases: methods,
  },
]
