import { ModelError, type Argument, type Layer } from '@dotplus/core'
import {
  unsupported,
  type CallArguments,
  type LowerContext,
  type Operands,
  type Value,
} from '../context.ts'

type GraphValue = NonNullable<Argument['value']>

/** A function of keras.ops. */
export interface OpDefinition {
  /** Arguments of the call, in the order of the function's signature. */
  readonly parameters: readonly string[]
  /** Static settings it knows beside them. */
  readonly settings?: readonly string[]
  lower(context: LowerContext, layer: Layer, given: OpArguments): Value[]
}

/** What an op node is called with: arguments of the call and static settings, by name. */
export class OpArguments {
  readonly #layer: Layer
  readonly #operands = new Map<string, Operands>()
  readonly #values = new Map<string, GraphValue>()

  constructor(definition: OpDefinition, call: CallArguments, layer: Layer) {
    const { parameters, settings = [] } = definition
    this.#layer = layer
    for (const [i, operand] of call.operands.entries()) {
      const name = operand.name === '' ? parameters[i] : operand.name
      if (name === undefined || !(parameters.includes(name) || settings.includes(name)))
        throw unsupported(layer, 'an argument of this function', operand.name || `number ${i + 1}`)
      this.#operands.set(name, operand)
      if (operand.value) this.#values.set(name, operand.value)
    }
    if (layer.kind === 'op') {
      for (const { name, value } of layer.op.attributes) if (value) this.#values.set(name, value)
    }
  }

  #misfit(name: string, expected: string): ModelError {
    const got = this.#values.get(name)?.kind ?? 'nothing'
    return new ModelError(`argument ${name}`, { layer: this.#layer.name, expected, got })
  }

  /** What is given, None aside. */
  value(name: string): GraphValue | undefined {
    const value = this.#values.get(name)
    return value?.kind === 'none' ? undefined : value
  }

  tensors(name: string): readonly Value[] {
    return this.#operands.get(name)?.tensors ?? []
  }

  optionalTensor(name: string): Value | undefined {
    return this.value(name) === undefined ? undefined : this.tensor(name)
  }

  tensor(name: string): Value {
    const [value, ...others] = this.tensors(name)
    if (!value || others.length > 0) throw this.#misfit(name, 'a tensor')
    return value
  }

  /** A tensor or a number. */
  operand(name: string): Value | number {
    const value = this.value(name)
    if (value?.kind === 'integer') return value.integer
    if (value?.kind === 'number') return value.number
    if (value?.kind === 'boolean') return Number(value.boolean)
    return this.tensor(name)
  }

  number(name: string, fallback?: number): number {
    const value = this.value(name)
    if (value === undefined && fallback !== undefined) return fallback
    if (value?.kind === 'integer') return value.integer
    if (value?.kind === 'number') return value.number
    throw this.#misfit(name, 'a number')
  }

  flag(name: string): boolean {
    const value = this.value(name)
    if (value === undefined) return false
    if (value.kind === 'boolean') return value.boolean
    if (value.kind === 'integer') return value.integer !== 0
    throw this.#misfit(name, 'a boolean')
  }

  text(name: string, fallback: string): string {
    const value = this.value(name)
    if (value === undefined) return fallback
    if (value.kind === 'text') return value.text
    throw this.#misfit(name, 'a text')
  }

  /** One whole number or a list of them; undefined for None. */
  integers(name: string): number[] | undefined {
    const value = this.value(name)
    return value === undefined ? undefined : this.#integersOf(name, value)
  }

  #integersOf(name: string, value: GraphValue): number[] {
    if (value.kind === 'integer') return [value.integer]
    if (value.kind === 'list')
      return value.list.items.flatMap((item) => this.#integersOf(name, item))
    throw this.#misfit(name, 'whole numbers')
  }
}
