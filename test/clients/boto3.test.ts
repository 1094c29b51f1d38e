/** boto3, over http and https. */
import { botoTests } from './boto.ts'
import { clientSuite } from './installed.ts'

clientSuite('boto3', (python) => botoTests('boto3', python))
