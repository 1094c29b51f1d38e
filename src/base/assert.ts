/** Beliefs of the program, checked where they are held. A failed belief is a defect of ours, never of a request. */

export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed'
}

export function assert(belief: boolean, sentence: string): asserts belief {
  if (!belief) throw new AssertionFailed(sentence)
}
