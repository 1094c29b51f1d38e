/** `ashlar keys …`: the keys of encryption in the key ring, for whoever runs the server. It works while the server runs, too. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { systemChance } from '../base/chance.ts'
import { systemClock } from '../base/clock.ts'
import { ConfigError } from '../server/config-error.ts'
import { readConfig } from '../server/config.ts'
import { mendable, openRing } from '../server/keys.ts'
import { options, type OptionName } from '../server/options.ts'
import { serverKey } from '../stores/keys/key-stores.ts'
import { isKeyName, type RingKey } from '../stores/keys/ring-key.ts'
import type { KeyRing } from '../stores/keys/ring.ts'
import { keyTable, keyText, told } from './keys-text.ts'
import { pruneKey } from './keys-prune.ts'

/** As the AWS command line has it for a command that was not given right. */
const usageError = 2

interface Given {
  readonly data?: string
  readonly keyRing?: string
  readonly json?: boolean
}

/** Where a command works. */
interface Place {
  readonly data: string
  readonly folder: string
  /** The ring lies in the data folder, so that no other server uses it. */
  readonly isOwn: boolean
}

interface Verb {
  readonly name: string
  readonly says: string
  /** It concerns one key. */
  readonly isOfKey: boolean
  /** What it shows can be had as JSON too. */
  readonly shows: boolean
  readonly run: (name: string, place: Place) => string | Promise<string>
}

const ofKey = { isOfKey: true, shows: false } as const

const verbs: readonly Verb[] = [
  {
    name: 'list',
    says: 'every key: its state, its versions',
    isOfKey: false,
    shows: true,
    run: list,
  },
  { name: 'show', says: 'one key and its versions', isOfKey: true, shows: true, run: show },
  { ...ofKey, name: 'create', says: 'make a key that requests can name', run: create },
  {
    ...ofKey,
    name: 'rotate',
    says: 'make a newer version, under which all is wrapped anew',
    run: rotate,
  },
  { ...ofKey, name: 'disable', says: 'let nothing be encrypted or read with it', run: disable },
  { ...ofKey, name: 'enable', says: 'undo disable', run: enable },
  {
    ...ofKey,
    name: 'prune',
    says: 'remove old versions that nothing needs; the server is stopped',
    run: prune,
  },
]

export function keysCommand(): Command {
  const command = new Command('keys')
    .description('Look at and change the keys of encryption. No command shows a key itself.')
    .addHelpText('after', help)
  for (const verb of verbs) command.addCommand(commandOf(verb))
  return command
}

function commandOf(verb: Verb): Command {
  const command = new Command(verb.name).description(verb.says)
  if (verb.isOfKey) command.argument('<name>', 'name of the key')
  for (const name of ['data', 'key-ring'] as const) command.option(...flagOf(name))
  if (verb.shows) command.option('--json', 'as JSON')
  return command.action(async (...words: readonly unknown[]) => {
    const [name, given] = verb.isOfKey ? words : ['', ...words]
    await perform(() => answerOf(verb, String(name), given as Given))
  })
}

const help = `
The keys are files in <data>/keys, or in the folder of --key-ring. Whoever loses them loses what they encrypt:
keep a backup of that folder, apart from the data, and make a new one after every create and rotate.
A running server sees what these commands do within a second. Keys in Vault are made and rotated there.

Examples:
  ashlar keys create invoices
  aws s3 cp bill.pdf s3://my-bucket/ --sse aws:kms --sse-kms-key-id invoices
  ashlar keys rotate invoices
`

function flagOf(name: OptionName): [flags: string, description: string] {
  const option = options.find((one) => one.name === name)
  if (option === undefined) throw new TypeError(`no such option: ${name}`)
  return [`${option.flag} <${option.value}>`, `${option.sentence} (${option.env})`]
}

async function answerOf({ run }: Verb, name: string, given: Given): Promise<string> {
  const { data, keyRing, json } = given
  const flags = { ...(data && { data }), ...(keyRing && { 'key-ring': keyRing }) }
  const config = readConfig(flags)
  const { folder } = config.keys
  const isOwn = resolve(folder) === resolve(config.data, 'keys')
  const place = { data: config.data, folder, isOwn }
  if (json !== true) return await run(name, place)
  const keys = name === '' ? keysIn(place) : [keyOf(name, place)]
  return JSON.stringify(name === '' ? { keys: keys.map(told) } : keys.map(told)[0], undefined, 2)
}

/** What went wrong is said as: what, why, what to do. */
async function perform(work: () => Promise<string>): Promise<void> {
  try {
    console.log(await work())
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(`ashlar: ${error.message}`)
    process.exitCode = usageError
  }
}

function ringOf({ folder }: Place): KeyRing {
  return openRing(folder, { clock: systemClock, chance: systemChance })
}

/** Looking makes no folder. */
function keysIn(place: Place): readonly RingKey[] {
  return existsSync(place.folder) ? ringOf(place).keys() : []
}

function keyOf(name: string, place: Place): RingKey {
  const key = keysIn(place).find((one) => one.name === name)
  if (key !== undefined) return key
  throw new ConfigError(
    `There is no key '${name}' in ${place.folder}. 'ashlar keys list' shows those that there are; 'ashlar keys create ${name}' makes it.`,
  )
}

function show(name: string, place: Place): string {
  return keyText(keyOf(name, place))
}

function list(_name: string, place: Place): string {
  const keys = keysIn(place)
  if (keys.length > 0) return keyTable(keys)
  return `There are no keys in ${place.folder} yet. They are made when they are needed, or with 'ashlar keys create <name>'.`
}

function create(name: string, place: Place): string {
  if (!isKeyName(name)) {
    throw new ConfigError(
      `'${name}' cannot be the name of a key. It is up to 128 letters, digits, hyphens and underscores.`,
    )
  }
  if (!mendable(() => ringOf(place).create(name))) {
    throw new ConfigError(
      `There is a key '${name}' already. Choose another name, or give it a newer version with 'ashlar keys rotate ${name}'.`,
    )
  }
  return `Made the key '${name}'.\n${backUp(place)}`
}

function rotate(name: string, place: Place): string {
  if (!keyOf(name, place).enabled) {
    throw new ConfigError(
      `The key '${name}' is disabled. 'ashlar keys enable ${name}' lets it be used again.`,
    )
  }
  const number = mendable(() => ringOf(place).rotate(name))
  return `Version ${number} of '${name}' wraps from now on. A running server wraps what older versions wrapped anew, and says in its log when it is done.\n${backUp(place)}`
}

function disable(name: string, place: Place): string {
  keyOf(name, place)
  mendable(() => ringOf(place).setEnabled(name, false))
  const what = name === serverKey ? 'objects with SSE-S3' : 'what it encrypts'
  return `Disabled '${name}': nobody can read or write ${what} until 'ashlar keys enable ${name}'.`
}

function enable(name: string, place: Place): string {
  keyOf(name, place)
  mendable(() => ringOf(place).setEnabled(name, true))
  return `Enabled '${name}'.`
}

async function prune(name: string, place: Place): Promise<string> {
  keyOf(name, place)
  if (!place.isOwn) {
    throw new ConfigError(
      `${place.folder} lies apart from the data, so other servers may need its keys: no command can tell what nothing needs. Old versions cost nothing; keep them.`,
    )
  }
  return await pruneKey({ name, data: place.data, ring: ringOf(place) })
}

function backUp({ folder }: Place): string {
  return `Make a backup of ${folder} now: what the new key encrypts is lost without it.`
}
