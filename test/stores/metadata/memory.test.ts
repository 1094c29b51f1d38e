/** The metadata in memory keeps the contract. */
import { openMemoryMetadata } from '../../../src/stores/metadata/memory.ts'
import { metadataStoreContract } from '../../contracts/metadata-store.ts'

metadataStoreContract('memory', async (clock) => openMemoryMetadata(clock), 60)
