/** minio-js. */
import { clientSuite } from './installed.ts'
import { scriptTests } from './script-tests.ts'

clientSuite('minio-js', (installed) =>
  scriptTests(process.execPath, {
    file: 'minio-js.mjs',
    bucket: 'minio-js',
    env: { INSTALLED: installed },
    held: [
      'uploads',
      'downloads',
      'streams',
      'lists',
      'copies',
      'presigned',
      'tags',
      'unfinished',
      'deletes',
      'refusals',
    ],
  }),
)
