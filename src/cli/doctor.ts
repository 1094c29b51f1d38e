/**
 * `ashlar doctor`: why signatures fail. `log` gathers what a server wrote of them, `compare` sets what a client signed beside
 * what the server computed, `check` asks a running endpoint with requests that proxies like to damage.
 */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import { compareTexts } from './doctor-compare.ts'
import { checkEndpoint } from './doctor-check.ts'
import { readLog } from './doctor-log.ts'
import { printReport, type Report } from './doctor-report.ts'
import { ConfigError, readText } from '../server/config-error.ts'
import { readEndpoint } from '../server/config-client.ts'

/** As `aws` and this program have it: 2 for a command that was not given right, 3 where something is wrong. */
const usageError = 2
const somethingWrong = 3

interface Given {
  readonly json?: boolean
}

export function doctorCommand(): Command {
  const json = ['--json', 'print one JSON document'] as const
  return new Command('doctor')
    .description('Explain signatures that do not match.')
    .addCommand(
      new Command('log')
        .description('Gather the diagnoses in a log of the server (JSON lines).')
        .argument('[file]', 'the log; standard input without it, or with -', '-')
        .option(...json)
        .action((file: string, given: Given) => tell(given, () => readLog(textOf(file)))),
    )
    .addCommand(
      new Command('compare')
        .description("Compare the canonical request in a client's debug output with the server's.")
        .argument('<client>', 'what the client printed (botocore --debug, …); - is standard input')
        .argument(
          '[server]',
          "the server's error document; without it, it is looked for in the first",
        )
        .option(...json)
        .action((client: string, server: string | undefined, given: Given) =>
          tell(given, () => compareTexts(textOf(client), server && textOf(server))),
        ),
    )
    .addCommand(
      new Command('check')
        .description('Send signed requests that change nothing, and say what arrives.')
        .argument('[endpoint]', 'e.g. http://127.0.0.1:9000; AWS_ENDPOINT_URL without it')
        .option('--region <name>', 'the region to sign for; AWS_REGION, AWS_DEFAULT_REGION')
        .option(...json)
        .action((endpoint: string | undefined, given: Given & { region?: string }) =>
          tell(given, () =>
            checkEndpoint(readEndpoint({ endpoint, region: given.region }), systemClock),
          ),
        ),
    )
    .addHelpText('after', examples)
}

const examples = `
Examples:
  ashlar serve 2>server.log     and later    ashlar doctor log server.log
  aws --debug s3 ls 2>&1 | ashlar doctor compare -
  AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… ashlar doctor check https://s3.example.com
`

async function tell(given: Given, examine: () => Report | Promise<Report>): Promise<void> {
  try {
    const report = await examine()
    console.log(given.json === true ? JSON.stringify(report, undefined, 2) : printReport(report))
    if (!report.well) process.exitCode = somethingWrong
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(`ashlar: ${error.message}`)
    process.exitCode = usageError
  }
}

/** 0 is standard input. */
function textOf(file: string): string {
  return file === '-' ? readFileSync(0, 'utf8') : readText(file, 'The command')
}
