/** What is said of many measurements at once. */

export interface Look {
  readonly ms: number
  readonly bytes: number
}

/** The value that one of a hundred is beyond; 0 of none. */
export function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0
}

/** Of a line: how it rises, and how far that may be chance. */
export interface Growth {
  readonly rise: number
  readonly error: number
}

/** MiB in ten minutes, of the line that lies nearest to all looks (least squares), and its standard error; of too few neither is known. */
export function growthMiB(looks: readonly Look[]): Growth {
  const [ms, bytes] = [mean(looks.map((look) => look.ms)), mean(looks.map((look) => look.bytes))]
  const spread = sum(looks.map((look) => (look.ms - ms) ** 2))
  const slope = sum(looks.map((look) => (look.ms - ms) * (look.bytes - bytes))) / spread
  const off = sum(looks.map((look) => (look.bytes - bytes - slope * (look.ms - ms)) ** 2))
  const error = Math.sqrt(off / (looks.length - 2) / spread)
  if (looks.length < 3) return { rise: 0, error: Infinity }
  return { rise: mebibytes(slope * tenMinutesMs), error: mebibytes(error * tenMinutesMs) }
}

const tenMinutesMs = 600_000

/** To a tenth. */
export function mebibytes(bytes: number): number {
  return Math.round((10 * bytes) / 2 ** 20) / 10
}

export function mean(values: readonly number[]): number {
  return sum(values) / Math.max(1, values.length)
}

function sum(values: readonly number[]): number {
  return values.reduce((before, value) => before + value, 0)
}
