import type { Json, JsonObject } from './python-json.ts'

type Rename = Readonly<Record<string, string>>

/** Arguments that were called otherwise before Keras 3. */
const renamedBeforeThree: Readonly<Record<string, Rename>> = {
  LeakyReLU: { alpha: 'negative_slope' },
}

/**
 * A layer's config in the spelling of Keras 3, whichever Keras wrote it. This is the one place where generations differ
 * in names; where they differ in meaning the layer's own converter says so.
 */
export function modernize(className: string, config: JsonObject, kerasMajor: number): JsonObject {
  const renames = renamedBeforeThree[className]
  if (!renames || kerasMajor >= 3) return config
  return Object.fromEntries(
    Object.entries(config).map(([key, value]): [string, Json | undefined] => [
      renames[key] ?? key,
      value,
    ]),
  )
}
