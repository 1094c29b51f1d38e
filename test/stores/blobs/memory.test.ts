/** The blob store in memory holds the contract. */
import { memoryBlobs } from '../../../src/stores/blobs/memory.ts'
import { blobStoreContract } from '../../contracts/blob-store.ts'

blobStoreContract('memory', async () => memoryBlobs())
