/** `ashlar serve`: runs the server until it is told to stop. */
import { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import { openLog, type Log } from '../observe/log.ts'
import { readConfig, type Config, type Flags } from '../server/config.ts'
import { ConfigError } from '../server/config-error.ts'
import { options, type Option } from '../server/options.ts'
import { startServer, type Server } from '../server/start.ts'
import { CrewLost } from '../server/workers/crew.ts'
import { startWorkers } from '../server/workers/start.ts'
import { banner, readyLine } from './banner.ts'

const untrusted = 'storage can no longer be trusted; the server ends'
const unsteady = 'the workers do not stay alive; the server ends'

/** As the AWS command line has it for a command that was not given right. */
const usageError = 2

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Serve S3 from a folder of this machine.')
    .option('--json', 'print one line of JSON when ready, instead of the banner')
    .action((given: Record<string, string | string[]>) => serve(given))
  for (const option of options) addOption(command, option)
  return command.addHelpText('after', environmentHelp())
}

function addOption(command: Command, option: Option): void {
  const { flag, value, repeatable, sentence } = option
  if (flag === undefined) return
  const facts = [
    option.choices?.join(' | '),
    option.default && `default: ${option.default}`,
    option.env,
  ]
  const description = `${sentence} (${facts.filter(Boolean).join('; ')})`
  if (option.switch) {
    command.option(flag, description)
  } else if (repeatable) {
    const collect = (one: string, all: string[] = []): string[] => [...all, one]
    command.option(`${flag} <${value}>`, description, collect)
  } else {
    command.option(`${flag} <${value}>`, description)
  }
}

function environmentHelp(): string {
  const lines = options
    .filter(({ flag }) => flag === undefined)
    .map(({ env, sentence }) => `  ${env.padEnd(24)}  ${sentence}`)
  return `
Environment:
  Each option above has a name in the environment, given in parentheses; the flag wins.
${lines.join('\n')}
  The keys also as <name>_FILE: the path of a file that holds the value.

Examples:
  ashlar serve
  ashlar serve --data /srv/ashlar --listen 0.0.0.0:9000 --domain s3.example.com
`
}

async function serve(given: Record<string, string | string[] | boolean>): Promise<void> {
  const log = { current: undefined as Log | undefined }
  try {
    const config = readConfig(flagsOf(given))
    log.current = openLog(config.logLevel, {
      readable: process.stderr.isTTY,
      isShared: config.workers > 1,
    })
    await run(config, log.current, given['json'] === true)
  } catch (error) {
    log.current?.flush()
    if (!(error instanceof ConfigError)) throw error
    console.error(`ashlar: ${error.message}`)
    process.exitCode = usageError
  }
}

/** Commander names options in camel case. */
function flagsOf(given: Record<string, unknown>): Flags {
  const named = options.map(({ name }) => {
    const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return [name, given[camel] === true ? 'on' : given[camel]] as const
  })
  return Object.fromEntries(named.filter(([, value]) => value !== undefined))
}

async function run(config: Config, log: Log, json: boolean): Promise<void> {
  const die = (error: unknown, what: string): never => {
    log.fatal({ err: error }, what)
    log.flush()
    // At once: every acknowledgement that has not left by now must not leave (design, decision 9).
    process.exit(1)
  }
  process.on('uncaughtException', (error) => die(error, 'a defect; the server ends'))
  const start = config.workers === 1 ? startServer : startWorkers
  const server = await start(config, {
    log,
    rehearses: true,
    onFatal: (error) => die(error, error instanceof CrewLost ? unsteady : untrusted),
  })
  stopOnSignals(server, log)
  console.log(json ? readyLine(server, config) : banner(server, config))
  const { endpoint, accelerator } = server
  log.info({ endpoint, accelerator, pid: process.pid }, 'ready')
}

/** A terminal and the npm between tell the same Ctrl-C twice: what comes this soon is not a second one. */
const echoMs = 500

/** The first signal lets requests finish; the second one does not wait for them. */
function stopOnSignals(server: Server, log: Log): void {
  let asked: number | undefined
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const now = systemClock.now()
    if (asked !== undefined && now - asked > echoMs) process.exit(130)
    if (asked !== undefined) return
    asked = now
    log.info({ signal }, 'stopping: requests in flight finish first')
    await server.close()
    log.info({}, 'stopped')
    log.flush()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      void stop(signal)
    })
  }
}
