import type { LazyArray } from '../array.ts'
import { rearranged, reshaped, sumOfHalves } from './rearranged.ts'
import type { StoredLayout, WeightSlot } from './weight-tree.ts'

/**
 * Variables of CuDNNLSTM and CuDNNGRU: every gate's columns are cuDNN's matrix (units, inputs) row by row, and the
 * biases of inputs and states follow each other.
 */
export function cudnnLayout(own: readonly WeightSlot[]): StoredLayout {
  const units = own.find(({ name }) => name === 'recurrent_kernel')?.shape?.[0] ?? 1
  return {
    slots: own.map((slot) => {
      if (slot.name !== 'bias' || !slot.shape) return slot
      const columns = slot.shape.at(-1)
      return { ...slot, shape: [columns === undefined ? undefined : 2 * columns] }
    }),
    assemble(found) {
      const result = new Map<string, LazyArray>()
      for (const { name, shape } of own) {
        const array = found.get(name)
        if (!array) continue
        if (name !== 'bias') result.set(name, kernelOf(array, units))
        // Only a GRU tells its two biases apart.
        else if (shape?.length === 2)
          result.set(name, reshaped(array, [2, (array.shape[0] ?? 0) / 2]))
        else result.set(name, sumOfHalves(array))
      }
      return result
    },
  }
}

/** Of each gate's block of columns the elements in a row are a matrix (units, inputs). */
function kernelOf(array: LazyArray, units: number): LazyArray {
  const [inputs = 0, columns = 0] = array.shape
  if (columns % units !== 0) return array
  const gates = columns / units
  const blocks = rearranged(array, {
    shape: [gates, inputs, units],
    strides: [units, columns, 1],
    offset: 0,
  })
  const kernel = rearranged(blocks, {
    shape: [inputs, gates, units],
    strides: [1, inputs * units, inputs],
    offset: 0,
  })
  return reshaped(kernel, array.shape)
}
