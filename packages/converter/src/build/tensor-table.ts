import { elementCount, type StoredTensor, type TensorIndex } from '@dotplus/core'
import { lazyArray, type LazyArray, type NdArray } from '../array.ts'
import type { LayerWeights } from '../layers/layer-converter.ts'
import { nothingBound, type BoundWeights } from '../weights/bound-weights.ts'

interface Entry {
  readonly name: string
  readonly array: LazyArray
  readonly shape: readonly number[]
}

/** The model's tensors in the order they were asked for; their bytes are read at the end. */
export class TensorTable {
  readonly #entries: Entry[] = []
  readonly #byArray = new Map<LazyArray, TensorIndex>()
  readonly #names = new Map<string, number>()

  /** Adds a weight once; asking again for the same array and shape answers the same index. */
  add(name: string, array: LazyArray, shape: readonly number[] = array.shape): TensorIndex {
    const known = this.#byArray.get(array)
    if (known !== undefined && sameShape((this.#entries[known] as Entry).shape, shape)) return known
    this.#entries.push({ name: this.#uniqueName(name), array, shape })
    const index = this.#entries.length - 1
    this.#byArray.set(array, index)
    return index
  }

  addConstant(name: string, array: NdArray): TensorIndex {
    return this.add(name, lazyArray(array))
  }

  #uniqueName(name: string): string {
    const count = this.#names.get(name) ?? 0
    this.#names.set(name, count + 1)
    return count === 0 ? name : `${name}_${count}`
  }

  /** Every tensor without its bytes; strings, which the structure holds, are read. */
  async describe(): Promise<StoredTensor[]> {
    const tensors: StoredTensor[] = []
    for (const { name, array, shape } of this.#entries) {
      const strings = array.dtype === 'string' ? ((await array.read()).strings ?? []) : []
      const data = new Uint8Array(0)
      tensors.push({ name, dtype: array.dtype, shape: [...shape], strings: [...strings], data })
    }
    return tensors
  }

  /** The bytes of one tensor. */
  async read(index: TensorIndex): Promise<Uint8Array> {
    const { data } = await (this.#entries[index] as Entry).array.read()
    return data
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** The variables of one layer as indices of the table, named after the layer's path. */
export function layerWeights(
  table: TensorTable,
  bound: BoundWeights | undefined,
  path: string,
): LayerWeights {
  const { own, children } = bound ?? nothingBound
  return {
    index: (name) => {
      const array = own.get(name)
      return array && table.add(`${path}/${name}`, array)
    },
    reshaped: (name, shape) => {
      const array = own.get(name)
      if (!array) return undefined
      return table.add(
        `${path}/${name}`,
        array,
        elementCount(shape) === elementCount(array.shape) ? shape : array.shape,
      )
    },
    shape: (name) => own.get(name)?.shape,
    bound,
    child: (key) => layerWeights(table, children.get(key), `${path}/${key}`),
  }
}
