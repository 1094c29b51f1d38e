/** What is said of many measurements at once. */

export interface Look {
  readonly ms: number
  readonly bytes: number
}

/** The value that one of a hundred is beyond; 0 of none. */
export function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0
}

/** MiB in ten minutes by which the line rises that lies nearest to all looks (least squares); 0 where there is no time between them. */
export function growthMiB(looks: readonly Look[]): number {
  const [ms, bytes] = [mean(looks.map((look) => look.ms)), mean(looks.map((look) => look.bytes))]
  let [rise, spread] = [0, 0]
  for (const look of looks) {
    rise += (look.ms - ms) * (look.bytes - bytes)
    spread += (look.ms - ms) ** 2
  }
  return spread === 0 ? 0 : mebibytes((rise / spread) * 600_000)
}

/** To a tenth. */
export function mebibytes(bytes: number): number {
  return Math.round((10 * bytes) / 2 ** 20) / 10
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
