import { ModelError, type Argument, type Layer } from '@dotplus/core'
import {
  unsupported,
  type CallArguments,
  type LowerContext,
  type Operands,
  type Value,
} from '../context.ts'
import { withTensors } from '../call.ts'

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

  readonly #definition: Pick<OpDefinition, 'parameters' | 'settings'>
  readonly #call: CallArguments

  constructor(
    definition: Pick<OpDefinition, 'parameters' | 'settings'>,
    call: CallArguments,
    layer: Layer,
  ) {
    const { parameters, settings = [] } = definition
    this.#layer = layer
    this.#definition = definition
    this.#call = call
    for (const [i, operand] of call.operands.entries()) {
      const name = operand.name === '' ? parameters[i] : operand.name
      const known = parameters.includes('*') || parameters.includes(name ?? '')
      if (name === undefined || !(known || settings.includes(name)))
        throw unsupported(layer, 'an argument of this function', operand.name || `number ${i + 1}`)
      this.#operands.set(name, operand)
      if (operand.value) this.#values.set(name, operand.value)
    }
    if (layer.kind === 'op') {
      for (const { name, value } of layer.op.attributes) if (value) this.#values.set(name, value)
    }
  }

  /** The same with one static setting given. */
  withSetting(name: string, integer: number): OpArguments {
    const copy = new OpArguments(this.#definition, this.#call, this.#layer)
    copy.#values.set(name, { kind: 'integer', integer })
    return copy
  }

  /** A whole number given under a name that is no parameter of the function's own. */
  extra(name: string): number | undefined {
    const value = this.#values.get(name) ?? this.#fromDict(name)
    return value?.kind === 'integer' ? value.integer : undefined
  }

  #fromDict(name: string): GraphValue | undefined {
    for (const value of this.#values.values()) {
      const entries = value.kind === 'dict' ? value.dict.entries : []
      for (const entry of entries) if (entry.name === name) return entry.value
    }
    return undefined
  }

  /** The same with each tensor of the call replaced by another. */
  mapTensors(change: (value: Value) => Value): OpArguments {
    return new OpArguments(this.#definition, withTensors(this.#call, change), this.#layer)
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

  /** Every tensor of the call in order. */
  allTensors(): readonly Value[] {
    return this.#call.tensors
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
