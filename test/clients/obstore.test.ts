/** obstore: Rust's object_store, the client of Delta Lake, DataFusion, LanceDB and many more. */
import { clientSuite } from './installed.ts'
import { scriptTests } from './script-tests.ts'

clientSuite('obstore', (python) =>
  scriptTests(python, {
    file: 'obstore-files.py',
    bucket: 'obstore',
    made: true,
    held: [
      'uploads in parts',
      'downloads',
      'lists',
      'conditions',
      'copies',
      'attributes',
      'signed',
      'deletes',
      'refusals',
    ],
  }),
)
