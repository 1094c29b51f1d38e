/** Much of everything at once, and what it costs: open uploads, parts of one upload, connections, keys under a listing. */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { bodyOf } from '../crash/bodies.ts'
import { Client, element, type Heard } from '../crash/client.ts'
import type { Proof, Run, Scale } from '../crash/proof.ts'
import { Stage } from './stage.ts'
import { until } from '../harness/until.ts'

interface Size {
  readonly uploads: number
  readonly parts: number
  readonly connections: number
  readonly keys: number
}

const scales: Readonly<Record<Scale, Size>> = {
  ci: { uploads: 150, parts: 150, connections: 200, keys: 300 },
  nightly: { uploads: 10_000, parts: 10_000, connections: 1000, keys: 100_000 },
  release: { uploads: 10_000, parts: 10_000, connections: 1000, keys: 1_000_000 },
}
/** The bar: 512 MiB with everything. What a heap costs that nobody has collected yet is in it. */
const residentBytesMax = 512 * 1024 * 1024
/** Of what is not a connection: databases, threads, a folder that is being synced. */
const descriptorsMax = 96
const atOnce = 16
/** More than is kept in the database: each part is a file. */
const partBytes = 20_000
const bucket = '/ceilings'

export async function proveCeilings(run: Run): Promise<Proof> {
  await using stage = await Stage.open({})
  using client = new Client(stage)
  await client.send({ method: 'PUT', path: bucket })
  const ceilings = new Ceilings(stage, client)
  const { uploads, parts, connections, keys } = scales[run.scale]
  const steps = [
    () => ceilings.uploads(uploads),
    () => ceilings.parts(parts),
    () => ceilings.keys(keys),
    () => ceilings.connections(connections),
  ]
  for (const step of steps) {
    await step()
    run.progress(`${JSON.stringify(ceilings.figures)}, ${ceilings.violations.length} violations`)
    // The next one would wait for descriptors that never come back.
    if (ceilings.violations.length > 0) break
  }
  return { figures: ceilings.figures, violations: [...ceilings.violations, ...stage.said] }
}

class Ceilings {
  readonly violations: string[] = []
  readonly figures: Record<string, number> = { residentMiBMax: 0, descriptorsMax: 0 }
  readonly #stage: Stage
  readonly #client: Client

  constructor(stage: Stage, client: Client) {
    this.#stage = stage
    this.#client = client
  }

  /** Open all of them, then list them, a page at a time. */
  async uploads(count: number): Promise<void> {
    await this.#many(count, (index) => this.#begin(`open/${index}`))
    let listed = 0
    let marker: Record<string, string> = {}
    do {
      const query = { uploads: '', prefix: 'open/', ...marker }
      const heard = await this.#client.send({ path: bucket, query })
      listed += heard.body.toString().split('<Upload>').length - 1
      const isMore = element(heard, 'IsTruncated') === 'true'
      marker = isMore
        ? {
            'key-marker': element(heard, 'NextKeyMarker'),
            'upload-id-marker': element(heard, 'NextUploadIdMarker'),
          }
        : {}
    } while (Object.keys(marker).length > 0)
    this.figures['uploads'] = listed
    if (listed !== count) this.violations.push(`${listed} of ${count} uploads are listed`)
    this.#look('open uploads', 0)
  }

  /** 5 MiB are asked for only when an upload is completed, so small ones do. */
  async parts(count: number): Promise<void> {
    const path = `${bucket}/parts`
    const uploadId = element(await this.#begin('parts'), 'UploadId')
    await this.#many(count, (index) =>
      this.#client.send({
        path,
        query: { uploadId, partNumber: String(index + 1) },
        body: bodyOf(`part ${index}`, partBytes),
      }),
    )
    let listed = 0
    let marker = ''
    do {
      const query = { uploadId, ...(marker && { 'part-number-marker': marker }) }
      const heard = await this.#client.send({ path, query })
      listed += heard.body.toString().split('<Part>').length - 1
      marker =
        element(heard, 'IsTruncated') === 'true' ? element(heard, 'NextPartNumberMarker') : ''
    } while (marker !== '')
    this.figures['parts'] = listed
    if (listed !== count) this.violations.push(`${listed} of ${count} parts are listed`)
    this.#look('parts', 0)
  }

  async keys(count: number): Promise<void> {
    await this.#many(count, (index) =>
      this.#client.send({ path: `${bucket}/key/${index % 100}/${index}`, body: 'x' }),
    )
    let listed = 0
    let token = ''
    do {
      const more = token === '' ? {} : { 'continuation-token': token }
      const query = { 'list-type': '2', prefix: 'key/', ...more }
      const heard = await this.#client.send({ path: bucket, query })
      listed += heard.body.toString().split('<Contents>').length - 1
      token = element(heard, 'NextContinuationToken')
    } while (token !== '')
    this.figures['keys'] = listed
    if (listed !== count) this.violations.push(`${listed} of ${count} keys are listed`)
    this.#look('keys', 0)
  }

  /** All open, each asked once, and all of them gone afterwards. */
  async connections(count: number): Promise<void> {
    const { host, port } = this.#stage
    const sockets = await Promise.all(
      Array.from({ length: count }, async (): Promise<Socket> => {
        const socket = connect({ host, port })
        await once(socket, 'connect')
        socket.write('GET /minio/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
        await once(socket, 'data')
        return socket
      }),
    )
    this.figures['connections'] = sockets.length
    this.#look('connections', count)
    await Promise.all(
      sockets.map(async (socket) => {
        const closed = once(socket, 'close')
        socket.destroy()
        await closed
      }),
    )
    // The server hears of each end in its own time.
    await until(() => this.#stage.use().descriptors <= descriptorsMax)
    this.#look('connections that are gone', 0)
  }

  #begin(key: string): Promise<Heard> {
    return this.#client.send({ method: 'POST', path: `${bucket}/${key}`, query: { uploads: '' } })
  }

  async #many(count: number, one: (index: number) => Promise<Heard>): Promise<void> {
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < count) {
        const heard = await one(next++)
        if (heard.status !== 200) this.violations.push(`${heard.status} ${heard.code}`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
  }

  #look(what: string, connections: number): void {
    const { residentBytes, descriptors } = this.#stage.use()
    const mebibytes = Math.round(residentBytes / 2 ** 20)
    this.figures['residentMiBMax'] = Math.max(this.figures['residentMiBMax'] ?? 0, mebibytes)
    this.figures['descriptorsMax'] = Math.max(this.figures['descriptorsMax'] ?? 0, descriptors)
    if (residentBytes > residentBytesMax) this.violations.push(`${what}: ${mebibytes} MiB`)
    if (descriptors > descriptorsMax + connections)
      this.violations.push(`${what}: ${descriptors} descriptors`)
  }
}
