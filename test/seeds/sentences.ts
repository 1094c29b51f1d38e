/**
 * The sentences of the documents about uploading a part, and what holds of each. Where a sentence is held elsewhere, the file
 * that proves it stands in place of a function. What their sentences say of prices and permissions at Amazon is left out.
 */
import type { Rows } from '../operations/rows.ts'
import * as check from './checks.ts'
import type { SeedName } from './documents.ts'

export interface Sentence {
  readonly seed: readonly SeedName[]
  readonly section: string
  readonly says: string
  /** Given a server of the dialect and a key that nobody else uses. */
  readonly holds: string | ((rows: Rows, key: string) => Promise<void>)
}

const amazon = ['sdk', 'cli', 'ibm'] as const
const all = [...amazon, 'yandex'] as const
const names = 'test/wire/foreign-names.test.ts'
const encryption = 'test/operations/rows-context.test.ts'

export const sentences: readonly Sentence[] = [
  {
    seed: ['k6'],
    section: 'Table',
    says: 'a part has its number and the ETag that the upload of the part answered',
    holds: check.etagIsListed,
  },
  {
    seed: ['k6'],
    section: 'Example',
    says: 'twelve megabytes in two parts come back as they were, and are deleted',
    holds: check.wholeLife,
  },
  {
    seed: amazon,
    section: 'Description',
    says: 'a part may be a copy of an object',
    holds: check.copiedPart,
  },
  {
    seed: amazon,
    section: 'Description',
    says: 'an upload is initiated first, and its id is in every request for a part',
    holds: check.idIsNeeded,
  },
  {
    seed: all,
    section: 'Description',
    says: 'part numbers are 1 to 10,000, inclusive',
    holds: check.numbersInRange,
  },
  {
    seed: all,
    section: 'Description',
    says: 'the number says where the part is in the object, whatever came first',
    holds: check.orderByNumber,
  },
  {
    seed: all,
    section: 'Description',
    says: 'a part of a number that was used replaces the part before it',
    holds: check.lastWins,
  },
  {
    seed: all,
    section: 'Description',
    says: 'every part but the last has at least 5 MB',
    holds: check.smallParts,
  },
  {
    seed: amazon,
    section: 'Description',
    says: 'Content-MD5 is checked against the bytes',
    holds: check.contentMd5,
  },
  {
    seed: ['sdk', 'ibm'],
    section: 'Description',
    says: 'with SigV4, x-amz-content-sha256 is the checksum',
    holds: check.contentSha256,
  },
  {
    seed: amazon,
    section: 'Note',
    says: 'an upload is completed or aborted, and then its parts are gone',
    holds: check.abortEnds,
  },
  {
    seed: amazon,
    section: 'Note',
    says: 'aborting frees the storage of the parts',
    holds: 'test/jobs/reclaim.test.ts',
  },
  {
    seed: amazon,
    section: 'Description',
    says: 'encryption is said when the upload is initiated; a key of the customer with every part',
    holds: encryption,
  },
  {
    seed: all,
    section: 'Special errors',
    says: 'NoSuchUpload, 404: an id that is wrong, of an aborted upload, of a completed one',
    holds: check.noSuchUpload,
  },
  {
    seed: ['cli', 'ibm'],
    section: 'Response',
    says: 'the answer has the ETag of the part, in quotes',
    holds: check.quotedEtag,
  },
  {
    seed: ['cli', 'ibm'],
    section: 'Parameters',
    says: 'the length of the body may be left to chunks',
    holds: check.chunkedBody,
  },
  {
    seed: ['cli'],
    section: 'Parameters',
    says: 'x-amz-request-payer: requester is taken',
    holds: check.requestPayer,
  },
  {
    seed: ['ibm'],
    section: 'RequestPayer',
    says: 'ignored if present, whatever it says',
    holds: check.ignores('x-amz-request-payer', 'nobody'),
  },
  {
    seed: ['ibm'],
    section: 'ExpectedBucketOwner',
    says: 'ignored if present, whatever it says',
    holds: check.ignores('x-amz-expected-bucket-owner', '999999999999'),
  },
  {
    seed: ['ibm'],
    section: 'Bucket',
    says: 'names of access points and of Outposts are no buckets',
    holds: names,
  },
  {
    seed: ['ibm'],
    section: 'SSEKMSKeyId',
    says: 'not returned',
    holds: 'test/server/dialect.test.ts',
  },
  {
    seed: ['yandex'],
    section: 'Request',
    says: 'PUT /{bucket}/{key}?partNumber=PartNumber&uploadId=UploadId',
    holds: check.quotedEtag,
  },
  {
    seed: ['yandex'],
    section: 'Request headers',
    says: 'Content-Length is required',
    holds: check.lengthRequired,
  },
  {
    seed: ['yandex'],
    section: 'Response headers',
    says: 'X-Amz-Storage-Class is COLD of cold storage, and left out of standard storage',
    holds: check.storageClass,
  },
  {
    seed: ['yandex'],
    section: 'Response codes',
    says: 'EntityTooSmall, 400: a part below 5 MB that cannot be the last',
    holds: check.smallPartRefused,
  },
]
