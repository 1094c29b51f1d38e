/** The command line of a program of this repository. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'

/** What was asked, by these options; an option that is none of them, or lacks its value, is told to `refuse`. */
export function asked<const Options extends ParseArgsOptionsConfig>(
  options: Options,
  refuse: (why: string) => never,
): ReturnType<typeof parseArgs<{ allowPositionals: true; options: Options }>> {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}
