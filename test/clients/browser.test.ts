/** Chromium: one browser and one server for everything that pages of other origins do. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer, type TestServer } from '../harness/server.ts'
import {
  guideCode,
  openBrowser,
  pickedFile,
  signedBucket,
  type Browser,
  type Signer,
} from './browser.ts'
import { corsTests } from './browser-cors-tests.ts'
import { sdkTests } from './browser-sdk-tests.ts'
import { uploadTests } from './browser-upload-tests.ts'
import { clientSuite } from './installed.ts'

clientSuite('browser', (program) => {
  let server: TestServer
  let browser: Browser

  before(async () => {
    // Preflights are counted in its log.
    server = await startServer({ env: { ASHLAR_LOG_LEVEL: 'info' } })
    const sdk = await readFile(createRequire(program).resolve('aws-sdk/dist/aws-sdk.min.js'))
    const files = { '/file': pickedFile, '/aws-sdk.js': sdk }
    browser = await openBrowser(program, { sign: await guideSigner(server), files })
  })
  after(async () => {
    await browser?.[Symbol.asyncDispose]()
    await server.stop()
  })

  describe('uploads', () => uploadTests(() => ({ server, browser })))
  describe('the SDK in a page', () => sdkTests(() => ({ server, browser })))
  describe('rules', () => corsTests(() => ({ server, browser })))
})

/** The guide's sign.js where it finds our packages. */
async function guideSigner({ endpoint, region, keys }: TestServer): Promise<Signer> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-guide-'))
  const packages = fileURLToPath(new URL('../../node_modules', import.meta.url))
  await symlink(packages, join(folder, 'node_modules'))
  const file = join(folder, 'sign.mjs')
  await writeFile(file, await guideCode('sign.js'))
  const { createSigner } = (await import(file)) as {
    createSigner: (config: object, bucket: string) => Signer
  }
  await rm(folder, { recursive: true })
  return createSigner({ endpoint, region, credentials: keys }, signedBucket)
}
