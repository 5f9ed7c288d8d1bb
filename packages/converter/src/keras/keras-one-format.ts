import type { Json } from './python-json.ts'

const formats: Readonly<Record<string, string>> = { tf: 'channels_last', th: 'channels_first' }

/** `dim_ordering` of Keras 1 as a `data_format`. */
export function dataFormatOf(ordering: Json | undefined): Json {
  return typeof ordering === 'string' ? (formats[ordering] ?? ordering) : 'channels_last'
}

/**
 * The `data_format` of layers whose config lacks it (ZeroPadding, Cropping, UpSampling): what all other layers of the
 * model say. Where they disagree no layer can tell, and a value that no layer takes is answered.
 */
export function kerasOneImageFormat(serialized: Json): string {
  const found = new Set<Json>()
  const visit = (json: Json | undefined): void => {
    if (json === null || typeof json !== 'object') return
    if (!Array.isArray(json) && json.dim_ordering !== undefined)
      found.add(dataFormatOf(json.dim_ordering))
    for (const value of Array.isArray(json) ? json : Object.values(json)) visit(value)
  }
  visit(serialized)
  const [only = 'channels_last', another] = found
  return another === undefined && typeof only === 'string' ? only : 'not stored, and layers differ'
}
