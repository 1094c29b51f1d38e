/** The five documents that this server was begun with: each tells how one of its clients, or one of its kin, uploads a part. */
import type { DialectName } from '../../src/model/dialects/dialect.ts'

export interface Seed {
  /** As the tests name it. */
  readonly title: string
  readonly dialect: DialectName
}

export type SeedName = 'k6' | 'sdk' | 'cli' | 'ibm' | 'yandex'

export const seeds: { readonly [Name in SeedName]: Seed } = {
  k6: { title: 'k6 jslib, S3Part', dialect: 'aws' },
  sdk: { title: 'AWS SDK for JavaScript, UploadPartCommand', dialect: 'aws' },
  cli: { title: 'AWS CLI, s3api upload-part', dialect: 'aws' },
  ibm: { title: 'IBM COS SDK for Python, upload_part', dialect: 'ibm' },
  yandex: { title: 'Yandex Object Storage, uploadPart', dialect: 'yandex' },
}
