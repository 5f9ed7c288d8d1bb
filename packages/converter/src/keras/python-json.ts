import { FormatError } from '@dotplus/core'

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json | undefined
}

/** Deeper JSON than this is no model; also keeps recursive readers from overflowing the stack. */
const maximumDepth = 200

/**
 * Parses JSON as Python writes it: with NaN, Infinity and -Infinity.
 *
 * @param place what the text is, for errors
 * @throws {FormatError} with the parser's message when the text is no JSON, and when it is nested too deeply
 */
export function parsePythonJson(text: string, file: string, place: string): Json {
  checkDepth(text, file, place)
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    const repaired = replaceConstants(text)
    if (repaired !== undefined) {
      try {
        return JSON.parse(repaired, reviveConstants) as Json
      } catch {
        // The first message is about the text as it is.
      }
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

/** Stands for a constant that JSON has no word for; no Keras config holds this text. */
const marker = '\u0000dotplus:'

function replaceConstants(text: string): string | undefined {
  let replaced = false
  const result = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => {
    if (token.startsWith('"')) return token
    replaced = true
    return JSON.stringify(marker + token)
  })
  return replaced ? result : undefined
}

function reviveConstants(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(marker)
    ? Number(value.slice(marker.length))
    : value
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
