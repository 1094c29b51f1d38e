/** The AWS CLI, major version 1. */
import { awsCliTests } from './aws-cli-tests.ts'
import { clientSuite } from './installed.ts'

clientSuite('aws-cli-v1', awsCliTests)
