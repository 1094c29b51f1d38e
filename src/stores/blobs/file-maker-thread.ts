/** The thread of `FileMaker`: synchronous calls, one file after the other. */
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { FromMaker, ToMaker } from './file-maker.ts'
import { newFileFlags, newFileMode } from './new-file.ts'

parentPort?.on('message', (paths: ToMaker) => parentPort?.postMessage(made(paths), []))

function made(paths: ToMaker): FromMaker {
  const descriptors: number[] = []
  try {
    for (const path of paths) descriptors.push(openSync(path, newFileFlags, newFileMode))
    return { descriptors }
  } catch (error) {
    for (const [index, descriptor] of descriptors.entries()) undo(descriptor, paths[index] ?? '')
    return { error: describe(error) }
  }
}

function undo(descriptor: number, path: string): void {
  closeSync(descriptor)
  try {
    unlinkSync(path)
  } catch {
    // It stays, empty, until the next life removes what was never finished.
  }
}

function describe(error: unknown): { message: string; code: string; syscall: string } {
  const { message, code, syscall } = error as NodeJS.ErrnoException
  return { message, code: code ?? '', syscall: syscall ?? '' }
}
