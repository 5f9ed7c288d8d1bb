import type { HiddenActivation } from './fixtures.ts'

/** One way in which people export a Keras model. */
export interface Route {
  readonly title: string
  /** Files below the network's folder. */
  readonly files: readonly string[]
  /** The export holds arrays only: the layers have to be said. */
  readonly arraysOnly: boolean
}

const arrayNames = [1, 2, 3].flatMap((layer) => [
  `npy/L${layer}_weights.npy`,
  `npy/L${layer}_bias.npy`,
])

/** Every route by which the fixtures were exported. */
export const routes: readonly Route[] = [
  { title: '.keras', files: ['keras/model.keras'], arraysOnly: false },
  { title: '.h5, Keras 3', files: ['h5-keras3/model.h5'], arraysOnly: false },
  { title: '.h5, Keras 2', files: ['h5-keras2/model.h5'], arraysOnly: false },
  {
    title: '.weights.h5 + .json',
    files: ['weights-h5/model.json', 'weights-h5/model.weights.h5'],
    arraysOnly: false,
  },
  { title: '.npz', files: ['npz/weights.npz'], arraysOnly: true },
  { title: '.npy, one per array', files: arrayNames, arraysOnly: true },
  { title: '.npy, dtype=object', files: ['object/weights.npy'], arraysOnly: true },
]

/** What `--dense` says for exports without an architecture. */
export function denseActivations(hidden: HiddenActivation): string[] {
  return [hidden, hidden, 'linear']
}
