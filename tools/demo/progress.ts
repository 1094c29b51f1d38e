/** A bar on a terminal; elsewhere a plain line at every quarter. Sentences stand above it. */

const width = 32
const mebibyte = 1024 * 1024

export class Progress {
  readonly #totalBytes: number
  readonly #isTerminal: boolean
  #doneBytes = 0
  #saidQuarter = 0

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes
    this.#isTerminal = process.stdout.isTTY
  }

  say(sentence: string): void {
    this.#clear()
    process.stdout.write(`${sentence}\n`)
    this.#draw()
  }

  add(bytes: number): void {
    this.#doneBytes = Math.min(this.#totalBytes, this.#doneBytes + bytes)
    this.#draw()
  }

  restartAt(bytes: number): void {
    this.#doneBytes = bytes
    this.#saidQuarter = this.#quarter()
    this.#draw()
  }

  #quarter(): number {
    return Math.floor((4 * this.#doneBytes) / this.#totalBytes)
  }

  #draw(): void {
    if (this.#isTerminal) this.#drawBar()
    else if (this.#quarter() > this.#saidQuarter) this.#tellQuarter()
  }

  #drawBar(): void {
    if (this.#doneBytes === 0 || this.#doneBytes === this.#totalBytes) return this.#clear()
    const share = this.#doneBytes / this.#totalBytes
    const filled = Math.round(share * width)
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled)
    process.stdout.write(`\r${bar} ${this.#amount()}\x1b[K`)
  }

  #tellQuarter(): void {
    this.#saidQuarter = this.#quarter()
    process.stdout.write(`  ${this.#amount()}\n`)
  }

  #amount(): string {
    return `${Math.floor(this.#doneBytes / mebibyte)} of ${this.#totalBytes / mebibyte} MiB`
  }

  #clear(): void {
    if (this.#isTerminal) process.stdout.write('\r\x1b[K')
  }
}
