/**
 * A recorder under a file system: the data folder lies on a loop device, and under that is a disk that writes down its writes
 * and flushes (logged-disk.c). A disk after a power cut is mounted, which replays the file system's own journal.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { putAwayAtEnd } from '../harness/mounts.ts'
import { until } from '../harness/until.ts'
import { Blocks, tails } from './blocks.ts'
import { programMissing, run, type FileSystem } from './file-systems.ts'
import type { Image, Recorder, Recording } from './recorder.ts'

/** XFS is not made smaller than 300 MiB. */
const diskBytes = 512 * 1024 * 1024

export class BlockRecorder implements Recorder {
  readonly skipped: string | undefined
  readonly #folder: string
  readonly #program: string
  readonly #fileSystem: FileSystem
  readonly #random: () => number

  constructor(folder: string, fileSystem: FileSystem, random: () => number) {
    this.#folder = folder
    this.#program = join(folder, 'logged-disk')
    this.#fileSystem = fileSystem
    this.#random = random
    this.skipped = this.#build() ?? this.#try()
  }

  async begin(): Promise<Recording> {
    const folder = join(this.#folder, 'recording')
    await mkdir(folder)
    const recording = new BlockRecording(folder, this.#fileSystem, this.#random)
    await recording.mount(this.#program)
    return recording
  }

  #build(): string | undefined {
    if (process.platform !== 'linux') return 'file systems are mounted on Linux'
    const missing = programMissing(this.#fileSystem)
    if (missing !== undefined) return `${missing} is not installed`
    try {
      const source = join(import.meta.dirname, 'logged-disk.c')
      execFileSync('gcc', ['-O2', '-o', this.#program, source], { stdio: 'pipe' })
      return undefined
    } catch (error) {
      return `gcc does not build the disk: ${String(error)}`
    }
  }

  /** One disk is made and mounted: nobody can tell beforehand what a machine allows. */
  #try(): string | undefined {
    if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse'
    const disk = join(this.#folder, 'trial')
    const mounted = join(this.#folder, 'trial-mounted')
    mkdirSync(mounted)
    putAwayAtEnd(this.#folder)
    try {
      makeDisk(disk, this.#fileSystem)
      mountDisk(disk, mounted, this.#fileSystem)
      run(['umount', mounted])
      return undefined
    } catch (error) {
      return `mounting is not possible here: ${String(error)}`
    } finally {
      rmSync(disk, { force: true })
    }
  }
}

class BlockRecording implements Recording {
  readonly data: string
  readonly env: Readonly<Record<string, string>> = {}
  readonly #folder: string
  readonly #fileSystem: FileSystem
  readonly #random: () => number
  readonly #undo = new AsyncDisposableStack()
  /** What lies on the disk of the server. */
  readonly #store: string
  readonly #log: string
  readonly #durable: string
  #blocks: Blocks | undefined
  #unmount: () => Promise<void> = async () => undefined
  #images = 0

  constructor(folder: string, fileSystem: FileSystem, random: () => number) {
    this.#folder = folder
    this.#fileSystem = fileSystem
    this.#random = random
    this.#store = join(folder, 'store')
    this.#log = join(folder, 'log')
    this.#durable = join(folder, 'durable')
    this.data = join(folder, 'mounted', 'data')
  }

  async mount(program: string): Promise<void> {
    const [device, mounted] = [join(this.#folder, 'device'), join(this.#folder, 'mounted')]
    makeDisk(this.#store, this.#fileSystem)
    copyDisk(this.#store, this.#durable)
    writeFileSync(device, '')
    await mkdir(mounted)
    this.#undo.defer(() => rm(this.#folder, { recursive: true, force: true }))
    // A pipe that a killed proof leaves behind in its hands would never end.
    const disk = spawn(program, [this.#store, this.#log, device], { stdio: 'ignore' })
    const isThere = await until(() => statSync(device).size === diskBytes)
    if (!isThere) throw new Error('the disk does not come')
    mountDisk(device, mounted, this.#fileSystem)
    const unmountAll = unmounting(mounted, device, disk)
    this.#unmount = unmountAll
    this.#undo.defer(unmountAll)
    mkdirSync(this.data, { mode: 0o700 })
  }

  place(): number {
    return statSync(this.#log).size
  }

  async finish(): Promise<void> {
    await this.#unmount()
    this.#blocks = this.#undo.use(new Blocks(this.#log, this.#durable))
  }

  async image(cut: number): Promise<Image> {
    const tail = tails[this.#images++ % tails.length] ?? 'lost'
    const { sectorBytes } = this.#fileSystem
    const [disk, mounted] = [join(this.#folder, 'image'), join(this.#folder, 'image-mounted')]
    this.#blocks?.readUntil(cut)
    copyDisk(this.#durable, disk)
    this.#blocks?.addTail(disk, { tail, random: this.#random, sectorBytes })
    await mkdir(mounted, { recursive: true })
    mountDisk(disk, mounted, this.#fileSystem)
    const close = async (): Promise<readonly string[]> => {
      await unmounted(mounted)
      const found = complaint([...this.#fileSystem.check, disk])
      await rm(disk)
      return found === undefined ? [] : [found]
    }
    return { data: join(mounted, 'data'), fate: tail, close }
  }

  /** All of it replayed, the disk is what the server's was. */
  async missed(): Promise<readonly string[]> {
    this.#blocks?.readUntil(Infinity)
    this.#blocks?.flush()
    const found = complaint(['cmp', this.#durable, this.#store])
    return found === undefined ? [] : [`the log is not all: ${found}`]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync()
  }
}

function makeDisk(file: string, { make }: FileSystem): void {
  writeFileSync(file, '')
  truncateSync(file, diskBytes)
  run([...make, file])
}

function mountDisk(disk: string, mounted: string, { name }: FileSystem): void {
  run(['mount', '-t', name, '-o', 'loop', disk, mounted])
}

/** With its holes. */
function copyDisk(from: string, to: string): void {
  run(['cp', from, to])
}

/** Works once, whoever asks first. */
function unmounting(mounted: string, device: string, disk: ChildProcess): () => Promise<void> {
  let done: Promise<void> | undefined
  const unmount = async (): Promise<void> => {
    await unmounted(mounted)
    const ended = once(disk, 'exit')
    await unmounted(device)
    await ended
  }
  return () => (done ??= unmount())
}

/** The kernel may need a moment until nobody holds it any more. */
async function unmounted(mounted: string): Promise<void> {
  const isFree = await until(() => complaint(['umount', mounted]) === undefined)
  if (!isFree) throw new Error(`${mounted} stays in use`)
}

/** What a program says when it fails. */
function complaint(words: readonly string[]): string | undefined {
  try {
    run(words)
    return undefined
  } catch (error) {
    return String(error).slice(0, 500)
  }
}
