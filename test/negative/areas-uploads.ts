/** Multipart uploads: numbers, upload ids, lists of parts. */
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'
import type { Scene } from './scene.ts'

const malformed = 'MalformedXML'

const part = (number: string | number, etag: string): string =>
  `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`

function complete(
  inner: (scene: Scene) => string,
  change: { uploadId?: string; path?: string } = {},
): Ask {
  return signed((scene) => ({
    method: 'POST',
    path: change.path ?? '/negative/upload',
    query: { uploadId: change.uploadId ?? scene.uploadId },
    body: `<CompleteMultipartUpload>${inner(scene)}</CompleteMultipartUpload>`,
  }))
}

const missingPart = /^One or more of the specified parts could not be found/
const order = 'The list of parts was not in ascending order. Parts must be ordered by part number.'

const completionRows: readonly Row[] = [
  ['no parts', complete(() => ''), 400, malformed],
  [
    'a part that is not there',
    complete(({ etag }) => part(1, etag) + part(2, etag)),
    400,
    'InvalidPart',
    missingPart,
  ],
  ['another tag', complete(() => part(1, '"0"')), 400, 'InvalidPart', missingPart],
  [
    'a part twice',
    complete(({ etag }) => part(1, etag) + part(1, etag)),
    400,
    'InvalidPartOrder',
    order,
  ],
  [
    'parts out of order',
    complete(({ etag }) => part(2, etag) + part(1, etag)),
    400,
    'InvalidPartOrder',
    order,
  ],
  ['a part without a number', complete(() => '<Part><ETag>"x"</ETag></Part>'), 400, malformed],
  [
    'a part without a tag',
    complete(() => '<Part><PartNumber>1</PartNumber></Part>'),
    400,
    malformed,
  ],
  ['a number that is none', complete(({ etag }) => part('one', etag)), 400, malformed],
  [
    'an unknown upload',
    complete(({ etag }) => part(1, etag), { uploadId: 'unknown' }),
    404,
    'NoSuchUpload',
  ],
  [
    'the upload of another key',
    complete(({ etag }) => part(1, etag), { path: '/negative/other' }),
    404,
    'NoSuchUpload',
  ],
  [
    'the upload of another bucket',
    complete(({ etag }) => part(1, etag), { path: '/guests/upload' }),
    403,
    'AccessDenied',
  ],
]

const range = 'Part number must be an integer between 1 and 10000, inclusive'
const unknown =
  'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.'

function upload(query: Record<string, string>, headers: Record<string, string> = {}): Ask {
  return signed(({ uploadId }) => ({
    path: '/negative/upload',
    query: { uploadId, ...query },
    headers,
    body: 'x',
  }))
}

const partRows: readonly Row[] = [
  ...['0', '-1', '10001', '1e3', '0x10', '+1', ' 1', '1.0', '12abc', '', '9007199254740993'].map(
    (number): Row => [
      `part number '${number}'`,
      upload({ partNumber: number }),
      400,
      'InvalidArgument',
      range,
    ],
  ),
  [
    'a part number alone',
    signed({ path: '/negative/upload', query: { partNumber: '1' }, body: 'x' }),
    400,
    'InvalidArgument',
    'This operation does not accept partNumber without uploadId',
  ],
  ['an upload id alone', upload({}), 400, 'InvalidArgument'],
  [
    'an unknown upload',
    upload({ partNumber: '1', uploadId: 'unknown' }),
    404,
    'NoSuchUpload',
    unknown,
  ],
  ['an empty upload id', upload({ partNumber: '1', uploadId: '' }), 404, 'NoSuchUpload'],
  [
    'an upload id of 16 KB',
    upload({ partNumber: '1', uploadId: 'a'.repeat(7000) }),
    404,
    'NoSuchUpload',
  ],
  [
    'an upload id with __proto__',
    upload({ partNumber: '1', uploadId: '__proto__' }),
    404,
    'NoSuchUpload',
  ],
  [
    'the upload of another key',
    signed(({ uploadId }) => ({
      path: '/negative/other',
      query: { partNumber: '1', uploadId },
      body: 'x',
    })),
    404,
    'NoSuchUpload',
  ],
  [
    'the upload of another key in other letters',
    signed(({ uploadId }) => ({
      path: '/negative/Upload',
      query: { partNumber: '1', uploadId },
      body: 'x',
    })),
    404,
    'NoSuchUpload',
  ],
  [
    'abort of an unknown upload',
    signed({ method: 'DELETE', path: '/negative/upload', query: { uploadId: 'unknown' } }),
    404,
    'NoSuchUpload',
  ],
  [
    'abort of the upload of another key',
    signed(({ uploadId }) => ({ method: 'DELETE', path: '/negative/other', query: { uploadId } })),
    404,
    'NoSuchUpload',
  ],
  [
    'parts of an unknown upload',
    signed({ path: '/negative/upload', query: { uploadId: 'unknown' } }),
    404,
    'NoSuchUpload',
  ],
  [
    'max-parts=-1',
    signed(({ uploadId }) => ({
      path: '/negative/upload',
      query: { uploadId, 'max-parts': '-1' },
    })),
    400,
    'InvalidArgument',
  ],
  [
    'max-parts=abc',
    signed(({ uploadId }) => ({
      path: '/negative/upload',
      query: { uploadId, 'max-parts': 'abc' },
    })),
    400,
    'InvalidArgument',
  ],
  [
    'part-number-marker=x',
    signed(({ uploadId }) => ({
      path: '/negative/upload',
      query: { uploadId, 'part-number-marker': 'x' },
    })),
    400,
    'InvalidArgument',
  ],
  [
    'a part of 5 GiB and a byte',
    signed(({ uploadId }) => ({
      path: '/negative/upload',
      query: { uploadId, partNumber: '2' },
      body: 'x',
      payload: 'unsigned',
      alter: (request) => ({
        ...request,
        headers: request.headers.map(([name, value]) =>
          name === 'content-length' ? [name, '5368709121'] : [name, value],
        ),
      }),
    })),
    400,
    'EntityTooLarge',
  ],
  [
    'an upload with an unknown checksum',
    signed({
      method: 'POST',
      path: '/negative/new',
      query: { uploads: '' },
      headers: { 'x-amz-checksum-algorithm': 'CRC99' },
    }),
    400,
    'InvalidRequest',
  ],
  [
    'CRC64NVME as a composite',
    signed({
      method: 'POST',
      path: '/negative/new',
      query: { uploads: '' },
      headers: { 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'COMPOSITE' },
    }),
    400,
    'InvalidRequest',
  ],
  [
    'SHA256 of a full object',
    signed({
      method: 'POST',
      path: '/negative/new',
      query: { uploads: '' },
      headers: { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-type': 'FULL_OBJECT' },
    }),
    400,
    'InvalidRequest',
  ],
  [
    'a type without an algorithm',
    signed({
      method: 'POST',
      path: '/negative/new',
      query: { uploads: '' },
      headers: { 'x-amz-checksum-type': 'FULL_OBJECT' },
    }),
    400,
    'InvalidRequest',
  ],
]

export const uploadAreas: readonly Area[] = [
  {
    name: 'lists of parts',
    control: signed(({ uploadId }) => ({ path: '/negative/upload', query: { uploadId } })),
    controlStatus: 200,
    cases: casesOf(completionRows),
  },
  {
    name: 'parts',
    control: upload({ partNumber: '1' }),
    controlStatus: 200,
    cases: casesOf(partRows),
  },
]
