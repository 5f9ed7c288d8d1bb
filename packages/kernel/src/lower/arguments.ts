import { ModelError, type Layer } from '@dotplus/core'
import { unsupported, type CallArguments, type Operands, type Value } from './context.ts'

/** The arguments of a call by the parameter they are for. */
export class NamedArguments {
  readonly #layer: Layer
  readonly #operands: ReadonlyMap<string, Operands>

  /**
   * @param parameters names in the order of the function's signature
   * @throws {ModelError} for an argument that is not one of them
   */
  constructor(call: CallArguments, parameters: readonly string[], layer: Layer) {
    this.#layer = layer
    this.#operands = new Map(
      call.operands.map((operand, i) => {
        const name = operand.name === '' ? parameters[i] : operand.name
        if (name === undefined || !parameters.includes(name)) {
          throw new ModelError(`arguments of ${layer.className}`, {
            layer: layer.name,
            expected: parameters.join(', '),
            got: operand.name === '' ? `${call.operands.length} of them` : operand.name,
          })
        }
        return [name, operand]
      }),
    )
  }

  get(name: string): Operands | undefined {
    return this.#operands.get(name)
  }

  /** A tensor, or undefined when it is None or not given. */
  tensor(name: string): Value | undefined {
    const operand = this.get(name)
    if (operand === undefined || operand.value?.kind === 'none') return undefined
    const [value] = operand.tensors
    if (value === undefined || operand.tensors.length !== 1)
      throw unsupported(this.#layer, `argument ${name}`, operand.value?.kind ?? 'nothing')
    return value
  }

  /** A tensor that has to be given. */
  required(name: string): Value {
    const value = this.tensor(name)
    if (value) return value
    throw new ModelError(`argument ${name}`, {
      layer: this.#layer.name,
      expected: 'a tensor',
      got: 'None',
    })
  }

  /** A boolean; false when it is None or not given. */
  flag(name: string): boolean {
    const operand = this.get(name)
    if (operand === undefined || operand.value?.kind === 'none') return false
    if (operand.number === undefined)
      throw unsupported(this.#layer, `argument ${name}`, operand.value?.kind ?? 'a tensor')
    return operand.number !== 0
  }
}
