import { DotplusError, UsageError } from '@dotplus/core'
import type { LayerSpec, ModelSpec, SpecValue } from '../keras/model-spec.ts'
import { arrayOfNumbers } from '../keras/number-array.ts'
import { isJsonObject, type Json, type JsonObject } from '../keras/python-json.ts'
import { snakeCase } from '../keras/snake-case.ts'
import type { WeightSlot } from '../weights/weight-tree.ts'
import type {
  Block,
  BlockConstant,
  BlockEllipsis,
  BlockLayer,
  BlockSlice,
  BlockTensor,
  BlockValue,
  BlockWeight,
  BlockWeightOptions,
  ComposeLayer,
} from './composition.ts'

/** A layer written as layers: a model, and where the file keeps its variables. */
export interface Composed {
  readonly model: ModelSpec
  /** Variables of the class itself, in its order. */
  readonly own: readonly WeightSlot[]
  /** By the name of a layer of the model: the path below the class, or its variables among `own`. */
  readonly homes: ReadonlyMap<string, string | Readonly<Record<string, BlockWeight>>>
}

/** The layer that is composed, as the file describes it. */
type ComposedSpec = Pick<LayerSpec, 'name' | 'className' | 'config' | 'inputShape' | 'calls'>

/** What composing needs to know about the layer. */
export interface ComposeContext {
  readonly file: string
  readonly path: string
  /** It is the cell of a recurrent layer. */
  readonly isCell?: boolean
  /** Makes a layer of the model from a serialized one. */
  readLayer(serialized: JsonObject): Omit<LayerSpec, 'calls'>
}

/**
 * Runs a registered composition.
 *
 * @throws {UsageError} when it fails, or answers with something that is no tensor of the block
 */
export function composeLayer(
  compose: ComposeLayer,
  spec: ComposedSpec,
  context: ComposeContext,
): Composed {
  const builder = new BlockBuilder(spec, context)
  const answer = attempt(context, () => compose(spec.config, builder.block))
  return builder.finish(Array.isArray(answer) ? answer : [answer])
}

function attempt<T>({ file, path }: ComposeContext, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (cause instanceof DotplusError) throw cause
    throw new UsageError('the registered composition fails', {
      file,
      layer: path,
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
}

/** Number of tensors that a layer is called with; 1 where it is never called itself, as inside a wrapper. */
function inputCount({ calls }: Pick<LayerSpec, 'calls'>): number {
  const [call] = calls
  return call ? Math.max(1, tensorArguments(call).length) : 1
}

/** The tensors of a call: those of its arguments in order, but for the mask. */
export function tensorArguments(call: LayerSpec['calls'][number]): SpecValue[] {
  const keywords = call.keywords.filter(([name]) => name !== 'mask' && name !== 'training')
  return [...call.positional, ...keywords.map(([, value]) => value)].flatMap(tensorsIn)
}

function tensorsIn(value: SpecValue): SpecValue[] {
  switch (value.kind) {
    case 'tensor':
    case 'array':
      return [value]
    case 'list':
      return value.items.flatMap(tensorsIn)
    case 'dict':
      return value.entries
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, entry]) => tensorsIn(entry))
    default:
      return []
  }
}

class BlockBuilder {
  readonly block: Block
  readonly #spec: ComposedSpec
  readonly #context: ComposeContext
  readonly #layers = new Map<string, LayerSpec>()
  readonly #own = new Map<string, WeightSlot>()
  readonly #homes = new Map<string, string | Readonly<Record<string, BlockWeight>>>()
  readonly #classes = new Map<string, number>()
  readonly #inputs: BlockTensor[]
  #states = 0

  constructor(spec: ComposedSpec, context: ComposeContext) {
    this.#spec = spec
    this.#context = context
    this.#inputs = Array.from({ length: inputCount(spec) }, (_, index) => this.#addInput(index))
    this.block = {
      input: this.#inputs[0] as BlockTensor,
      inputs: this.#inputs,
      inputShape: spec.inputShape,
      state: (size) => this.#addState(size),
      output: (tensor, number) => this.#output(tensor, number),
      layer: (layer, config, weights) => this.#addLayer(layer, config, weights),
      constant: (numbers, shape, dtype) => this.#addConstant(numbers, shape, dtype),
      weight: (name, options) => this.#addWeight(name, options),
      op: (name, values, settings) => this.#addOp(name, values, settings),
    }
  }

