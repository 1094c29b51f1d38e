/** DuckDB and its extension httpfs, which has an S3 client of its own. */
import { clientSuite } from './installed.ts'
import { scriptTests } from './script-tests.ts'

clientSuite('duckdb', (python) =>
  scriptTests(python, {
    file: 'duckdb-files.py',
    bucket: 'duckdb',
    made: true,
    // It begins an upload for an empty file, sends no part, and never completes it.
    unstored: 'empty',
    inParts: 'tables/one.csv',
    held: ['blobs', 'tables', 'ranges', 'partitions', 'overwrites', 'refusals'],
  }),
)
