/**
 * Every option of `ashlar serve`, once: its flag, its name in the environment, its default, and the sentence that explains
 * it. Reading, checking, `--help` and the documentation come from this table.
 */
import { adminOptions } from './admin-options.ts'
import { keepingOptions } from './keeping-options.ts'
import { powerOptions } from './power-options.ts'
import { dialectNames } from '../model/dialects/named.ts'
import { logLevels } from '../observe/log.ts'

export interface Option {
  readonly name: OptionName
  /** Absent for what is rarely needed, and for secrets: a command line can be read by every user of a machine. */
  readonly flag?: string
  readonly env: string
  /** What stands for the value in `--help`. */
  readonly value: string
  readonly default?: string
  readonly choices?: readonly string[]
  /** Given or not: its flag takes no value, and in the environment it is `on` or `off`. */
  readonly switch?: boolean
  /** May be given more than once; in the environment its values are separated by commas. */
  readonly repeatable?: boolean
  /** The value may be left in a file that `<env>_FILE` names; it is never shown or logged. */
  readonly secret?: boolean
  readonly sentence: string
}

export type OptionName =
  | 'data'
  | 'listen'
  | 'admin'
  | 'metrics-token-file'
  | 'region'
  | 'domain'
  | 'workers'
  | 'accelerator'
  | 'accounts'
  | 'tls-cert'
  | 'tls-key'
  | 'log-level'
  | 'default-checksum'
  | 'default-encryption'
  | 'sse-c-over-http'
  | 'key-ring'
  | 'kms-key'
  | 'vault-address'
  | 'vault-token-file'
  | 'vault-token'
  | 'vault-mount'
  | 'vault-namespace'
  | 'vault-ca'
  | 'vault-over-http'
  | 'dialect'
  | 'token-service'
  | 'doctor-rate'
  | 'default-object-ownership'
  | 'default-public-access-block'
  | 'reclaim-grace'
  | 'disk-reserve'
  | 'durability'
  | 'scrub-interval'
  | 'scrub-rate'
  | 'snapshot-interval'
  | 'root-access-key'
  | 'root-secret-key'

