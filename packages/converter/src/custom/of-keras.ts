import type { Compositions } from './composition.ts'

/** Classes that keras.applications defines for its own models, written as what they compute. */
export const compositionsOfKeras: Compositions = {
  /** InceptionResNetV2's a + scale · b. */
  CustomScaleLayer({ scale }, block) {
    const [a, b] = block.inputs
    const scaled = block.op('multiply', [b ?? null, typeof scale === 'number' ? scale : null])
    return block.op('add', [a ?? null, scaled])
  },
}
