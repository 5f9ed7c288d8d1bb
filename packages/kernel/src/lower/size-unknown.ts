/** Lowering cannot go on: what has been lowered so far has to run to find a size. */
export class SizeUnknown extends Error {
  override readonly name = 'SizeUnknown'
}