export const options: readonly Option[] = [
  {
    name: 'data',
    flag: '--data',
    env: 'ASHLAR_DATA',
    value: 'folder',
    default: 'ashlar-data',
    sentence: 'where everything is kept; made when it is not there',
  },
  {
    name: 'listen',
    flag: '--listen',
    env: 'ASHLAR_LISTEN',
    value: 'host:port',
    default: '127.0.0.1:9000',
    sentence:
      'address of the S3 endpoint; port 0 takes a free one, host 0.0.0.0 opens it to the network',
  },
  ...adminOptions,
  {
    name: 'region',
    flag: '--region',
    env: 'ASHLAR_REGION',
    value: 'name',
    default: 'us-east-1',
    sentence: 'the region that clients sign for',
  },
  {
    name: 'domain',
    flag: '--domain',
    env: 'ASHLAR_DOMAIN',
    value: 'name',
    repeatable: true,
    sentence: 'a base domain for <bucket>.<domain>, besides localhost and IP addresses; repeatable',
  },
  ...powerOptions,
  {
    name: 'accounts',
    flag: '--accounts',
    env: 'ASHLAR_ACCOUNTS',
    value: 'file',
    sentence: 'JSON file of further accounts and their keys',
  },
  {
    name: 'tls-cert',
    flag: '--tls-cert',
    env: 'ASHLAR_TLS_CERT',
    value: 'file',
    sentence: 'certificate chain (PEM); together with --tls-key the endpoint speaks https',
  },
  {
    name: 'tls-key',
    flag: '--tls-key',
    env: 'ASHLAR_TLS_KEY',
    value: 'file',
    sentence: 'private key of the certificate (PEM)',
  },
  {
    name: 'log-level',
    flag: '--log-level',
    env: 'ASHLAR_LOG_LEVEL',
    value: 'level',
    default: 'info',
    choices: logLevels,
    sentence: 'info writes one line for each request, on stderr',
  },
  {
    name: 'default-checksum',
    flag: '--default-checksum',
    env: 'ASHLAR_DEFAULT_CHECKSUM',
    value: 'algorithm',
    default: 'CRC64NVME',
    choices: ['CRC64NVME', 'none'],
    sentence: 'checksum of an object whose request brings none, as S3 does it',
  },
  {
    name: 'dialect',
    flag: '--dialect',
    env: 'ASHLAR_DIALECT',
    value: 'name',
    default: 'aws',
    choices: dialectNames,
    sentence: 'whose S3 is spoken where the documented ones differ: aws, ibm (COS) or yandex',
  },
  {
    name: 'default-encryption',
    flag: '--default-encryption',
    env: 'ASHLAR_DEFAULT_ENCRYPTION',
    value: 'method',
    default: 'none',
    choices: ['none', 'AES256'],
    sentence:
      'encryption of objects whose request and bucket ask for none; without its key folder the data is lost',
  },
  {
    name: 'sse-c-over-http',
    flag: '--sse-c-over-http',
    env: 'ASHLAR_SSE_C_OVER_HTTP',
    value: 'choice',
    default: 'off',
    choices: ['on', 'off'],
    sentence: 'take keys of customers over plain http too, where anybody on the way can read them',
  },
  {
    name: 'key-ring',
    flag: '--key-ring',
    env: 'ASHLAR_KEY_RING',
    value: 'folder',
    sentence:
      'where the keys of encryption are kept; <data>/keys when not given; losing it loses what they encrypt',
  },
  {
    name: 'kms-key',
    flag: '--kms-key',
    env: 'ASHLAR_KMS_KEY',
    value: 'name',
    repeatable: true,
    sentence: 'a key for SSE-KMS, made in the key ring when it is not there; repeatable',
  },
  {
    name: 'vault-address',
    flag: '--vault-address',
    env: 'ASHLAR_VAULT_ADDRESS',
    value: 'url',
    sentence: 'take the keys for SSE-KMS from this HashiCorp Vault or OpenBao',
  },
  {
    name: 'vault-token-file',
    flag: '--vault-token-file',
    env: 'ASHLAR_VAULT_TOKEN_FILE',
    value: 'file',
    sentence: 'file of the token for Vault, read again when Vault no longer takes it',
  },
  {
    name: 'vault-token',
    env: 'ASHLAR_VAULT_TOKEN',
    value: 'token',
    sentence: 'the token itself, where no file can hold it',
  },
  {
    name: 'vault-mount',
    flag: '--vault-mount',
    env: 'ASHLAR_VAULT_MOUNT',
    value: 'path',
    default: 'transit',
    sentence: 'where its transit engine is mounted',
  },
  {
    name: 'vault-namespace',
    flag: '--vault-namespace',
    env: 'ASHLAR_VAULT_NAMESPACE',
    value: 'name',
    sentence: 'the namespace in Vault, where it has such',
  },
  {
    name: 'vault-ca',
    flag: '--vault-ca',
    env: 'ASHLAR_VAULT_CA',
    value: 'file',
    sentence: "certificate authorities (PEM) that sign Vault's certificate",
  },
  {
    name: 'vault-over-http',
    flag: '--vault-over-http',
    env: 'ASHLAR_VAULT_OVER_HTTP',
    value: 'choice',
    default: 'off',
    choices: ['on', 'off'],
    sentence: 'allow a plain http address of Vault beyond this machine',
  },
  {
    name: 'token-service',
    flag: '--token-service',
    env: 'ASHLAR_TOKEN_SERVICE',
    value: 'on | off',
    default: 'off',
    choices: ['on', 'off'],
    switch: true,
    sentence:
      'exchange the API keys of the accounts file for bearer tokens at POST /identity/token, as IBM IAM does',
  },
  {
    name: 'doctor-rate',
    env: 'ASHLAR_DOCTOR_RATE',
    value: 'count',
    default: '2',
    sentence:
      'signatures that do not match are examined this many times a second, for the log; 0 examines none',
  },
  {
    name: 'default-object-ownership',
    flag: '--default-object-ownership',
    env: 'ASHLAR_DEFAULT_OBJECT_OWNERSHIP',
    value: 'ownership',
    default: 'BucketOwnerEnforced',
    choices: ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'],
    sentence: 'of new buckets; with another than the first, ACLs count in them',
  },
  {
    name: 'default-public-access-block',
    flag: '--default-public-access-block',
    env: 'ASHLAR_DEFAULT_PUBLIC_ACCESS_BLOCK',
    value: 'on|off',
    default: 'on',
    choices: ['on', 'off'],
    sentence: 'whether new buckets block public access until their owner says otherwise',
  },
  ...keepingOptions,
  {
    name: 'root-access-key',
    env: 'ASHLAR_ROOT_ACCESS_KEY',
    value: 'id',
    secret: true,
    sentence: 'access key id of the root account; made at random on the first start when not given',
  },
  {
    name: 'root-secret-key',
    env: 'ASHLAR_ROOT_SECRET_KEY',
    value: 'secret',
    secret: true,
    sentence: 'secret access key that belongs to it',
  },
]
