import type { Block, BlockValue } from '../custom/composition.ts'
import type { CallSpec, SpecValue } from './model-spec.ts'
import { arrayOfNumbers } from './number-array.ts'
import type { Json } from './python-json.ts'

/** Thrown where a call means something that functions of `keras.ops` do not. */
export class NoCounterpart extends Error {
  override readonly name = 'NoCounterpart'
}

/** What a TensorFlow function is called with, by TensorFlow's names of its parameters. */
export class Given {
  readonly #block: Block
  readonly #values = new Map<string, SpecValue>()
  readonly #asked = new Set<string>()
  #tensors = 0

  /** @param parameters the function's first parameters, in order: what is positional has no name */
  constructor(block: Block, parameters: readonly string[], { positional, keywords }: CallSpec) {
    this.#block = block
    for (const [index, value] of positional.entries()) {
      const name = parameters[index]
      if (name === undefined) throw new NoCounterpart()
      this.#values.set(name, value)
    }
    for (const [name, value] of keywords) this.#values.set(name, value)
    // Tensors are the inputs of the block in the order in which the call has them.
    for (const [name, value] of this.#values) this.#values.set(name, this.#numbered(value))
  }

  #numbered(value: SpecValue): SpecValue {
    if (value.kind === 'tensor') {
      const input = this.#block.inputs[this.#tensors++]
      if (!input) throw new NoCounterpart()
      return { kind: 'tensor', value: input }
    }
    if (value.kind === 'list')
      return { kind: 'list', items: value.items.map((item) => this.#numbered(item)) }
    if (value.kind === 'slice') {
      const [start, stop, step] = [value.start, value.stop, value.step].map((end) =>
        this.#numbered(end),
      ) as [SpecValue, SpecValue, SpecValue]
      return { kind: 'slice', start, stop, step }
    }
    return value
  }

  #value(name: string): SpecValue | undefined {
    this.#asked.add(name)
    const value = this.#values.get(name)
    return value?.kind === 'none' ? undefined : value
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined
  }

  /** True for a number that Python wrote as a float: 2.0. */
  isFloat(name: string): boolean {
    const value = this.#value(name)
    return value?.kind === 'number' && value.isFloat === true
  }

  /** A tensor, or numbers that stand for one. */
  tensor(name: string, dtype: 'float32' | 'int32' = 'float32'): BlockValue {
    const value = this.#value(name)
    if (value === undefined) throw new NoCounterpart()
    return this.#asTensor(value, dtype)
  }

  #asTensor(value: SpecValue, dtype: 'float32' | 'int32'): BlockValue {
    if (value.kind !== 'list') return this.#plain(value)
    const { numbers, shape } = nested(value)
    return { constant: arrayOfNumbers(dtype, shape, numbers, {}) }
  }

  /** A list of tensors; lists of numbers among them are tensors too, of whole numbers where they are. */
  tensors(name: string): BlockValue[] {
    const value = this.#value(name)
    if (value?.kind !== 'list') throw new NoCounterpart()
    return value.items.map((item) => {
      const whole = item.kind === 'list' && nested(item).numbers.every(Number.isSafeInteger)
      return this.#asTensor(item, whole ? 'int32' : 'float32')
    })
  }

  /** Sizes: whole numbers, tensors of them among them, or one tensor of all. */
  sizes(name: string): BlockValue {
    const value = this.#value(name)
    if (value === undefined) throw new NoCounterpart()
    return this.#plain(value)
  }

  /** A static argument, or what it is when left out; anything that holds a tensor has no counterpart. */
  number(name: string, fallback?: number): number {
    const value = this.#value(name)
    if (value === undefined && fallback !== undefined) return fallback
    if (value?.kind === 'number') return value.value
    throw new NoCounterpart()
  }

  text(name: string, fallback: string): string {
    const value = this.#value(name)
    if (value === undefined) return fallback
    if (value.kind === 'text') return value.value
    throw new NoCounterpart()
  }

  flag(name: string): boolean {
    const value = this.#value(name)
    if (value === undefined) return false
    if (value.kind === 'boolean') return value.value
    throw new NoCounterpart()
  }

  /** A whole number or a list of them; undefined for None. */
  integers(name: string): number[] | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    if (value.kind === 'number') return [value.value]
    if (value.kind !== 'list') throw new NoCounterpart()
    return nested(value).numbers
  }

  /** An axis or a list of them as JSON. */
  axis(name: string): number | number[] | null {
    const value = this.#value(name)
    if (value === undefined) return null
    if (value.kind === 'number') return value.value
    return this.integers(name) ?? null
  }

  /** Says that an argument changes nothing when it is None or one of these values. */
  neutral(name: string, ...values: readonly (Json | undefined)[]): void {
    const value = this.#value(name)
    if (value === undefined) return
    const known = 'value' in value && values.includes(value.value as Json)
    if (!known) throw new NoCounterpart()
  }

  #plain(value: SpecValue): BlockValue {
    switch (value.kind) {
      case 'none':
        return null
      case 'number':
      case 'boolean':
      case 'text':
        return value.value
      case 'tensor':
        return value.value
      case 'array':
        return { constant: value.value }
      case 'list':
        return value.items.map((item) => this.#plain(item))
      default:
        throw new NoCounterpart()
    }
  }

  /**
   * Checks that everything that was given has been asked for.
   *
   * @throws {NoCounterpart} for an argument that would change the numbers
   */
  finish(): void {
    for (const [name, value] of this.#values) {
      if (this.#asked.has(name) || name === 'name' || value.kind === 'none') continue
      if (value.kind === 'boolean' && !value.value) continue
      throw new NoCounterpart()
    }
  }
}

/** The numbers of nested lists, row by row. */
function nested(value: SpecValue & { readonly kind: 'list' }): {
  numbers: number[]
  shape: number[]
} {
  const numbers: number[] = []
  const visit = (item: SpecValue): number[] => {
    if (item.kind === 'number') {
      numbers.push(item.value)
      return []
    }
    if (item.kind !== 'list') throw new NoCounterpart()
    const shapes = item.items.map(visit)
    const [first = []] = shapes
    if (shapes.some((shape) => shape.join() !== first.join())) throw new NoCounterpart()
    return [item.items.length, ...first]
  }
  const shape = visit(value)
  return { numbers, shape }
}
