/**
 * The log: JSON lines on stderr, or short readable lines when a person watches. Nothing else writes there.
 *
 * No secret comes near it: callers log names and numbers, never headers, bodies or keys.
 */
import pino from 'pino'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export type Fields = Readonly<Record<string, unknown>>

export interface Log {
  debug(fields: Fields, message: string): void
  info(fields: Fields, message: string): void
  warn(fields: Fields, message: string): void
  /** With a stack: `fields.err` is the error. */
  error(fields: Fields, message: string): void
  fatal(fields: Fields, message: string): void
  /** Writes out what is still buffered; before the process ends. */
  flush(): void
}

/** Lines are gathered up to this many bytes or `flushMs`, so that a request does not wait for a write of its own. */
const bufferBytes = 4096
const flushMs = 200
/** A pipe takes so many bytes at once or none, so that lines of several processes stand one after another. */
const sharedWriteBytesMax = 4096

export interface LogOptions {
  /** For eyes, not for machines. */
  readonly readable: boolean
  /** Other processes write there too. */
  readonly isShared?: boolean
  /** The number of the worker that writes. */
  readonly worker?: number
}

/** A log on stderr. */
export function openLog(level: LogLevel, { readable, isShared = false, worker }: LogOptions): Log {
  const chunks = isShared
    ? { minLength: sharedWriteBytesMax / 2, maxWrite: sharedWriteBytesMax }
    : { minLength: bufferBytes }
  const target = pino.destination({ fd: 2, sync: false, ...chunks })
  const sink = readable ? { write: (line: string) => target.write(readableLine(line)) } : target
  const base = worker === undefined ? null : { worker }
  const log = pino(
    { level, base, formatters: { level: (label) => ({ level: label }) } },
    sink as pino.DestinationStream,
  )
  // A sink that is closed under us (a pager that ends) must not end the server.
  target.on('error', () => {})
  setInterval(() => target.flush(), flushMs).unref()
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    fatal: (fields, message) => log.fatal(fields, message),
    flush: () => flushNow(target),
  }
}

/** For tests and for an embedded server that nobody wants to hear. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  fatal: () => {},
  flush: () => {},
}

function flushNow(target: { flushSync(): void }): void {
  try {
    target.flushSync()
  } catch {
    // The sink is not open yet, or no longer: there is nobody left to tell.
  }
}

/** `12:00:01 info  PutObject PUT /photos/a.jpg 200 3 ms`; the rest of the fields follow as they are. */
function readableLine(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const facts = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const stack = (err as { stack?: string } | undefined)?.stack
  const words = [clock, String(level).padEnd(5), String(msg), ...facts].join(' ')
  return stack === undefined ? `${words}\n` : `${words}\n${stack}\n`
}
