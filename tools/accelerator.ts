/**
 * `npm run accelerator`. Ends with 0 where nothing can be built here, for nothing needs it, and with 1 where the compiler does not
 * take it. With `--if-needed` it builds only where there is none that this program can use, and always ends with 0.
 */
import { accelerateIfNeeded, buildAccelerator } from './accelerator/build.ts'

if (process.argv.includes('--if-needed')) accelerateIfNeeded()
else buildAnew()

function buildAnew(): void {
  const { told, isFault } = buildAccelerator()
  if (isFault) console.error(told)
  else console.log(told)
  process.exitCode = isFault ? 1 : 0
}
