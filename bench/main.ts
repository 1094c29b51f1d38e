/** `npm run bench -- <what>`: measures Ashlar, alone or beside its peers. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { asked } from '../tools/asked.ts'
import { build } from './built.ts'
import { benchComplete } from './complete.ts'
import { benchEncryption } from './encryption.ts'
import { growthPage, growthPlot } from './growth-page.ts'
import { measureGrowth } from './growth.ts'
import { installPeers } from './install.ts'
import { limitTexts, measureLimits, type LimitName } from './limits.ts'
import { median, type Measured } from './measured.ts'
import { knownPeers, programOf, type Peer } from './peers.ts'
import { plot } from './report-plot.ts'
import { markdown, written } from './report.ts'
import { measureSideBySide } from './side-by-side.ts'
import { measureStartWith } from './start.ts'
import { scales, workloadsOf, type Scale } from './workloads.ts'

const usage = `npm run bench -- <what>

  side-by-side   all that is told of speed, in rounds; a quarter of an hour
  growth         what each operation costs as its work grows
  start          a start with many objects, and memory
  limits         what the machine itself can do
  complete       CompleteMultipartUpload of many parts (--size parts)
  encryption     what sealing and opening cost the server (--size rounds)
  install        builds the peers that are not here (--seconds for each)

--peers a,b        side-by-side, start, install; all that are known by default
--rounds 2         side-by-side, growth
--scale            smoke, short (usual) or full; --full is --scale full: every workload, a million keys, 5 GiB copies
--only pattern     of workloads or curves, whatever the scale leaves out
--duration 3       seconds of a timed phase, where those of the scale are too many
--keys 100000      that are listed, likewise
--workers 2        of Ashlar, as \`ashlar serve\` has it
--data folder      on whose disk the servers live
--out docs/bench   writes the page, its plot and the figures
--json             prints figures instead of sentences`

const options = {
  help: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  size: { type: 'string' },
  peers: { type: 'string' },
  rounds: { type: 'string', default: '2' },
  scale: { type: 'string', default: 'short' },
  only: { type: 'string' },
  duration: { type: 'string' },
  keys: { type: 'string' },
  workers: { type: 'string' },
  seconds: { type: 'string', default: '720' },
  out: { type: 'string' },
  data: { type: 'string', default: tmpdir() },
} as const
const { values, positionals } = asked(options, refuse)

const benches: Record<string, () => Promise<void>> = {
  'side-by-side': sideBySide,
  growth,
  start,
  limits,
  complete: async () => tellAll(await benchComplete(size())),
  encryption: async () => tellAll(await benchEncryption(size())),
  install: async () =>
    installPeers(peers(), { seconds: numberOf('seconds', values.seconds), tell }),
}
const bench = benches[positionals[0] ?? '']
if (values.help) {
  console.log(usage)
} else if (bench === undefined) {
  const [what] = positionals
  refuse(what === undefined ? 'say what is to be measured' : `not known: ${what}`)
} else {
  await bench()
}

function refuse(why: string): never {
  console.error(`bench: ${why}\n\n${usage}`)
  process.exit(2)
}

async function sideBySide(): Promise<void> {
  const wanted = scale()
  const only = values.only === undefined ? undefined : new RegExp(values.only)
  const results = await measureSideBySide({
    peers: peers(),
    rounds: numberOf('rounds', values.rounds),
    workloads: workloadsOf(wanted).filter(({ name, usual }) =>
      only === undefined ? usual || !wanted.usualOnly : only.test(name),
    ),
    folder: values.data,
    command: command(),
    tell,
  })
  const page = markdown(results)
  writePage('side-by-side', { figures: results, page, picture: plot(results) })
  console.log(values.json ? JSON.stringify(results) : page)
}

async function growth(): Promise<void> {
  const grown = await measureGrowth({
    peer: ashlarItself(),
    scale: scale(),
    rounds: numberOf('rounds', values.rounds),
    folder: values.data,
    command: command(),
    only: new RegExp(values.only ?? ''),
    tell,
  })
  const page = growthPage(grown)
  writePage('growth', { figures: grown, page, picture: growthPlot(grown.curves) })
  console.log(values.json ? JSON.stringify(grown) : page)
}

interface Page {
  readonly figures: unknown
  readonly page: string
  readonly picture: string
}

function writePage(name: string, { figures, page, picture }: Page): void {
  if (values.out === undefined) return
  mkdirSync(values.out, { recursive: true })
  writeFileSync(join(values.out, `${name}.json`), `${JSON.stringify(figures, null, 1)}\n`)
  writeFileSync(join(values.out, `${name}.md`), page)
  writeFileSync(join(values.out, `${name}.svg`), picture)
}

async function start(): Promise<void> {
  const { keys: objects } = scale()
  for (const peer of values.peers === undefined ? [ashlarItself()] : peers()) {
    if (programOf(peer) === undefined) continue
    const started = await measureStartWith(peer, { objects, parent: values.data })
    const { millis, idleMebibytes, uploadMebibytes } = started
    const { median: usual, least, most } = millis
    const starts = `${usual.toFixed(0)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`
    const memory = `at rest ${idleMebibytes.toFixed(0)} MiB, highest under a 1 GiB upload ${uploadMebibytes.toFixed(0)} MiB`
    const text = `${peer.name}: start with ${objects} objects ${starts}; ${memory}`
    console.log(values.json ? JSON.stringify({ name: peer.name, objects, ...started }) : text)
  }
}

async function limits(): Promise<void> {
  const figures = await measureLimits(values.data, await build())
  if (values.json) console.log(JSON.stringify(figures))
  else
    for (const [name, value] of Object.entries(figures))
      console.log(`${limitTexts[name as LimitName]}: ${written(value)}`)
}

function size(): number | undefined {
  return values.size === undefined ? undefined : numberOf('size', values.size)
}

/** What watches is told; what comes out at the end is for a file or the next program. */
function tell(sentence: string): void {
  console.error(sentence)
}

function tellAll(all: readonly Measured[]): void {
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
  const found = scales[values.full ? 'full' : values.scale]
  if (found === undefined) refuse(`--scale is one of ${Object.keys(scales).join(', ')}`)
  const { duration = found.seconds, keys = found.keys } = values
  return { ...found, seconds: numberOf('duration', duration), keys: numberOf('keys', keys) }
}

function numberOf(option: string, text: string | number): number {
  const number = Number(text)
  if (!(number > 0)) refuse(`--${option} is a number above 0, not ${text}`)
  return number
}

function allPeers(): readonly Peer[] {
  return knownPeers(values.workers === undefined ? [] : [`--workers=${values.workers}`])
}

function ashlarItself(): Peer {
  return named('ashlar')
}

function peers(): readonly Peer[] {
  return values.peers?.split(',').map(named) ?? allPeers()
}

function named(name: string): Peer {
  const all = allPeers()
  const found = all.find((peer) => peer.name === name)
  const known = all.map((peer) => peer.name).join(', ')
  if (found === undefined) refuse(`no peer is called ${name}; known are ${known}`)
  return found
}

/** What was asked, without what belongs to this machine only. */
function command(): string {
  const asked = process.argv.slice(2).filter((word, at, all) => {
    return !word.startsWith('--data') && all[at - 1] !== '--data'
  })
  return ['npm run bench --', ...asked].join(' ')
}
