/** What a soak may cost others and the machine, and from how much of it on that can be said. */

const residentMiBMax = 512
const growthMiBMax = 1
const growthMinutesMin = 20
/** So many standard errors beyond the bar are no chance. */
const errorsMax = 2
const waitFactorMax = 2
/** Beyond it waits tell of the machine's other work. */
const heldBackPercentMax = 25
/** Of each kind: below that one in a hundred is chance. */
const waitsMin = 1000

export interface Soaked {
  readonly minutes: number
  /** How often others were measured without the crowd, and beside it. */
  readonly alone: number
  readonly beside: number
  readonly aloneMsP99: number
  readonly besideMsP99: number
  /** Of the time: the server was ready to go on, and the machine had other work. */
  readonly heldBackPercent: number
  readonly residentMiBMax: number
  /** In ten minutes, and the standard error of it. */
  readonly residentMiBGrowth: number
  readonly residentMiBGrowthError: number
}

/** Each bar that is not met, in words. */
export function beyond(soaked: Soaked): readonly string[] {
  const { aloneMsP99, besideMsP99, residentMiBGrowth } = soaked
  const found: string[] = []
  if (soaked.residentMiBMax > residentMiBMax) found.push(`${soaked.residentMiBMax} MiB of memory`)
  const certain = residentMiBGrowth - errorsMax * soaked.residentMiBGrowthError
  if (soaked.minutes >= growthMinutesMin && certain >= growthMiBMax)
    found.push(`memory grows by ${residentMiBGrowth} MiB in ten minutes`)
  const isFair = soaked.heldBackPercent <= heldBackPercentMax
  const isEnough = Math.min(soaked.alone, soaked.beside) >= waitsMin
  if (isFair && isEnough && besideMsP99 >= waitFactorMax * aloneMsP99)
    found.push(`others wait for ${besideMsP99} ms, alone for ${aloneMsP99}`)
  return found
}