  finish(outputs: readonly unknown[]): Composed {
    const tensors = outputs.map((output) => this.#known(output, 'what the composition answers'))
    if (tensors.length === 0) this.#reject('what the composition answers', 'nothing')
    this.#checkStates(tensors.length)
    const ports = (list: readonly BlockTensor[], name: string): ModelSpec['inputs'] =>
      list.map((tensor, index) => ({ name: index === 0 ? name : `${name}_${index}`, tensor }))
    return {
      model: {
        name: this.#spec.name,
        layers: [...this.#layers.values()],
        inputs: ports(this.#inputs, 'input'),
        inputKeys: undefined,
        outputs: ports(tensors, 'output'),
      },
      own: [...this.#own.values()],
      homes: this.#homes,
    }
  }

  #addInput(index: number): BlockTensor {
    const { inputShape } = this.#spec
    const config = { batch_shape: index === 0 && inputShape ? [...inputShape] : null }
    const name = this.#uniqueName('input')
    this.#layers.set(name, {
      ...plainLayer(name, 'InputLayer', config),
      calls: [{ positional: [], keywords: [] }],
    })
    return { layer: name, node: 0, output: 0 }
  }

  /** A state is an input after the first, of a shape that the model keeps. */
  #addState(size: number | readonly number[]): BlockTensor {
    const sizes = typeof size === 'number' ? [size] : size
    if (!sizes.every((each) => Number.isSafeInteger(each) && each > 0))
      this.#reject('size of a state', JSON.stringify(size) ?? 'none', 'whole numbers above 0')
    const number = ++this.#states
    const state = this.#inputs[number] ?? this.#addInput(number)
    this.#inputs[number] = state
    const layer = this.#layers.get(state.layer) as LayerSpec
    this.#layers.set(state.layer, { ...layer, config: { batch_shape: [null, ...sizes] } })
    return state
  }

  #checkStates(outputs: number): void {
    const states = this.#states
    const what = 'what the composition of a cell answers'
    if (this.#context.isCell && states === 0)
      this.#reject('the composition of a cell', 'none', 'its states, made with block.state')
    if (states > 0 && outputs !== 1 + states) {
      const expected = `the output and ${states} ${states === 1 ? 'state' : 'states'}`
      this.#reject(what, `${outputs} ${outputs === 1 ? 'tensor' : 'tensors'}`, expected)
    }
  }

