/** The metadata in a file, with its writer thread, keeps the contract. */
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import { metadataStoreContract } from '../../contracts/metadata-store.ts'
import { temporaryFolder } from './folder.ts'

metadataStoreContract(
  'sqlite',
  async (clock) => {
    const folder = await temporaryFolder()
    const store = await openSqliteMetadata({ file: folder.file, clock })
    const close = store[Symbol.asyncDispose].bind(store)
    const closeAll = async (): Promise<void> => {
      await close()
      await folder[Symbol.asyncDispose]()
    }
    return Object.assign(store, { [Symbol.asyncDispose]: closeAll })
  },
  8,
)
