import { ModelError, UnsupportedError, type Activation } from '@dotplus/core'
import type { Problems } from '../problems.ts'
import { appliesLast, functionOf, readActivation } from './activation-config.ts'
import { describeJson, isJsonObject, type Json, type JsonObject } from './python-json.ts'

/** Where a config belongs. */
export interface ConfigPlace {
  readonly file: string
  /** Path of the layer in the model, "encoder/dense_1". */
  readonly layer: string
  readonly className: string
  /** Generation of Keras that wrote the config: 1, 2 or 3. */
  readonly kerasMajor: number
}

/** Arguments of every layer that say nothing about inference, or that are read elsewhere. */
const common: ReadonlySet<string> = new Set([
  'name',
  'trainable',
  'dtype',
  'autocast',
  'activity_regularizer',
  'batch_input_shape',
  'batch_shape',
  'input_shape',
  'input_dtype',
  'dynamic',
  'implementation',
])
const trainingOnly = /_(initializer|regularizer|constraint)$/

/**
 * The arguments of one layer, read by name with their type checked. What is wrong is added to the problems and a
 * stand-in answered, so that all arguments of all layers are checked in one run. {@link finish} adds every argument
 * that nobody asked for: an unknown argument would change the numbers silently.
 */
export class LayerConfig {
  readonly values: JsonObject
  readonly place: ConfigPlace
  readonly #problems: Problems
  readonly #known = new Set<string>()
  #isFaulty = false

  constructor(values: JsonObject, place: ConfigPlace, problems: Problems) {
    this.values = values
    this.place = place
    this.#problems = problems
  }

  /** The arguments of an object within this config, such as a cell, read in the same way. */
  inner(className: string, values: JsonObject): LayerConfig {
    return new LayerConfig(values, { ...this.place, className }, this.#problems)
  }

  /** An argument had a wrong value so far: what was answered in its place says nothing about the file. */
  get isFaulty(): boolean {
    return this.#isFaulty
  }

  /** An argument as it is, or undefined. */
  value(key: string): Json | undefined {
    this.#known.add(key)
    return this.values[key]
  }

  /** Arguments that change nothing at inference. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.#known.add(key)
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.value(key)
    if (value === undefined || value === null) return fallback
    if (typeof value === 'boolean') return value
    return this.#wrong(key, 'true or false', value, fallback)
  }

  /** A whole number; required when there is no fallback. */
  integer(key: string, fallback?: number): number {
    const value = this.value(key)
    if (value === undefined && fallback !== undefined) return fallback
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    return this.#wrong(key, 'a whole number', value, fallback ?? 1)
  }

  /** A whole number above 0. */
  size(key: string, fallback?: number): number {
    const value = this.integer(key, fallback)
    return value > 0 ? value : this.#wrong(key, 'a whole number above 0', value, fallback ?? 1)
  }

  optionalInteger(key: string): number | undefined {
    return this.value(key) === undefined || this.values[key] === null
      ? undefined
      : this.integer(key)
  }

  number(key: string, fallback?: number): number {
    const value = this.value(key)
    if ((value === undefined || value === null) && fallback !== undefined) return fallback
    if (typeof value === 'number') return value
    return this.#wrong(key, 'a number', value, fallback ?? 0)
  }

  optionalNumber(key: string): number | undefined {
    return this.value(key) === undefined || this.values[key] === null ? undefined : this.number(key)
  }

  /** One of `allowed`. */
  word<W extends string>(key: string, allowed: readonly W[], fallback: W): W {
    const value = this.value(key)
    if (value === undefined || value === null) return fallback
    if (allowed.includes(value as W)) return value as W
    return this.#wrong(key, allowed.join(' or '), value, fallback)
  }

  text(key: string, fallback?: string): string {
    const value = this.value(key)
    if ((value === undefined || value === null) && fallback !== undefined) return fallback
    if (typeof value === 'string') return value
    return this.#wrong(key, 'text', value, fallback ?? '')
  }

  /** A number or a list of `rank` numbers, as a list. */
  sizes(key: string, rank: number, fallback?: number | readonly number[]): number[] {
    const given = this.value(key)
    const value = given === undefined || given === null ? fallback : given
    const list = typeof value === 'number' ? Array.from({ length: rank }, () => value) : value
    if (isIntegers(list) && list.length === rank && list.every((size) => size >= 0))
      return [...list]
    return this.#wrong(
      key,
      `a whole number or ${rank} of them`,
      given,
      Array.from({ length: rank }, () => 1),
    )
  }

  /** A whole number or a list of any length, as a list. */
  integers(key: string, fallback?: readonly number[]): number[] {
    const given = this.value(key)
    if ((given === undefined || given === null) && fallback) return [...fallback]
    const list = typeof given === 'number' ? [given] : given
    if (isIntegers(list)) return [...list]
    return this.#wrong(key, 'a whole number or a list of them', given, [])
  }

  /** A number or a list of numbers, as a list. */
  numbers(key: string, fallback?: number): number[] {
    const given = this.value(key)
    if ((given === undefined || given === null) && fallback !== undefined) return [fallback]
    const list = typeof given === 'number' ? [given] : Array.isArray(given) ? given.flat(8) : given
    if (Array.isArray(list) && list.every((item): item is number => typeof item === 'number'))
      return list
    return this.#wrong(key, 'a number or a list of them', given, [0])
  }

  dataFormat(key = 'data_format'): 'channels_last' | 'channels_first' {
    return this.word(key, ['channels_last', 'channels_first'], 'channels_last')
  }

  activation(key = 'activation', fallback: Json = 'linear'): Activation {
    const given = this.value(key)
    const activation = readActivation(given === undefined ? fallback : given, this.place.kerasMajor)
    if (activation) return activation
    const own = functionOf(given)
    const hint =
      own !== undefined && appliesLast.test(this.place.className)
        ? `Say what it computes with registerLayer('${own}', …) or --register`
        : undefined
    const linear = { function: 'linear', settings: [] }
    return this.#wrong(key, 'an activation of Keras', given, linear, hint)
  }

  /** A serialized object, such as a wrapped layer. */
  object(key: string): JsonObject | undefined {
    const value = this.value(key)
    if (value === undefined || value === null) return undefined
    return isJsonObject(value) ? value : this.#wrong(key, 'an object', value, undefined)
  }

  /** Adds a problem about one argument. */
  reject(key: string, expected: string, hint?: string): void {
    this.#problems.add(
      new UnsupportedError('not supported', {
        ...this.#where(key),
        expected,
        got: describeJson(this.values[key]),
        hint,
      }),
    )
  }

  /** Adds every argument that was neither read nor ignored. */
  finish(): void {
    const unknown = Object.keys(this.values).filter(
      (key) => !this.#known.has(key) && !common.has(key) && !trainingOnly.test(key),
    )
    for (const key of unknown) {
      this.#problems.add(
        new UnsupportedError('unknown argument', {
          ...this.#where(key),
          expected: [...this.#known].filter((name) => !name.startsWith('_')).join(', ') || 'none',
          got: describeJson(this.values[key]),
        }),
      )
    }
  }

  #where(key: string): { file: string; layer: string; place: string } {
    return {
      file: this.place.file,
      layer: this.place.layer,
      place: `${this.place.className} argument ${key}`,
    }
  }

  #wrong<T>(key: string, expected: string, got: Json | undefined, standIn: T, hint?: string): T {
    this.#isFaulty = true
    this.#problems.add(
      new ModelError('wrong value', {
        ...this.#where(key),
        expected,
        got: describeJson(got),
        hint,
      }),
    )
    return standIn
  }
}

function isIntegers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item))
}