  #output(tensor: BlockTensor, number: number): BlockTensor {
    const known = this.#known(tensor, 'block.output')
    if (!Number.isSafeInteger(number) || number < 0)
      this.#reject('number of an output', String(number), 'a whole number from 0 on')
    return { ...known, output: number }
  }

  #addLayer(
    layer: string | JsonObject,
    config: JsonObject = {},
    weights?: string | Readonly<Record<string, BlockWeight>>,
  ): BlockLayer {
    const serialized =
      typeof layer === 'string' ? { class_name: layer, config } : mergedConfig(layer, config)
    const read = this.#context.readLayer(serialized)
    const given = isJsonObject(serialized.config) ? serialized.config.name : undefined
    const base = snakeCase(read.className)
    const name = this.#uniqueName(typeof given === 'string' ? given : base)
    const registeredName = read.className.includes('>') ? read.className : read.registeredName
    this.#layers.set(name, { ...read, name, registeredName, calls: [] })
    const count = this.#classes.get(base) ?? 0
    this.#classes.set(base, count + 1)
    this.#homes.set(name, weights ?? (count === 0 ? base : `${base}_${count}`))
    return (inputs, keywords = {}) => {
      const list = isTensor(inputs) ? [inputs] : inputs
      const tensors = list.map((input) => this.#value(input, `an input of ${name}`))
      return this.#addCall(name, {
        positional: tensors.length === 1 ? tensors : [{ kind: 'list', items: tensors }],
        keywords: Object.entries(keywords).map(
          ([key, value]) => [key, this.#value(value, `argument ${key} of ${name}`)] as const,
        ),
      })
    }
  }

  #addWeight(name: string, { shape, trainable = true }: BlockWeightOptions = {}): BlockWeight {
    if (!this.#own.has(name)) this.#own.set(name, { name, shape, trainable, optional: false })
    return { weight: name }
  }

  #addConstant(
    numbers: readonly number[],
    shape: readonly number[] = [numbers.length],
    dtype: 'float32' | 'int32' = 'float32',
  ): BlockConstant {
    const count = shape.reduce((product, size) => product * size, 1)
    if (numbers.length !== count)
      this.#reject('a constant', `${numbers.length} numbers`, `${count} for (${shape.join(', ')})`)
    return { constant: arrayOfNumbers(dtype, shape, numbers, { file: this.#context.file }) }
  }

  #addOp(
    op: string,
    values: readonly BlockValue[],
    settings: Readonly<Record<string, BlockValue | JsonObject>> = {},
  ): BlockTensor {
    const name = this.#uniqueName(op.slice(op.lastIndexOf('.') + 1))
    const config: JsonObject = {}
    const keywords: (readonly [string, SpecValue])[] = []
    for (const [key, value] of Object.entries(settings)) {
      // What refers to a tensor is an argument of the call.
      if (isStatic(value)) config[key] = value as Json
      else keywords.push([key, this.#value(value, `argument ${key} of ${op}`)])
    }
    this.#layers.set(name, { ...plainLayer(name, op, config), op, calls: [] })
    const positional = values.map((value) => this.#value(value, `an argument of ${op}`))
    return this.#addCall(name, { positional, keywords })
  }

  #addCall(name: string, call: LayerSpec['calls'][number]): BlockTensor {
    const layer = this.#layers.get(name) as LayerSpec
    this.#layers.set(name, { ...layer, calls: [...layer.calls, call] })
    return { layer: name, node: layer.calls.length, output: 0 }
  }

  #value(value: unknown, what: string): SpecValue {
    if (value === null) return { kind: 'none' }
    if (typeof value === 'number') return { kind: 'number', value }
    if (typeof value === 'boolean') return { kind: 'boolean', value }
    if (typeof value === 'string') return { kind: 'text', value }
    if (Array.isArray(value))
      return { kind: 'list', items: value.map((item) => this.#value(item, what)) }
    if (isWeight(value) && this.#own.has(value.weight))
      return { kind: 'variable', name: value.weight }
    if (isConstant(value)) return { kind: 'array', value: value.constant }
    if (isEllipsis(value)) return { kind: 'ellipsis' }
    if (isSlice(value)) {
      const [start, stop, step] = value.slice.map((end) => this.#value(end, what))
      const none: SpecValue = { kind: 'none' }
      return { kind: 'slice', start: start ?? none, stop: stop ?? none, step: step ?? none }
    }
    return { kind: 'tensor', value: this.#known(value, what) }
  }

  #known(value: unknown, what: string): BlockTensor {
    if (isTensor(value) && this.#layers.has(value.layer)) return value
    return this.#reject(what, typeof value)
  }

  #reject(what: string, got: string, expected = 'a tensor of this block'): never {
    throw new UsageError(what, {
      file: this.#context.file,
      layer: this.#context.path,
      expected,
      got,
    })
  }

  #uniqueName(base: string): string {
    let name = base
    for (let i = 1; this.#layers.has(name); i++) name = `${base}_${i}`
    return name
  }
}

function isTensor(value: unknown): value is BlockTensor {
  return typeof value === 'object' && value !== null && 'layer' in value && 'node' in value
}

function isWeight(value: unknown): value is BlockWeight {
  return typeof value === 'object' && value !== null && 'weight' in value
}

function isConstant(value: unknown): value is BlockConstant {
  return typeof value === 'object' && value !== null && 'constant' in value
}

function isSlice(value: unknown): value is BlockSlice {
  return (
    typeof value === 'object' && value !== null && 'slice' in value && Array.isArray(value.slice)
  )
}

function isEllipsis(value: unknown): value is BlockEllipsis {
  return typeof value === 'object' && value !== null && 'ellipsis' in value
}

/** True for plain JSON. */
function isStatic(value: BlockValue | JsonObject): boolean {
  if (Array.isArray(value)) return value.every((item) => isStatic(item))
  return !(isTensor(value) || isWeight(value) || isConstant(value) || isSlice(value))
}

function mergedConfig(layer: JsonObject, more: JsonObject): JsonObject {
  return { ...layer, config: { ...(isJsonObject(layer.config) ? layer.config : {}), ...more } }
}

function plainLayer(name: string, className: string, config: JsonObject): Omit<LayerSpec, 'calls'> {
  return {
    name,
    className,
    registeredName: undefined,
    module: undefined,
    config,
    op: undefined,
    inputShape: undefined,
    model: undefined,
  }
}
