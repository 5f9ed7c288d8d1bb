import type { Json } from './keras/python-json.ts'

/** Things that stand in a damaged config where something else should. */
export const strange: readonly (Json | undefined)[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  Number.NaN,
  '',
  'constructor',
  '__proto__',
  [],
  {},
  [null],
  [[]],
  ['a', 0, 0],
  { class_name: '__keras_tensor__', config: {} },
  { class_name: 'Dense', config: null },
  { class_name: '__numpy__', config: { value: [[1], [2, 3]], dtype: 'float32' } },
]

/** Replaces one value somewhere in a config. */
export function damage(json: Json, steps: readonly number[], replacement: Json | undefined): Json {
  const copy = structuredClone(json)
  let holder = copy as Record<string, Json>
  let depth = steps[0] ?? 0
  for (const step of steps) {
    const keys = Object.keys(holder)
    if (keys.length === 0) break
    const key = keys.at(step % keys.length) ?? ''
    const next = holder[key]
    if (depth-- <= 0 || typeof next !== 'object' || next === null) {
      holder[key] = replacement as Json
      break
    }
    holder = next as Record<string, Json>
  }
  return copy
}
