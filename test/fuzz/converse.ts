/** One connection: bytes go out, whatever comes back is taken apart, and it has to end by itself. */
import { connect } from 'node:net'
import type { Target } from '../harness/raw.ts'

export interface Saying {
  /** One char per byte. */
  readonly bytes: string
  /** Nothing behind it is sent. */
  readonly cutAt: number | undefined
  /** What is behind it goes out in a packet of its own. */
  readonly pauseAt: number | undefined
  /** The connection is broken as soon as all is sent. */
  readonly reset: boolean
}

export interface Conversation {
  readonly answers: ReadonlyArray<{ readonly status: number; readonly code: string | undefined }>
  readonly isHung: boolean
  readonly milliseconds: number
}

/** The server lingers for two seconds after an early answer; more than this on a busy machine is no waiting but a hang. */
const hungAfterMilliseconds = 20_000

export function converse(
  target: Target,
  { bytes, cutAt, pauseAt, reset }: Saying,
): Promise<Conversation> {
  const begun = performance.now()
  const sent = Buffer.from(cutAt === undefined ? bytes : bytes.slice(0, cutAt), 'latin1')
  const received: Buffer[] = []
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port, noDelay: true })
    const end = (isHung: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      const answers = answersIn(Buffer.concat(received).toString('latin1'))
      resolve({ answers, isHung, milliseconds: performance.now() - begun })
    }
    const timer = setTimeout(() => end(true), hungAfterMilliseconds)
    socket.on('data', (piece: Buffer) => received.push(piece))
    socket.on('error', () => undefined)
    socket.on('close', () => end(false))
    const finish = (): void => {
      if (reset) socket.resetAndDestroy()
      else socket.end()
    }
    socket.once('connect', () => {
      if (pauseAt === undefined || pauseAt >= sent.length) {
        socket.write(sent, finish)
        return
      }
      socket.write(sent.subarray(0, pauseAt))
      setImmediate(() => socket.write(sent.subarray(pauseAt), finish))
    })
  })
}

/** No body that the fuzzer stores looks like the head of an answer. */
function answersIn(text: string): Conversation['answers'] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((piece) => piece.startsWith('HTTP/1.1 '))
    .map((piece) => ({
      status: Number(piece.slice(9, 12)),
      code: /<Error><Code>([^<]*)/.exec(piece)?.[1],
    }))
    .filter(({ status }) => status >= 200)
}
