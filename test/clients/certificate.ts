/**
 * A self-signed certificate for a test server, made when it is needed, so that no private key lies in the repository.
 *
 * X.509 in DER (RFC 5280), written by hand: node:crypto signs but does not build certificates.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const dayMillis = 86_400_000

const oid = {
  commonName: '0603550403',
  subjectAltName: '0603551d11',
  basicConstraints: '0603551d13',
  ecdsaWithSha256: '06082a8648ce3d040302',
}

export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** Writes `cert.pem` and `key.pem` into a folder: P-256, valid from yesterday for a month, for these DNS names and 127.0.0.1. */
export async function writeCertificate(
  folder: string,
  names: readonly string[],
): Promise<CertificateFiles> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' })
  const body = sequence(
    der(0xa0, hex('020102')),
    der(
      0x02,
      Buffer.concat([hex('01'), createHash('sha256').update(subjectKey).digest().subarray(0, 15)]),
    ),
    sequence(hex(oid.ecdsaWithSha256)),
    name('ashlar test'),
    sequence(utcTime(Date.now() - dayMillis), utcTime(Date.now() + 30 * dayMillis)),
    name('ashlar test'),
    subjectKey,
    der(0xa3, sequence(alternativeNames(names), certificateAuthority())),
  )
  const signature = Buffer.concat([hex('00'), sign('sha256', body, privateKey)])
  const certificate = sequence(body, sequence(hex(oid.ecdsaWithSha256)), der(0x03, signature))

  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  await writeFile(files.cert, pem(certificate))
  await writeFile(files.key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return files
}

function name(commonName: string): Buffer {
  const value = der(0x0c, Buffer.from(commonName))
  return sequence(der(0x31, sequence(hex(oid.commonName), value)))
}

function alternativeNames(names: readonly string[]): Buffer {
  const dns = names.map((one) => der(0x82, Buffer.from(one)))
  const loopback = der(0x87, Buffer.from([127, 0, 0, 1]))
  return sequence(hex(oid.subjectAltName), der(0x04, sequence(...dns, loopback)))
}

/** Self-signed, so it has to be its own authority for clients that are told to trust it. */
function certificateAuthority(): Buffer {
  return sequence(hex(oid.basicConstraints), hex('0101ff'), der(0x04, sequence(hex('0101ff'))))
}

/** `YYMMDDhhmmssZ`. */
function utcTime(instant: number): Buffer {
  const digits = new Date(instant).toISOString().replaceAll(/\D/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

function sequence(...items: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(items))
}

/** Tag, length in its shortest form, content. */
function der(tag: number, content: Uint8Array): Buffer {
  const size = content.length
  const length =
    size < 0x80
      ? [size]
      : size < 0x100
        ? [0x81, size]
        : [0x82, Math.floor(size / 0x100), size % 0x100]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex')
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
