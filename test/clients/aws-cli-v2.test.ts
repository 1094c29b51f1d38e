/** The AWS CLI, major version 2. */
import { awsCliTests } from './aws-cli-tests.ts'
import { clientSuite } from './installed.ts'

clientSuite('aws-cli-v2', awsCliTests)
