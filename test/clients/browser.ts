/**
 * A real browser: Debian's Chromium without a window, driven by Playwright. Its pages come from two origins that are not the
 * server's, and what they do is in browser-page.mjs and in the guide, whose code is taken from its text.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { mebibyte } from '../../src/base/limits.ts'
import type { TestServer } from '../harness/server.ts'
import { seededBytes } from './bytes.ts'

/** What of Playwright is used here: it is no dependency of ours, so neither are its types. */
export interface Page {
  goto(url: string): Promise<unknown>
  evaluate(expression: string): Promise<unknown>
  setInputFiles(selector: string, file: PickedFile): Promise<void>
  click(selector: string): Promise<void>
  waitForURL(url: RegExp): Promise<void>
  url(): string
}

export interface PickedFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

interface Chromium {
  launch(options: object): Promise<{
    newContext(): Promise<{ newPage(): Promise<Page> }>
    close(): Promise<void>
  }>
}

export interface Site {
  readonly origin: string
  readonly page: Page
  /** Runs a function of browser-page.mjs in the page; what it takes and gives is JSON. */
  run(step: string, input?: object): Promise<unknown>
}

export interface Browser extends AsyncDisposable {
  /** Pages of two origins in one browser, so that they share what it keeps. */
  readonly sites: readonly [Site, Site]
}

/** Where the pages' tests run; what they share makes them quick. */
export interface Stage {
  readonly server: TestServer
  readonly browser: Browser
}

/** Gives a presigned URL. */
export type Signer = (ask: object) => Promise<string>

/** The bucket that URLs are signed for. */
export const signedBucket = 'browser-upload'

/** What the user of the page has picked, at `/file`: four parts. */
export const pickedFile: Buffer = seededBytes('picked', 17 * mebibyte + 3)

interface Pages {
  /** Answers what a page posts to its own origin's `/sign`. */
  readonly sign: Signer
  /** What else is at each origin, by its path. */
  readonly files: Readonly<Record<string, Uint8Array>>
}

export async function openBrowser(program: string, pages: Pages): Promise<Browser> {
  const { chromium } = createRequire(program)('playwright-core') as { chromium: Chromium }
  const browser = await chromium.launch({
    executablePath: program,
    // Root has no sandbox; every page is ours. Nothing but this machine is looked up.
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  })
  // One context: pages of several would share no cache.
  const context = await browser.newContext()
  const servers = [await servePages(pages), await servePages(pages)] as const
  const open = async (server: Server): Promise<Site> => {
    const page = await context.newPage()
    const { port } = server.address() as AddressInfo
    const origin = `http://127.0.0.1:${port}`
    await page.goto(`${origin}/`)
    const run = async (step: string, input: object = {}): Promise<unknown> =>
      await page.evaluate(
        `import('/page.mjs').then((all) => all.${step}(${JSON.stringify(input)}))`,
      )
    return { origin, page, run }
  }
  return {
    sites: [await open(servers[0]), await open(servers[1])],
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

/** One origin with a page, its scripts and its signer. */
async function servePages({ sign, files }: Pages): Promise<Server> {
  const script = await readFile(new URL('browser-page.mjs', import.meta.url))
  const upload = await guideCode('upload.js')
  const answers = { ...files, '/page.mjs': script, '/upload.js': Buffer.from(upload) }
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    if (path === '/sign') {
      void text(request).then(async (ask) => {
        response.end(await sign(JSON.parse(ask) as object))
      })
      return
    }
    const found = Object.entries(answers).find(([name]) => name === path)?.[1]
    const type = found === undefined ? 'text/html' : 'text/javascript'
    response.setHeader('Content-Type', type).end(found ?? '<!doctype html><title>a page</title>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const guide = new URL('../../docs/guide/browser-uploads.md', import.meta.url)

/** The block of the guide that begins with this name in a comment, or the first one of JSON. */
export async function guideCode(name: 'cors.json' | 'sign.js' | 'upload.js'): Promise<string> {
  const blocks = (await readFile(guide, 'utf8')).split(/^```/m).filter((_, at) => at % 2 === 1)
  const start = name === 'cors.json' ? 'json\n' : `js\n// ${name}\n`
  const found = blocks.find((block) => block.startsWith(start))
  if (found === undefined) throw new Error(`the guide has no ${name}`)
  return found.slice(found.indexOf('\n') + 1)
}
