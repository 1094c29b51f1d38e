/** Times as S3 tells them: whole seconds, so that listings, headers and conditions all name the same moment. */
import type { Instant } from '../base/clock.ts'

export function wholeSeconds(instant: Instant): Date {
  return new Date(Math.floor(instant / 1000) * 1000)
}
