/** The credential of a signature, `<access key id>/<yyyyMMdd>/<region>/s3/aws4_request`, and whether it is meant for us. */
import type { S3Error } from '../model/errors.ts'
import type { Realm } from './realm.ts'

export interface Scope {
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminal: string
}

export interface Credential {
  readonly accessKeyId: string
  readonly scope: Scope
}

/** How the two forms word the same fault; S3 has a code and a beginning of its own for each. */
export type Complaint = (fault: Fault) => S3Error

export interface Fault {
  readonly says: string
  readonly region?: string
}

/** Of the request before: a pure function's last result, for most come from one client. */
let last: { readonly text: string; readonly credential: Credential } | undefined

export function readCredential(text: string, complain: Complaint): Credential {
  if (last?.text === text) return last.credential
  const credential = splitCredential(text, complain)
  last = { text, credential }
  return credential
}

function splitCredential(text: string, complain: Complaint): Credential {
  const [accessKeyId, date, region, service, terminal, ...more] = text.split('/')
  if (!accessKeyId || !date || !region || !service || !terminal || more.length > 0) {
    const says =
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
    throw complain({ says })
  }
  return { accessKeyId, scope: { date, region, service, terminal } }
}

/** That the scope's date is the request's is for the caller to check: the two forms word that fault differently. */
export function checkScope(scope: Scope, realm: Realm, complain: Complaint): void {
  if (!/^\d{8}$/.test(scope.date)) {
    const says = `incorrect date format "${scope.date}". This date in the credential must be in the format "yyyyMMdd".`
    throw complain({ says })
  }
  if (!isOurs(scope.region, realm)) {
    const says = `the region '${scope.region}' is wrong; expecting '${realm.region}'`
    throw complain({ says, region: realm.region })
  }
  if (scope.service !== 's3') {
    throw complain({
      says: `incorrect service "${scope.service}". This endpoint belongs to "s3".`,
    })
  }
  if (scope.terminal !== 'aws4_request') {
    const says = `incorrect terminal "${scope.terminal}". This endpoint uses "aws4_request".`
    throw complain({ says })
  }
}

function isOurs(region: string, realm: Realm): boolean {
  if (region === realm.region) return true
  const others = realm.regions ?? []
  return others.includes(region) || others.includes('*')
}

/** As it stands in the string to sign. */
export function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/${scope.service}/${scope.terminal}`
}
