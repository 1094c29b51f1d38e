/** The AWS SDK for Java 2, whose three HTTP clients send bodies in three ways. */
import { clientSuite } from './installed.ts'
import { scriptTests } from './script-tests.ts'

clientSuite('java-sdk', (jars) =>
  scriptTests('java', {
    before: ['-Dfile.encoding=UTF-8', '-Dsun.jnu.encoding=UTF-8', '-cp', `${jars}/*`],
    file: 'java-sdk.java',
    bucket: 'java',
    env: { LC_ALL: 'C.UTF-8' },
    held: ['synchronous', 'netty', 'common runtime', 'lists, deletes, refusals'],
  }),
)
