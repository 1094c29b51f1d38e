/**
 * Which kernels a test file's subjects run with: none of the accelerator's, unless test/accelerator/same-tests.test.ts runs it
 * once more with them. So the same tests hold for both.
 */
import { spawnSync } from 'node:child_process'
import { findAccelerator, type Accelerator } from '../../src/base/accelerator.ts'

export const acceleration: { accelerator: Accelerator | undefined } = { accelerator: undefined }

export type Accelerated =
  | { readonly accelerator: Accelerator }
  | { readonly accelerator: undefined; readonly why: string; readonly isFault: boolean }

/** The accelerator, or why there is none. A pipeline that has a compiler and no accelerator proves nothing of it. */
export function acceleratorHere(): Accelerated {
  const { accelerator, told } = findAccelerator('auto')
  if (accelerator !== undefined) return { accelerator }
  const canBuild = process.platform === 'linux' && process.arch === 'x64' && hasCompiler()
  const isFault = canBuild && process.env['CI'] === 'true'
  return { accelerator, why: `skipped: the accelerator is ${told} (npm run accelerator)`, isFault }
}

function hasCompiler(): boolean {
  return spawnSync('gcc', ['--version']).status === 0
}
