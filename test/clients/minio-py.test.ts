/** minio-py. */
import { clientSuite } from './installed.ts'
import { scriptTests } from './script-tests.ts'

clientSuite('minio-py', (python) =>
  scriptTests(python, {
    file: 'minio-py.py',
    bucket: 'minio-py',
    held: [
      'uploads in parts',
      'downloads',
      'streams',
      'lists',
      'copies',
      'presigned',
      'tags',
      'deletes',
      'refusals',
    ],
  }),
)
