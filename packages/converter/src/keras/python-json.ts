import { FormatError } from '@dotplus/core'

/** Integers that a number does not hold are bigints. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json | undefined
}

/** Deeper JSON than this is no model; also keeps recursive readers from overflowing the stack. */
const maximumDepth = 200

/**
 * Parses JSON as Python writes it: with NaN, Infinity and -Infinity, with integers of any size, and telling 2.0 from 2
 * (see {@link isPythonFloat}).
 *
 * @param place what the text is, for errors
 * @throws {FormatError} with the parser's message when the text is no JSON, and when it is nested too deeply
 */
export function parsePythonJson(text: string, file: string, place: string): Json {
  checkDepth(text, file, place)
  try {
    return parseMarked(text) ?? (JSON.parse(text) as Json)
  } catch {
    // A message about the text as it is says more.
  }
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new FormatError('not valid JSON', {
      file,
      place,
      got: (error as Error).message,
      cause: error,
    })
  }
}

function checkDepth(text: string, file: string, place: string): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 0x5c) i += 1
      else if (code === 0x22) inString = false
    } else if (code === 0x22) {
      inString = true
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > maximumDepth) {
        throw new FormatError('JSON is nested too deeply', {
          file,
          place,
          expected: `at most ${maximumDepth} levels`,
        })
      }
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1
    }
  }
}

/** Stands for a number that JSON.parse has no value for, or takes for an integer; no Keras config holds this text. */
const marker = '\u0000dotplus:'
/** Tokens in which such numbers are found, with what may look like one. */
const tokens = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?\d[\d.eE+-]*/g

/** Undefined when the text has no such numbers. */
function parseMarked(text: string): Json | undefined {
  let replaced = false
  const result = text.replaceAll(tokens, (token) => {
    if (token.startsWith('"') || isPlain(token)) return token
    replaced = true
    return JSON.stringify(marker + token)
  })
  return replaced ? (JSON.parse(result, revive) as Json) : undefined
}

/** True for a number of which JSON.parse says all: a fraction, or an integer that a double holds. */
function isPlain(token: string): boolean {
  if (!/^-?\d/.test(token)) return false
  const isWhole = Number.isInteger(Number(token))
  return /^-?\d+$/.test(token) ? Number.isSafeInteger(Number(token)) : !isWhole
}

/** By array or object, the places in it that hold a float without a fraction. */
const floats = new WeakMap<object, Set<string>>()

function revive(this: object, key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(marker)) return value
  const token = value.slice(marker.length)
  if (/^-?\d+$/.test(token)) return BigInt(token)
  const places = floats.get(this) ?? new Set()
  floats.set(this, places.add(key))
  return Number(token)
}

/** True for a place of a parsed array or object that held a float such as 2.0, which Python tells from the integer 2. */
export function isPythonFloat(holder: Json[] | JsonObject, key: number | string): boolean {
  return floats.get(holder)?.has(`${key}`) ?? false
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value as short text for an error. */
export function describeJson(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return `${value}`
  const text = JSON.stringify(value, (_key, item: Json) =>
    typeof item === 'bigint' ? `${item}` : item,
  )
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
