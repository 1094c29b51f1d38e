/**
 * The numbers of the process: memory, processor time, descriptors and how late the event loop is. Where Prometheus' own client
 * libraries have a name for one, it has that name, so that the usual dashboards know it.
 */
import { readdir, readFile } from 'node:fs/promises'
import type { Clock, Stopwatch } from '../base/clock.ts'
import { Histogram } from '../base/histogram.ts'
import { counter, gauge, histogram, info, sampleOf, type Family, type Labels } from './families.ts'
import { labelled } from './joined.ts'

/** Between two looks how late the loop is. */
const lookMs = 100
/** Seconds. */
const lagBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5] as const

export interface RuntimeParts {
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  /** Of this program. */
  readonly version: string
  /** What this one is called among the processes of a server; undefined where there is no other. */
  readonly process?: string | undefined
}

export class RuntimeMeters implements Disposable {
  readonly #lag = new Histogram(lagBounds)
  readonly #timer: NodeJS.Timeout
  readonly #startSeconds: number
  readonly #version: string
  readonly #labels: Labels

  constructor({ clock, stopwatch, version, process: name }: RuntimeParts) {
    this.#startSeconds = clock.now() / 1000 - process.uptime()
    this.#version = version
    this.#labels = name === undefined ? {} : { process: name }
    let before = stopwatch()
    this.#timer = setInterval(() => {
      const now = stopwatch()
      this.#lag.observe(Math.max(0, now - before - lookMs / 1000))
      before = now
    }, lookMs).unref()
  }

  async families(): Promise<readonly Family[]> {
    const memory = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const found = [
      info('ashlar_build', 'What runs', { version: this.#version, node: process.versions.node }),
      counter('process_cpu_seconds', 'Processor time of all threads', (user + system) / 1e6),
      gauge(
        'process_start_time_seconds',
        'When the process began, since 1970-01-01T00:00:00Z',
        this.#startSeconds,
      ),
      gauge('process_resident_memory_bytes', 'Memory that the process occupies', memory.rss),
      gauge('process_open_fds', 'Descriptors that are open', await openDescriptors()),
      gauge('process_max_fds', 'Descriptors that may be open', await mostDescriptors()),
      gauge('nodejs_heap_size_used_bytes', 'Heap of V8 that is used', memory.heapUsed),
      gauge('nodejs_heap_size_total_bytes', 'Heap of V8', memory.heapTotal),
      gauge(
        'nodejs_external_memory_bytes',
        'Buffers and the like outside of the heap',
        memory.external,
      ),
      histogram(
        'ashlar_event_loop_lag_seconds',
        'How late a timer of the event loop is, looked at ten times a second',
        [sampleOf(this.#lag)],
      ),
    ]
    return labelled(found, this.#labels)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

/** Undefined where the system does not say. */
async function openDescriptors(): Promise<number | undefined> {
  try {
    // The folder that is read is open itself.
    return (await readdir('/proc/self/fd')).length - 1
  } catch {
    return undefined
  }
}

async function mostDescriptors(): Promise<number | undefined> {
  try {
    const limits = await readFile('/proc/self/limits', 'utf8')
    const found = /^Max open files +(?<soft>\d+) /m.exec(limits)?.groups?.['soft']
    return found === undefined ? undefined : Number(found)
  } catch {
    return undefined
  }
}
