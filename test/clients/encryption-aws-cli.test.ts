/** The AWS CLI, both major versions, with each kind of server-side encryption. */
import { encryptionAwsCliTests } from './encryption-aws-cli-tests.ts'
import { clientSuite } from './installed.ts'

for (const name of ['aws-cli-v1', 'aws-cli-v2'] as const) {
  clientSuite(name, encryptionAwsCliTests)
}
