import { FormatError } from '@dotplus/core'

/** Integers that a number does not hold are bigints. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json | undefined
}

/** Deeper JSON than this is no model; also keeps recursive readers from overflowing the stack. */
const maximumDepth = 200

/**
 * Parses JSON as Python writes it: with NaN, Infinity and -Infinity, and with integers of any size.
 *
 * @param place what the text is, for errors
 * @throws {FormatError} with the parser's message when the text is no JSON, and when it is nested too deeply
 */
export function parsePythonJson(text: string, file: string, place: string): Json {
  checkDepth(text, file, place)
  try {
    const value = JSON.parse(text) as Json
    return /[^.\d]\d{16}/.test(text) ? (parseReplaced(text) ?? value) : value
  } catch (error) {
    try {
      const value = parseReplaced(text)
      if (value !== undefined) return value
    } catch {
      // The first message is about the text as it is.
    }
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

/** Stands for a number that JSON.parse has no value for; no Keras config holds this text. */
const marker = '\u0000dotplus:'

/** Tokens in which such numbers are found, with what may look like one. */
const tokens = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?\d[\d.eE+-]*/g

/** Undefined when the text has no such numbers. */
function parseReplaced(text: string): Json | undefined {
  let replaced = false
  const result = text.replaceAll(tokens, (token) => {
    if (token.startsWith('"')) return token
    if (/^-?\d/.test(token) && (!/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token))))
      return token
    replaced = true
    return JSON.stringify(marker + token)
  })
  return replaced ? (JSON.parse(result, revive) as Json) : undefined
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(marker)) return value
  const token = value.slice(marker.length)
  return /\d/.test(token) ? BigInt(token) : Number(token)
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
