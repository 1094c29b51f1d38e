/** The command line: one file for each command. */
import { Command } from 'commander'
import { doctorCommand } from './doctor.ts'
import { keysCommand } from './keys.ts'
import { backupCommand } from './backup.ts'
import { rebuildCommand } from './rebuild.ts'
import { restoreCommand } from './restore.ts'
import { scrubCommand } from './scrub.ts'
import { serveCommand } from './serve.ts'
import { verifyCommand } from './verify.ts'
import { version } from '../server/version.ts'

const program = new Command('ashlar')
  .description('S3-compatible object storage; multipart uploads at its heart.')
  .version(version(), '-V, --version')
  .addCommand(serveCommand())
  .addCommand(keysCommand())
  .addCommand(doctorCommand())
  .addCommand(verifyCommand())
  .addCommand(scrubCommand())
  .addCommand(backupCommand())
  .addCommand(restoreCommand())
  .addCommand(rebuildCommand())
  .showSuggestionAfterError()
  .showHelpAfterError('Run with --help to see what there is.')

await program.parseAsync()
