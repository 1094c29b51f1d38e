/** Apache Arrow, which brings the AWS SDK for C++. */
import { clientSuite } from './installed.ts'
import { scriptTests } from './script-tests.ts'

clientSuite('pyarrow', (python) =>
  scriptTests(python, {
    file: 'arrow-files.py',
    bucket: 'arrow',
    held: ['uploads in parts', 'downloads', 'lists', 'copies', 'data sets', 'deletes', 'refusals'],
  }),
)
