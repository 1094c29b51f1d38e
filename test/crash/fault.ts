/** A defect that is planted, to see that something notices. */
export interface Fault {
  readonly what: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** The proof, or the test file, that has to find it. */
  readonly foundBy: string
}
