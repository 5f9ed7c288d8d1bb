import { elementCount } from '@dotplus/core'

import { storageOf } from '../dtype/element-type.ts'
import { rounded } from '../dtype/half.ts'
import type { StringPool } from '../dtype/string-pool.ts'
import type { KernelMemory } from '../memory.ts'
import { elementsAt, type StoredElements } from '../model/element-type.ts'
import type { FoundSize } from '../plan/op.ts'
import type { ElementType, LowerContext, Placement, Value } from './context.ts'

/** Elements as a host op gets and gives them: strings as an array, others as they lie in memory. */
export type HostElements = StoredElements | string[]

/** The kernel's functions to float64 accuracy, by activation or binary code: the same on every engine. */
export type Float64Function = (code: number, x: number, y: number) => number

/** Shape and dtype of a host op's result. */
export interface HostResult {
  readonly shape: readonly number[]
  readonly dtype: ElementType
}

const wraps: Readonly<Partial<Record<ElementType, (value: number) => number>>> = {
  int8: (value) => (value << 24) >> 24,
  uint8: (value) => value & 0xff,
  int16: (value) => (value << 16) >> 16,
  uint16: (value) => value & 0xffff,
}

/** Brings what an op has written into the range and precision of a dtype narrower than its storage. */
function settle(dtype: ElementType, elements: HostElements): void {
  const wrap = wraps[dtype]
  const half = dtype === 'float16' || dtype === 'bfloat16'
  if (!wrap && !half) return
  for (let i = 0; i < elements.length; i++) {
    const value = elements[i] as number
    elements[i] = wrap ? wrap(value) : rounded(dtype, value)
  }
}

/**
 * An op that runs in JavaScript.
 *
 * @param run writes the results' elements. Half floats are rounded and narrow integers wrapped around afterwards, so it
 *   may write any number; it uses no function of `Math` whose last digit depends on the engine. It answers a size other
 *   than the one it was lowered for, if it finds one
 */
export function hostOp(
  context: LowerContext,
  kind: string,
  inputs: readonly Value[],
  results: readonly HostResult[],
  run: (
    inputs: readonly HostElements[],
    results: readonly HostElements[],
    float64: Float64Function,
  ) => FoundSize | void | undefined,
): Value[] {
  const values = results.map(({ shape, dtype }) => context.value(shape, dtype))
  if (values.length > 0 && values.every(({ shape }) => elementCount(shape) === 0)) return values
  const whole = (value: Value) => ({ buffer: value.buffer, rowBytes: value.buffer.byteLength })
  const reads = inputs.map(whole)
  const writes = values.map(whole)
  const bind = (place: Placement) => {
    const located = (list: readonly Value[]) =>
      list.map((value) => ({
        dtype: value.dtype,
        address: place.address(whole(value)),
        length: elementCount(value.shape),
      }))
    const from = located(inputs)
    const to = located(values)
    return (memory: KernelMemory, strings: StringPool): FoundSize | undefined => {
      const given = from.map(({ dtype, address, length }): HostElements => {
        const elements = elementsAt(memory, dtype, address, length)
        if (dtype !== 'string') return elements
        return Array.from(elements as Uint32Array, (handle) => strings.text(handle))
      })
      const wanted = to.map(({ dtype, address, length }) => {
        const elements = elementsAt(memory, dtype, address, length)
        const texts = dtype === 'string' ? Array<string>(length).fill('') : undefined
        return { dtype, elements, texts }
      })
      const found = run(
        given,
        wanted.map(({ elements, texts }) => texts ?? elements),
        memory.exports.float64 as Float64Function,
      )
      for (const { dtype, elements, texts } of wanted) {
        settle(dtype, elements)
        for (const [i, text] of texts?.entries() ?? []) elements[i] = strings.handle(text)
      }
      return found ?? undefined
    }
  }
  context.push({
    kind,
    rows: 1,
    reads,
    writes,
    inPlace: false,
    tileable: false,
    emit: () => undefined,
    bind,
  })
  return values
}

/** True for dtypes whose elements are bigints. */
export function isWide(dtype: ElementType): boolean {
  const storage = storageOf(dtype)
  return storage === 'i64' || storage === 'u64'
}
