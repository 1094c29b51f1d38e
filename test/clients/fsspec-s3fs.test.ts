/** s3fs of fsspec, the file system of pandas, Dask and many more. */
import { clientSuite } from './installed.ts'
import { scriptTests } from './script-tests.ts'

clientSuite('fsspec-s3fs', (python) =>
  scriptTests(python, {
    file: 'fsspec-files.py',
    bucket: 'fsspec',
    held: ['uploads in parts', 'downloads', 'open files', 'lists', 'moves', 'deletes', 'refusals'],
  }),
)
