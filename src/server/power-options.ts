/** The options of what of the machine is used: how many processes, and which kernels. */
import { accelerations } from '../base/accelerator.ts'
import type { Option } from './options.ts'

export const powerOptions: readonly Option[] = [
  {
    name: 'workers',
    flag: '--workers',
    env: 'ASHLAR_WORKERS',
    value: 'count',
    default: '1',
    sentence: 'processes that serve requests; with more than 1, one more looks after them',
  },
  {
    name: 'accelerator',
    flag: '--accelerator',
    env: 'ASHLAR_ACCELERATOR',
    value: 'choice',
    default: 'auto',
    choices: accelerations,
    sentence: 'kernels in C, used where npm run accelerator has built them; never needed',
  },
]
