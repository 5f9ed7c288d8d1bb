import { FormatError } from '@dotplus/core'

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json | undefined
}

/** Deeper JSON than this is no model; also keeps recursive readers from overflowing the stack. */
const maximumDepth = 200

/**
 * Parses JSON as Python writes it: with NaN, Infinity and -Infinity, and telling 2.0 from 2 (see {@link isPythonFloat}).
 *
 * @param place what the text is, for errors
 * @throws {FormatError} with the parser's message when the text is no JSON, and when it is nested too deeply
 */
export function parsePythonJson(text: string, file: string, place: string): Json {
  checkDepth(text, file, place)
  const marked = markConstants(text)
  try {
    if (marked !== undefined) return JSON.parse(marked, reviveConstants) as Json
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

/** Stands for a number that JSON has no word for, or that it takes for an integer; no Keras config holds this text. */
const marker = '\u0000dotplus:'
const wholeFloat = String.raw`-?\d+\.0+(?:[eE][+-]?\d+)?(?![\d.eE])`
const token = new RegExp(String.raw`"(?:[^"\\]|\\.)*"|-?Infinity|NaN|${wholeFloat}`, 'g')

function markConstants(text: string): string | undefined {
  let replaced = false
  const result = text.replaceAll(token, (found) => {
    if (found.startsWith('"')) return found
    replaced = true
    return JSON.stringify(marker + found)
  })
  return replaced ? result : undefined
}

/** By array or object, the places in it that hold a float without a fraction. */
const floats = new WeakMap<object, Set<string>>()

function reviveConstants(this: object, key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(marker)) return value
  const places = floats.get(this) ?? new Set()
  floats.set(this, places.add(key))
  return Number(value.slice(marker.length))
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
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
