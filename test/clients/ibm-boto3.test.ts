/** IBM Cloud Object Storage's own boto3 with HMAC keys, over http and https. */
import { botoTests } from './boto.ts'
import { clientSuite } from './installed.ts'

clientSuite('ibm-boto3', (python) => botoTests('ibm_boto3', python))
