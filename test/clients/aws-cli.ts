/** Drives one AWS CLI, of either major version, against one server, in a folder of its own. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestServer } from '../harness/server.ts'
import { runProgram, runToSuccess } from './program.ts'
import type { RunOptions, Said } from './program.ts'

export const bucket = 'aws-cli'

/** Fields of its JSON answers that the tests read. */
export interface Answer {
  readonly UploadId?: string
  readonly ETag?: string
  readonly ContentLength?: number
  readonly Parts?: readonly { readonly PartNumber: number; readonly ETag: string }[]
  readonly Uploads?: readonly { readonly Key: string; readonly UploadId: string }[]
}

export class AwsCli {
  /** Its home and where it runs: names of files are relative to it. */
  readonly folder: string
  readonly #program: string
  readonly #server: TestServer

  constructor(program: string, server: TestServer, folder: string) {
    this.#program = program
    this.#server = server
    this.folder = folder
  }

  /** `aws <words>`, which must succeed; gives what it printed. */
  run(...words: string[]): Promise<string> {
    return runToSuccess(this.#program, this.#words(words), this.#options())
  }

  /** `aws s3api <command>` on the bucket with `--name value` for each option; an option without a value is a flag. */
  async api(command: string, options: Record<string, string> = {}): Promise<Answer> {
    const printed = await this.run(...apiWords(command, options))
    return printed.trim() === '' ? {} : (JSON.parse(printed) as Answer)
  }

  /** The same for a command that must be refused with this code, told as the client tells it. */
  async refused(code: string, command: string, options: Record<string, string>): Promise<void> {
    await this.#refused(code, apiWords(command, options))
  }

  /** The same for a read, which names a file. */
  async refusedRead(code: string, key: string, options: Record<string, string>): Promise<void> {
    await this.#refused(code, [...apiWords('get-object', { key, ...options }), 'never-read'])
  }

  async createUpload(key: string): Promise<string> {
    const { UploadId } = await this.api('create-multipart-upload', { key })
    assert.ok(UploadId)
    return UploadId
  }

  /** The object, or what `options` choose of it. */
  async read(key: string, options: Record<string, string> = {}): Promise<Buffer> {
    const file = `read-${key}`
    await this.run(...apiWords('get-object', { key, ...options }), file)
    return readFile(join(this.folder, file))
  }

  async #refused(code: string, words: readonly string[]): Promise<void> {
    const said: Said = await runProgram(this.#program, this.#words(words), this.#options())
    assert.ok(said.code === 254 || said.code === 255, `exit code ${said.code}: ${said.stderr}`)
    assert.match(said.stderr, new RegExp(`An error occurred \\(${code}\\) when calling`))
  }

  #words(words: readonly string[]): string[] {
    return ['--endpoint-url', this.#server.endpoint, ...words]
  }

  #options(): RunOptions {
    const { keys, region } = this.#server
    return {
      cwd: this.folder,
      env: {
        HOME: this.folder,
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_DEFAULT_REGION: region,
        AWS_EC2_METADATA_DISABLED: 'true',
        // A second attempt would hide what the first one met.
        AWS_MAX_ATTEMPTS: '1',
        AWS_PAGER: '',
        LC_ALL: 'C.UTF-8',
      },
    }
  }
}

/** A client with a folder that holds nothing yet; `dispose` takes the folder away. */
export async function createAwsCli(
  program: string,
  server: TestServer,
): Promise<{ cli: AwsCli; dispose: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-aws-cli-'))
  return {
    cli: new AwsCli(program, server, folder),
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
}

function apiWords(command: string, options: Record<string, string>): string[] {
  const named = Object.entries({ bucket, ...options }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ])
  return ['s3api', command, '--output', 'json', ...named]
}
