import {
  InputError,
  ModelError,
  RuntimeError,
  UsageError,
  type Graph,
  type Model,
} from '@dotplus/core'
import { LowerContext, type Value } from '../lower/context.ts'
import { ownMemory, sharedMemory, type KernelMemory } from '../memory.ts'
import type { PlacedValue, Plan, PlanStep } from '../plan/plan.ts'
import type { Sharing } from '../plan/share.ts'
import { makePlan } from '../plan/planner.ts'
import type { KernelBuild, Precision } from '../precision.ts'
import type { Profile } from '../profile/profile.ts'
import type { HostPart } from '../lower/host-part.ts'
import { SizeUnknown } from '../lower/size-unknown.ts'
import { StringPool } from '../dtype/string-pool.ts'
import type { Team } from '../threads/team.ts'
import { Executor } from './executor.ts'
import { bindInputs, type BoundInput } from './inputs.ts'
import {
  lowerGraph,
  type LayerOutputs,
  type PlacedConstant,
  type PreparedLayers,
} from './lower-graph.ts'
import { stateOfAnother } from './state-error.ts'
import type { ModelState } from './state.ts'
import type { Stepping, StepInputs } from './stepping.ts'
import type { ModelInput, Prediction, Signature, StepState, Tensor, TensorData } from './tensor.ts'

export interface PredictOptions {
  /**
   * Where to write: an array as long as the only output, or a record of arrays by output name. The result then holds
   * these arrays and nothing is allocated for them. Each is of the kind that its output's dtype has.
   */
  readonly out?: TensorData | Readonly<Record<string, TensorData>>
  /** Names of layers whose output is wanted too; the result is then a record by output and layer name. */
  readonly layers?: readonly string[]
}

/** Exact bytes of WebAssembly memory a model holds. */
export interface MemoryReport {
  /** Packed weights and the kernel's own tables. */
  readonly weights: number
  /** Op records of the plan in use. */
  readonly program: number
  /** Tensors of the plan in use. */
  readonly arena: number
  /** The least that arena could be: bytes alive at the fullest step. */
  readonly arenaLowerBound: number
  /** The whole linear memory. */
  readonly total: number
}

/** What runs, and why. */
export interface Explanation {
  readonly precision: Precision
  readonly requestedPrecision: Precision
  readonly threads: number
  readonly requestedThreads: number
  /** One sentence for each way in which what runs differs from what was asked for. */
  readonly notes: readonly string[]
  /** Multiplications and additions of a call, as the plan in use counts them. */
  readonly flops: number
  /** Bytes held. */
  readonly memory: MemoryReport
  /** Ops of the plan in use, in order; empty before the first call. */
  readonly plan: readonly PlanStep[]
  /** Input shapes of the plan in use. */
  readonly planShapes: readonly (readonly number[])[]
}

/** @internal */
export interface LoadedParts {
  readonly model: Model
  readonly graph: Graph
  readonly memory: KernelMemory
  readonly build: KernelBuild
  readonly prepared: PreparedLayers
  /** Tensors that calls have as arguments, by tensor index. */
  readonly constants: ReadonlyMap<number, PlacedConstant>
  /** Function nodes and rare dtypes; loaded for models that need them. */
  readonly host: HostPart | undefined
  /** Keeps state and walks through sequences; undefined for a dense model whose inputs have no axis of time. */
  readonly stepping: Stepping | undefined
  /** First address after the weights: where plans are put. */
  readonly base: number
  readonly requestedPrecision: Precision
  readonly requestedThreads: number
  /** The threads beside the calling one; undefined where that one runs alone. */
  readonly team: Team | undefined
  /** How they share ops. */
  readonly sharing: Sharing | undefined
  /** Why it runs alone, where more threads were asked for. */
  readonly aloneBecause: string | undefined
}

const cachedPlans = 32

function signatureOf(port: Graph['inputs'][number]): Signature {
  return {
    name: port.name,
    dtype: port.dtype ?? 'float32',
    shape: port.shape.map((size) => (size < 0 ? null : size)),
  }
}

/** The active plan when it has one input and one output: the way of the shortest latency. */
interface DirectPlan {
  readonly plan: Plan
  readonly input: PlacedValue
  readonly output: PlacedValue
  /** What the last call with `out` gave, so that the same `out` allocates nothing. */
  last: Tensor | undefined
}

