/** What is fuzzed in this process: each parser with valid texts, the words of its language, and what must hold of what it accepts. */
import { bodyParsers } from './parsers-of-bodies.ts'
import { documentParsers } from './parsers-of-documents.ts'
import { fieldParsers } from './parsers-of-fields.ts'
import { requestParsers } from './parsers-of-requests.ts'

export interface Parser {
  readonly name: string
  /** Valid texts, one char per byte. */
  readonly seeds: readonly string[]
  readonly tokens: readonly string[]
  /** No input that reaches the parser is larger. */
  readonly bytesMax: number
  /**
   * Throws an S3Error for what it refuses, and an error of another kind where something is wrong. `random` is for what the
   * parser is given beside the text.
   */
  run(text: string, random: () => number): unknown
}

export const parsers: readonly Parser[] = [
  ...fieldParsers,
  ...requestParsers,
  ...documentParsers,
  ...bodyParsers,
]
