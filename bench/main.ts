/**
 * `npm run bench -- <what>`: measures Ashlar, alone or beside its peers.
 *
 *   side-by-side [--peers ashlar,minio,…] [--rounds 3] [--scale smoke|short|full] [--only pattern] [--out folder] [--data folder]
 *   growth       [--scale …] [--out folder]     what each operation costs as its work grows
 *   start        [--scale …]                    a start with many objects, and memory at rest
 *   limits       what the machine itself can do
 *   complete     [--size parts]                 CompleteMultipartUpload of many parts
 *   encryption   [--size rounds]                what sealing and opening cost the server
 *
 * `--json` prints the figures instead of sentences.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchComplete } from './complete.ts'
import { benchEncryption } from './encryption.ts'
import { measureGrowth, growthPlot } from './growth.ts'
import {
  diskMegabytesPerSecond,
  hashSecondsPerGigabyte,
  loopbackMegabytesPerSecond,
  syncsPerSecond,
} from './limits.ts'
import { median, type Measured } from './measured.ts'
import { measureStart } from './start.ts'
import { markdown, plot } from './report.ts'
import { measureSideBySide } from './side-by-side.ts'
import { scales, workloadsOf, type Scale } from './workloads.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    size: { type: 'string' },
    peers: { type: 'string', default: 'ashlar' },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: 'short' },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
    data: { type: 'string', default: tmpdir() },
  },
})

const benches: Record<string, () => Promise<void>> = {
  'side-by-side': sideBySide,
  growth,
  start,
  limits,
  complete,
  encryption,
}
const bench = benches[positionals[0] ?? '']
if (bench === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benches).join(' | ')} [--json]`)
  process.exitCode = 2
} else {
  await bench()
}

async function sideBySide(): Promise<void> {
  const only = new RegExp(values.only)
  const results = await measureSideBySide({
    peers: values.peers.split(','),
    rounds: Number(values.rounds),
    workloads: workloadsOf(scale()).filter(({ name }) => only.test(name)),
    folder: values.data,
    tell: (sentence) => console.error(sentence),
  })
  const text = markdown(results)
  if (values.out !== undefined) {
    mkdirSync(values.out, { recursive: true })
    writeFileSync(join(values.out, 'side-by-side.json'), `${JSON.stringify(results, null, 1)}\n`)
    writeFileSync(join(values.out, 'side-by-side.md'), text)
    writeFileSync(join(values.out, 'side-by-side.svg'), plot(results))
  }
  console.log(values.json ? JSON.stringify(results) : text)
}

async function growth(): Promise<void> {
  const tell = (sentence: string): void => console.error(sentence)
  const curves = await measureGrowth({ scale: scale(), folder: values.data, tell })
  if (values.out !== undefined) {
    mkdirSync(values.out, { recursive: true })
    writeFileSync(join(values.out, 'growth.json'), `${JSON.stringify(curves, null, 1)}\n`)
    writeFileSync(join(values.out, 'growth.svg'), growthPlot(curves))
  }
  console.log(JSON.stringify(curves, null, values.json ? 0 : 1))
}

async function start(): Promise<void> {
  const { objects, millis, idleMebibytes } = await measureStart(scale().keys, values.data)
  if (values.json) console.log(JSON.stringify({ objects, millis, idleMebibytes }))
  else {
    const rounded = millis.map((one) => one.toFixed(0)).join(', ')
    const idle = idleMebibytes.toFixed(0)
    console.log(`start with ${objects} objects: ${rounded} ms; at rest ${idle} MiB resident`)
  }
}

async function limits(): Promise<void> {
  const figures = {
    'disk, MB/s with a sync for 8 MiB': await diskMegabytesPerSecond(values.data),
    'disk, 4 KiB appends with a sync each, /s': await syncsPerSecond(values.data),
    'loopback, MB/s, one connection, one thread': await loopbackMegabytesPerSecond(),
    'MD5, s/GB': hashSecondsPerGigabyte('md5'),
    'SHA-256, s/GB': hashSecondsPerGigabyte('sha256'),
  }
  if (values.json) console.log(JSON.stringify(figures))
  else
    for (const [name, value] of Object.entries(figures))
      console.log(`${name}: ${value.toPrecision(4)}`)
}

async function complete(): Promise<void> {
  tell(await benchComplete(size()))
}

async function encryption(): Promise<void> {
  tell(await benchEncryption(size()))
}

function size(): number | undefined {
  return values.size === undefined ? undefined : Number(values.size)
}

function tell(all: readonly Measured[]): void {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
  for (const measured of all) {
    console.log(values.json ? JSON.stringify({ ...measured, machine }) : sentence(measured))
  }
}

function sentence({ what, unit, values: figures, judged, goal }: Measured): string {
  const rounded = figures.map((one) => one.toFixed(1)).join(', ')
  const held = judged === 'worst' ? Math.max(...figures) : median(figures)
  const verdict =
    goal === undefined ? '' : `, goal: at most ${goal}: ${held <= goal ? 'held' : 'MISSED'}`
  return `${what}: ${rounded} ${unit} (${judged} ${held.toFixed(1)}${verdict})`
}

function scale(): Scale {
  const found = scales[values.scale]
  if (found === undefined) throw new Error(`--scale is one of ${Object.keys(scales).join(', ')}`)
  return found
}
