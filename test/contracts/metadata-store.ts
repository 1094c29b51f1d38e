/** The contract of the metadata seam: every sentence of src/stores/metadata/store.ts, for any engine. */
import { describe } from 'node:test'
import { bucketsContract } from './metadata/buckets.ts'
import { completionContract } from './metadata/completion.ts'
import { envelopesContract } from './metadata/envelopes.ts'
import { listingContract } from './metadata/listing.ts'
import { modelContract } from './metadata/model.ts'
import { objectsContract } from './metadata/objects.ts'
import { packsContract } from './metadata/packs.ts'
import { partsContract } from './metadata/parts.ts'
import { reclaimContract } from './metadata/reclaim.ts'
import type { Open } from './metadata/scene.ts'
import { sealedContract } from './metadata/sealed.ts'
import { uploadsContract } from './metadata/uploads.ts'

/** `runs` is how often each property is tried: a store that must be opened for each of them is slower. */
export function metadataStoreContract(name: string, open: Open, runs: number): void {
  describe(`metadata store contract: ${name}`, () => {
    bucketsContract(open)
    objectsContract(open)
    envelopesContract(open)
    listingContract(open, runs)
    uploadsContract(open)
    partsContract(open)
    completionContract(open)
    reclaimContract(open)
    packsContract(open)
    sealedContract(open)
    modelContract(open, runs)
  })
}