function directPlan(plan: Plan): DirectPlan | undefined {
  const [input, ...otherInputs] = plan.inputs
  const [output, ...otherOutputs] = plan.outputs
  if (!input || !output || otherInputs.length > 0 || otherOutputs.length > 0) return undefined
  if (plan.states.length > 0 || plan.stretches.some(({ host }) => host)) return undefined
  if (input.dtype !== 'float32' || output.dtype !== 'float32') return undefined
  return { plan, input, output, last: undefined }
}

function isArray(out: NonNullable<PredictOptions['out']>): out is TensorData {
  return ArrayBuffer.isView(out) || Array.isArray(out)
}

/** A model ready to run, with its weights packed in memory of its own. Made by `load` or `instantiate`. */
export class LoadedModel<Output extends Prediction = Tensor> {
  /** The Keras model's name. */
  readonly name: string
  /** Inputs in the order `predict` takes them. */
  readonly inputs: readonly Signature[]
  /** Outputs by name, with the shape they have where it is known before a call. */
  readonly outputs: readonly { readonly name: string }[]
  #parts: (LoadedParts & { readonly executor: Executor }) | undefined
  #plans = new Map<string, Plan>()
  #active: Plan | undefined
  #direct: DirectPlan | undefined
  /** What stateful layers keep; undefined for a model that has no stepping. */
  readonly #states: ModelState | undefined
  #stepInputs: StepInputs | undefined
  /** Sizes that the elements of the last call's tensors decided, see `dynamicSize`. */
  #sizes: number[] = []
  readonly #strings = new StringPool()
  /** The length of a flat array settles the shape. */
  readonly #takesFlat: boolean

