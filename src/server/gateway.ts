/**
 * A request's whole life. Read this first.
 *
 * The order of the statements in `#follow` is the documentation: no false claim makes us look for a bucket (but for its CORS
 * rules, which browsers ask for unsigned), nobody without permission makes us parse XML, and no byte of a body is read before
 * everything that can be refused without it.
 */
import type { Clock } from '../base/clock.ts'
import { authorize } from '../access/authorize.ts'
import { identify } from '../identity/identify.ts'
import { S3Error } from '../model/errors.ts'
import type { Log } from '../observe/log.ts'
import { record } from '../observe/record.ts'
import type { RequestMeters } from '../observe/requests.ts'
import { readAddress } from '../wire/address.ts'
import { openBody } from '../wire/body.ts'
import { encodeError } from '../wire/error.ts'
import type { Reply } from '../wire/exchange.ts'
import { refuseReservedName } from '../wire/foreign-names.ts'
import { isForm } from '../wire/form.ts'
import { findOperation } from '../wire/route.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { Composed } from './compose.ts'
import { keptApart, preflight, readCors, shared } from './cors.ts'
import { answered, heard, refuseUnoffered, spelled } from './dialect.ts'
import type { DiskRoom } from './disk-room.ts'
import type { HttpExchange } from './exchange.ts'
import type { Doctor } from './doctor.ts'
import { checkForm } from './form.ts'
import { healthOf } from './health.ts'
import { isExtendedList, listExtended } from './list-extended.ts'
import type { Serve } from './listener.ts'
import { patiently } from './patience.ts'
import { perform } from './perform.ts'
import { postObject } from './post-object.ts'
import { primed } from './primed.ts'
import type { Timings } from './timings.ts'
import { answerTokenRequest, isTokenRequest } from './token-service.ts'
import { tellAddress, type Told } from './told.ts'

export interface GatewayParts {
  readonly s3: Composed
  readonly room: Pick<DiskRoom, 'admit'>
  readonly domains: readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly requests: RequestMeters
  readonly doctor: Pick<Doctor, 'see'>
  readonly timings: Timings
}

export class Gateway {
  readonly #parts: GatewayParts
  #stopping = false

  constructor(parts: GatewayParts) {
    this.#parts = parts
  }

  /** From now on the readiness path says no. */
  stop(): void {
    this.#stopping = true
  }

  get isStopping(): boolean {
    return this.#stopping
  }

  readonly serve: Serve = async (exchange, send) => {
    const { clock, log, requests, doctor } = this.#parts
    const story: Told = {}
    requests.begin()
    const said = shared(await this.#answer(exchange, story), story.cors)
    const reply = answered(said, exchange, this.#parts.s3.dialect)
    const sent = await send(reply)
    if (sent.cut?.reason !== undefined) {
      log.error({ reqId: exchange.id, err: sent.cut.reason }, 'an answer broke off')
    }
    record({ log, requests }, story, {
      id: exchange.id,
      method: exchange.method,
      peer: exchange.peer.address,
      status: reply.status,
      bytesIn: exchange.body.receivedBytes,
      bytesOut: sent.bodyBytes,
      milliseconds: clock.now() - exchange.arrived,
      cut: sent.cut !== undefined,
    })
    doctor.see(story.failure, exchange)
  }

  async #answer(exchange: HttpExchange, story: Told): Promise<Reply> {
    try {
      const begun = primed(await this.#follow(exchange, story))
      return begun instanceof Promise ? await begun : begun
    } catch (error) {
      return this.#failed(error, exchange, story)
    }
  }

  async #follow(exchange: HttpExchange, story: Told): Promise<Reply> {
    const { s3, room, domains, timings } = this.#parts
    exchange.readHead()
    checkForm(exchange)
    const sent = readAddress(exchange, domains)
    tellAddress(story, sent)
    const health = healthOf(exchange, sent, this.#stopping)
    story.monitor = health !== undefined
    if (health !== undefined) return health
    const capabilities = capabilitiesOf(exchange, sent, s3.dialect)
    if (capabilities !== undefined) return capabilities
    if (isTokenRequest(exchange, sent)) return answerTokenRequest(exchange, s3.tokens)
    const cors = await readCors(exchange, sent, s3.metadata)
    story.cors = cors
    if (exchange.method === 'OPTIONS') return preflight(cors, exchange.headers)
    if (isForm(exchange, sent)) return postObject({ exchange, sent, story }, s3)
    refuseUnoffered(exchange, s3.dialect)
    if (isExtendedList(exchange, sent, s3.dialect))
      return listExtended({ exchange, sent, story }, s3)
    const operation = findOperation(exchange, sent)
    story.operation = operation.name
    if (operation.name !== 'CreateBucket') refuseReservedName(sent.bucket ?? '')
    const caller = identify(exchange, sent, s3.realm(exchange.arrived))
    const { account, address, accessKeyId, mayUseKms } = caller
    story.accessKeyId = accessKeyId
    tellAddress(story, address)
    const asked = { operation: operation.name, caller: account, bucket: address.bucket }
    const permit = await authorize(asked, s3.metadata)
    story.cors = keptApart(cors, permit.bucket)
    room.admit(operation.name, exchange.body.lengthBytes ?? 0)
    const body = openBody(exchange, caller.seal)
    const service = s3.serviceFor({ caller: account, mayUseKms, permit, exchange })
    const asking = { ...heard({ exchange, address }, s3.dialect), body }
    const work = perform(operation, asking, service)
    const failed = (error: unknown): Reply => this.#failed(error, exchange, story)
    return patiently(operation.name, work, { timings, failed })
  }

  /** The one place where an error becomes an answer, and where one that is no S3Error is told with its stack. */
  #failed(error: unknown, exchange: HttpExchange, story: Told): Reply {
    story.failure = error
    story.code = error instanceof S3Error ? error.code : 'InternalError'
    if (!(error instanceof S3Error) && !exchange.signal.aborted) {
      const fields = { reqId: exchange.id, op: story.operation, err: error }
      this.#parts.log.error(fields, 'a request failed')
    }
    return encodeError(spelled(error, this.#parts.s3.dialect), exchange, story.address)
  }
}
