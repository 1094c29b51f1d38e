/** Makes and opens envelopes: by a customer's key, by the server's own key, by a named key of the KMS. */
import { assert } from '../../base/assert.ts'
import type { Chance } from '../../base/chance.ts'
import { S3Error } from '../../model/errors.ts'
import { BlobCorrupt } from '../../stores/blobs/store.ts'
import {
  KeyDisabled,
  KeyMissing,
  KeyRefused,
  KeyStoreUnavailable,
  type KeyStore,
} from '../../stores/keys/store.ts'
import type { Encryption } from '../../stores/metadata/records.ts'
import { binding } from './binding.ts'
import { unwrapForCustomer, wrapForCustomer } from './customer-envelope.ts'
import { layersOf, OpenDataKey } from './data-key.ts'
import type { AskedEncryption, CustomerKey, DataKey, Envelopes, Place } from './envelope.ts'
import { keyBytes } from './key-wrap.ts'

export interface EnvelopeParts {
  /** Holds the server's own key, for SSE-S3. */
  readonly server: KeyStore
  /** Holds the keys that requests name. */
  readonly kms: KeyStore
  readonly chance: Chance
}

export function createEnvelopes(parts: EnvelopeParts): Envelopes {
  return {
    create: (asked, place) => sealed(parts, { secret: parts.chance.bytes(keyBytes), asked, place }),
    open: async (encryption, place, customer) => {
      const secret = await unwrapped(parts, { encryption, place, customer })
      return new OpenDataKey(secret, encryption, parts.chance)
    },
    rewrap: async (open, asked, place) => {
      if (layersOf(open.encryption) !== layersOf(asked)) return undefined
      assert(open instanceof OpenDataKey, 'data keys are made by one maker')
      return await sealed(parts, { secret: open.exported(), asked, place })
    },
  }
}

interface Sealing {
  /** Is erased. */
  readonly secret: Uint8Array
  readonly asked: AskedEncryption
  readonly place: Place
}

async function sealed(parts: EnvelopeParts, sealing: Sealing): Promise<DataKey> {
  try {
    const encryption = await wrapped(parts, sealing)
    return new OpenDataKey(sealing.secret, encryption, parts.chance)
  } finally {
    sealing.secret.fill(0)
  }
}

async function wrapped(
  { server, kms, chance }: EnvelopeParts,
  { secret, asked, place }: Sealing,
): Promise<Encryption> {
  switch (asked.method) {
    case 'SSE-C':
      return wrapForCustomer(secret, { customer: asked, place }, chance)
    case 'SSE-S3': {
      const keyId = await reached(server.resolve(undefined))
      const kept = await reached(server.wrap(keyId, secret, binding('SSE-S3', place)))
      return { method: 'SSE-S3', keyId, wrapped: kept }
    }
    default: {
      const { method, context, bucketKey } = asked
      const keyId = await named(asked.keyId, kms.resolve(asked.keyId))
      const bound = binding(method, place, context)
      const kept = await named(keyId, kms.wrap(keyId, secret, bound))
      return { method, keyId, wrapped: kept, context, bucketKey }
    }
  }
}

interface Opening {
  readonly encryption: Encryption
  readonly place: Place
  readonly customer: CustomerKey | undefined
}

async function unwrapped(
  { server, kms }: EnvelopeParts,
  { encryption, place, customer }: Opening,
): Promise<Uint8Array> {
  switch (encryption.method) {
    case 'SSE-C':
      assert(customer !== undefined, 'whoever opens an SSE-C envelope brings the key')
      return unwrapForCustomer(encryption, { customer, place })
    case 'SSE-S3': {
      const { keyId, wrapped: kept } = encryption
      return await proven(place, reached(server.unwrap(keyId, kept, binding('SSE-S3', place))))
    }
    default: {
      const { keyId, method, context, wrapped: kept } = encryption
      const bound = binding(method, place, context)
      return await proven(place, named(keyId, kms.unwrap(keyId, kept, bound)))
    }
  }
}

/** The one place where what a key store says of a named key becomes what S3 says of it. */
async function named<T>(name: string | undefined, answer: Promise<T>): Promise<T> {
  try {
    return await reached(answer)
  } catch (error) {
    if (error instanceof KeyMissing) {
      throw new S3Error('KMS.NotFoundException', {}, `Key '${name ?? ''}' does not exist`)
    }
    if (error instanceof KeyDisabled) {
      throw new S3Error('KMS.DisabledException', {}, `${name ?? ''} is disabled.`)
    }
    throw error
  }
}

/** Of the server's own key there is nothing else to say: that it is missing or disabled is no fault of a request. */
async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof KeyStoreUnavailable) throw new S3Error('ServiceUnavailable')
    throw error
  }
}

/** An envelope that is not the one of this place is damage, as a block that fails its checksum is. */
async function proven(place: Place, answer: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof KeyRefused)) throw error
    throw new BlobCorrupt(`the envelope of ${place.bucket}/${place.key} does not open`)
  }
}