  /** @internal */
  constructor(parts: LoadedParts) {
    this.#parts = { ...parts, executor: new Executor(parts.memory, parts.base, parts.team) }
    this.#states = parts.stepping?.stateOf()
    this.name = parts.model.name
    this.inputs = parts.graph.inputs.map(signatureOf)
    this.#takesFlat = this.inputs.every(
      ({ shape }) => shape.filter((size) => size === null).length <= 1,
    )
    this.outputs = parts.graph.outputs.map(({ name }) => ({ name }))
  }

  /**
   * Runs the model once. The arrays it returns are fresh and safe to keep.
   *
   * @param x the only input, an array of all inputs in order, or a record by input name. An input is a typed array, a
   *   tensor `{ data, shape }`, or nested numbers; the batch dimension comes first.
   * @returns the only output as a tensor, or a record of tensors by output name
   * @throws {InputError} when x does not fit the model's inputs
   * @throws {ModelError} when the model's layers do not fit this shape
   * @throws {RuntimeError} after `dispose`, or when there is not enough memory
   */
  predict(x: ModelInput, options?: PredictOptions): Output {
    const plan = this.#direct
    if (plan !== undefined && x instanceof Float32Array) {
      const { input, output } = plan
      if (x.length === input.length) {
        if (options === undefined) return this.#runDirect(plan, x) as Output
        const { out, layers } = options
        if (layers === undefined && out instanceof Float32Array && out.length === output.length) {
          return this.#runDirectInto(plan, x, out) as Output
        }
      }
    }
    return this.#runGeneral(x, options) as Output
  }

  /** Leaves the only output in memory and returns the index of its first element. */
  #execute({ plan, input, output }: DirectPlan, x: Float32Array): number {
    const { memory, base, executor } = this.#loaded()
    memory.f32.set(x, (base + input.offset) >>> 2)
    executor.run(plan, this.#strings)
    return (base + output.offset) >>> 2
  }

  #runDirect(direct: DirectPlan, x: Float32Array): Tensor {
    const { output } = direct
    const from = this.#execute(direct, x)
    const data = this.#loaded().memory.f32.slice(from, from + output.length)
    return { data, shape: output.shape.slice(), dtype: 'float32' }
  }

  #runDirectInto(direct: DirectPlan, x: Float32Array, out: Float32Array): Tensor {
    const { output } = direct
    const from = this.#execute(direct, x)
    const { f32 } = this.#loaded().memory
    // A view would be garbage; few elements are copied one by one.
    if (output.length <= 64)
      for (let i = 0; i < output.length; i++) out[i] = f32[from + i] as number
    else out.set(f32.subarray(from, from + output.length))
    if (direct.last?.data !== out)
      direct.last = { data: out, shape: output.shape.slice(), dtype: 'float32' }
    return direct.last
  }

  #runGeneral(x: ModelInput, options: PredictOptions = {}): Prediction {
    const { memory, base } = this.#loaded()
    const inputs = bindInputs(this.inputs, x)
    const layers = options.layers ?? []
    const plan = this.#runFitting(inputs, layers, this.#states, 0)
    this.#direct = layers.length === 0 && this.#takesFlat ? directPlan(plan) : undefined
    const targets = this.#targets(plan, options.out)
    this.#states?.load(memory, base, plan)
    return this.#resultsOf(plan, targets, layers.length > 0)
  }

  /**
   * Runs the model on the next steps of a sequence: the outputs are, to the bit, those that the whole sequence run at
   * once has there. Axis 1 is time, of any length from 1 on. The layers may be causal convolutions, causal attention,
   * recurrent layers that walk forwards, and whatever takes each step by itself; a layer that gives its last output
   * gives that of the last step so far.
   *
   * @param state what the step before gave, or what {@link initialState} gives; it is not written to
   * @returns the outputs of these steps as `predict` returns them, and the state after them
   * @throws {UnsupportedError} naming the layer that needs later steps
   * @throws {InputError} when x or the state does not fit
   */
  step(x: ModelInput, state: StepState = {}): { y: Output; state: StepState } {
    const { memory, base } = this.#loaded()
    const inputs = bindInputs(this.#steps().signatures, x)
    const kept = this.#loaded().stepping?.stateOf(state)
    const [unknown] = kept ? [] : Object.keys(state)
    if (unknown !== undefined) throw stateOfAnother(unknown, 'none')
    this.#direct = undefined
    const plan = this.#runFitting(inputs, [], kept, kept?.roomFor(inputs) ?? 1)
    kept?.load(memory, base, plan)
    return { y: this.#resultsOf(plan, [], false) as Output, state: kept?.record() ?? {} }
  }

  /**
   * The state before the first step: zeros.
   *
   * @param batch sequences that are stepped through together
   * @throws {UnsupportedError} naming the layer that needs later steps
   */
  initialState(batch: number = 1): StepState {
    const { model, stepping } = this.#loaded()
    if (!stepping) return {}
    const shapes = stepping.smallestShapes(model.layers, this.#steps(), batch)
    const plan = this.#makePlan(shapes, [], 1)
    return Object.fromEntries(
      plan.states.map(({ before: { name, shape, length, dtype } }) => [
        name,
        {
          data: dtype === 'float64' ? new Float64Array(length) : new Float32Array(length),
          shape: shape.slice(),
          dtype,
        },
      ]),
    )
  }

  #steps(): StepInputs {
    const { model, graph, stepping } = this.#loaded()
    this.#stepInputs ??= stepping?.stepInputs(model, graph, this.inputs) ?? {
      signatures: this.inputs,
      hasSteps: [],
    }
    return this.#stepInputs
  }

  #resultsOf(
    plan: Plan,
    targets: readonly (TensorData | undefined)[],
    withLayers: boolean,
  ): Prediction {
    const { memory, base, prepared } = this.#loaded()
    const { elements } = prepared.set
    const results = plan.outputs.map((output, i): Tensor<TensorData> => {
      const data = targets[i] ?? elements.arrayFor(output.dtype, output.length)
      elements.load(memory, this.#strings, base, output, data)
      return { data, shape: output.shape.slice(), dtype: output.dtype }
    })
    const [only] = results
    if (only && results.length === 1 && !withLayers) return only
    return Object.fromEntries(
      plan.outputs.map(({ name }, i) => [name, results[i] as Tensor<TensorData>]),
    )
  }

  /** Runs the plan for these inputs; where their elements decide sizes, with those of the last call first. */
  #runFitting(
    inputs: readonly BoundInput[],
    layers: readonly string[],
    states: ModelState | undefined,
    room: number,
  ): Plan {
    const { executor } = this.#loaded()
    for (let measured = false; ; measured = true) {
      const plan = this.#planFor(inputs, layers, measured, room)
      if (room) states?.check(plan)
      if (plan !== this.#active) this.#activate(plan)
      this.#store(plan, inputs, states)
      const found = executor.run(plan, this.#strings)
      if (!found) return plan
      this.#sizes = [...this.#sizes.slice(0, found.index), found.size]
    }
  }

  /** Brings inputs and states to where the plan reads them. */
  #store(plan: Plan, inputs: readonly BoundInput[], states: ModelState | undefined): void {
    const { memory, base, prepared } = this.#loaded()
    const { elements } = prepared.set
    this.#strings.clear()
    for (const [i, { data }] of inputs.entries()) {
      const input = plan.inputs[i] as Plan['inputs'][number]
      elements.store(memory, this.#strings, base, input, data, this.inputs[i])
    }
    states?.store(memory, base, plan)
  }

  #loaded(): LoadedParts & { readonly executor: Executor } {
    if (!this.#parts)
      throw new RuntimeError('the model was used after dispose()', { place: `model ${this.name}` })
    return this.#parts
  }

  #targets(plan: Plan, out: PredictOptions['out']): readonly (TensorData | undefined)[] {
    if (out === undefined) return []
    const single = isArray(out)
    if (single && plan.outputs.length !== 1) {
      throw new UsageError('out', {
        expected: `a record of arrays for ${plan.outputs.map(({ name }) => name).join(', ')}`,
        got: 'one array',
      })
    }
    return plan.outputs.map(({ name, length }) => {
      const target = single ? out : out[name]
      if (target !== undefined && target.length !== length) {
        throw new UsageError('length of out', {
          place: `output ${name}`,
          expected: `${length}`,
          got: `${target.length}`,
        })
      }
      return target
    })
  }

  /**
   * @param measured the sizes are of this call; those of the last one may make no plan
   * @param room steps that what layers keep of a stream has room for; 0 for a whole call
   */
  #planFor(
    inputs: readonly BoundInput[],
    layers: readonly string[],
    measured: boolean,
    room: number,
  ): Plan {
    const key =
      (room ? `step ${room} ` : '') +
      inputs.map(({ shape }) => shape.join(',')).join(';') +
      (this.#sizes.length > 0 ? `:${this.#sizes.join(',')}` : '') +
      (layers.length > 0 ? `|${layers.join('|')}` : '')
    const known = this.#plans.get(key)
    if (known) {
      // Most recently used last.
      this.#plans.delete(key)
      this.#plans.set(key, known)
      return known
    }
    const shapes = inputs.map(({ shape }) => shape)
    let plan: Plan
    try {
      plan = this.#makePlan(shapes, layers, room)
    } catch (error) {
      if (measured || this.#sizes.length === 0) throw error
      this.#sizes = []
      return this.#planFor(inputs, layers, measured, room)
    }
    this.#plans.set(key, plan)
    const [oldest] = this.#plans.keys()
    if (this.#plans.size > cachedPlans && oldest !== undefined) this.#plans.delete(oldest)
    return plan
  }

  #makePlan(shapes: readonly (readonly number[])[], layers: readonly string[], room: number): Plan {
    const { model, graph, prepared, base, host, sharing, stepping } = this.#loaded()
    const context = new LowerContext(this.#loaded().constants, host, this.#sizes)
    const values = this.#inputValues(context, shapes)
    if (room) context.stream = stepping?.streamOf(values, this.#steps(), room)
    const seen: LayerOutputs = new Map()
    let outputs: readonly Value[] | undefined
    try {
      outputs = lowerGraph(context, model, prepared, graph, values, seen)
    } catch (error) {
      if (!(error instanceof SizeUnknown)) throw error
    }
    // A plan without outputs ends where a size is found.
    const wanted = graph.outputs.flatMap(({ name }, i) => {
      const value = outputs?.[i]
      return value ? [{ name, value }] : []
    })
    for (const name of outputs ? layers : []) {
      const [value] = seen.get(name) ?? []
      if (!value) {
        throw new UsageError('no such layer', {
          place: 'layers',
          got: name,
          expected: `one of ${[...seen.keys()].join(', ')}`,
        })
      }
      if (!wanted.some((entry) => entry.name === name)) wanted.push({ name, value })
    }
    return makePlan(
      context.ops,
      context.constants,
      values.map((value, i) => ({ name: this.inputs[i]?.name ?? '', value })),
      wanted,
      [...context.states.values()],
      base,
      sharing,
    )
  }

  #inputValues(context: LowerContext, shapes: readonly (readonly number[])[]): Value[] {
    const { model, graph, prepared } = this.#loaded()
    const { set } = prepared
    return shapes.map((shape, i) =>
      context.value(shape, set.heldAs?.(model, graph, graph.inputs[i])),
    )
  }

  #activate(plan: Plan): void {
    const { memory, base } = this.#loaded()
    memory.reserve(base + plan.byteLength)
    memory.u8.set(plan.program, base)
    this.#active = plan
  }

  /** Shapes of each layer's outputs for given input shapes, by layer name; nothing is run. */
  layerShapes(
    shapes: readonly (readonly number[])[],
  ): ReadonlyMap<string, readonly (readonly number[])[]> {
    const { model, graph, prepared } = this.#loaded()
    this.#checkedShapes(shapes)
    const context = new LowerContext(this.#loaded().constants, this.#loaded().host)
    const seen: LayerOutputs = new Map()
    lowerGraph(context, model, prepared, graph, this.#inputValues(context, shapes), seen)
    return new Map([...seen].map(([name, values]) => [name, values.map(({ shape }) => shape)]))
  }

  /**
   * Measures a call op by op, on this machine and in this run; stateful layers keep their state.
   *
   * @param x as for `predict`
   * @param options `runs`: how often everything is measured; by default 5 times, short calls more often
   * @returns times of every op with its arithmetic and memory rates, and what the machine can do at best
   * @throws what `predict` throws for x
   */
  async profile(x: ModelInput, options: { readonly runs?: number } = {}): Promise<Profile> {
    const { runs } = options
    if (runs !== undefined && (!Number.isInteger(runs) || runs < 1)) {
      throw new UsageError('runs', { expected: 'a whole number from 1', got: String(runs) })
    }
    const { profilePlan } = await import('../profile/profile.ts')
    const { memory, base, executor, build, team } = this.#loaded()
    const inputs = bindInputs(this.inputs, x)
    this.#direct = undefined
    const plan = this.#runFitting(inputs, [], this.#states, 0)
    return profilePlan(
      {
        plan,
        memory,
        base,
        strings: this.#strings,
        module: build.module,
        newMemory: team ? sharedMemory : ownMemory,
        prepare: () => this.#store(plan, inputs, this.#states),
        run: () => void executor.run(plan, this.#strings),
        shapesOf: this.layerShapes(inputs.map(({ shape }) => shape)),
      },
      runs,
    )
  }

  /** @throws {InputError} when there are more or fewer shapes than inputs */
  #checkedShapes(shapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
    if (shapes.length !== this.inputs.length) {
      throw new InputError('number of inputs', {
        expected: `${this.inputs.length}`,
        got: `${shapes.length}`,
      })
    }
    return shapes
  }

  /** Sets the state of stateful layers back to zeros. */
  resetState(): void {
    this.#loaded()
    this.#states?.reset()
  }

  /** Exact bytes held now. */
  get memory(): MemoryReport {
    return this.#memoryOf(this.#active)
  }

  #memoryOf(plan: Plan | undefined): MemoryReport {
    const { memory, base } = this.#loaded()
    return {
      weights: base,
      program: plan ? plan.program.byteLength : 0,
      arena: plan ? plan.arenaBytes : 0,
      arenaLowerBound: plan ? plan.arenaLowerBound : 0,
      total: Math.max(memory.byteLength, base + (plan?.byteLength ?? 0)),
    }
  }

  /**
   * Says which build, precision, thread count and plan run, and why. Plain data, safe to send or print.
   *
   * @param shapes input shapes of a call to plan without running it; without them the plan in use is told
   */
  explain(shapes?: readonly (readonly number[])[]): Explanation {
    const { build, requestedPrecision, requestedThreads, team, aloneBecause } = this.#loaded()
    const threads = team?.threads ?? 1
    const plan = shapes ? this.#makePlan(this.#checkedShapes(shapes), [], 0) : this.#active
    const notes: string[] = []
    if (build.reason)
      notes.push(`Runs ${build.precision} instead of ${requestedPrecision}: ${build.reason}.`)
    if (threads < requestedThreads) {
      const reason = aloneBecause ?? team?.lost.join('; ')
      notes.push(`Runs on ${threads} of ${requestedThreads} threads: ${reason}.`)
    }
    return {
      precision: build.precision,
      requestedPrecision,
      threads,
      requestedThreads,
      notes,
      flops: (plan?.steps ?? []).reduce((sum, { flops }) => sum + flops, 0),
      memory: this.#memoryOf(plan),
      plan: plan?.steps ?? [],
      planShapes: plan?.inputs.map(({ shape }) => shape) ?? [],
    }
  }

  /** Frees the model's memory. Calls after this throw. */
  dispose(): void {
    this.#parts?.team?.end()
    this.#parts = undefined
    this.#plans.clear()
    this.#active = undefined
    this.#direct = undefined
    this.#states?.reset()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/**
 * The graph of a model.
 *
 * @throws {ModelError} when it has none
 * @internal
 */
export function graphOf(model: Model, file: string | undefined): Graph {
  if (!model.graph) throw new ModelError('the model has no graph', { file })
  return model.graph
}
