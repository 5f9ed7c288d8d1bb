import type { Layer } from '@dotplus/core'

/** One setting of a layer, as text. */
export interface LayerSetting {
  readonly name: string
  readonly value: string
}

/** Settings of a layer as name and text; weights, unknown fields and what is not set are left out. */
export function layerSettings(layer: Layer, isWeight: (name: string) => boolean): LayerSetting[] {
  if (!layer.kind) return []
  const settings = (layer as unknown as Record<string, object>)[layer.kind] ?? {}
  return Object.entries(settings).flatMap(([name, value]) => {
    if (value === undefined || name === 'unknownFields' || name === 'graph' || isWeight(name))
      return []
    return [{ name, value: settingText(value) }]
  })
}

function settingText(value: unknown): string {
  if (Array.isArray(value))
    return value.length > 16 ? `${value.length} values` : `(${value.map(settingText).join(', ')})`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value !== 'object' || value === null) return String(value)
  const record = value as Record<string, unknown>
  if (typeof record['function'] === 'string') {
    const settings = (record['settings'] as { name: string; value: number }[] | undefined) ?? []
    const inner = settings.map((setting) => `${setting.name}=${setting.value}`).join(', ')
    return inner ? `${record['function']}(${inner})` : record['function']
  }
  return Object.entries(record)
    .filter(([name, inner]) => inner !== undefined && name !== 'unknownFields')
    .map(([name, inner]) => `${name}: ${settingText(inner)}`)
    .join(', ')
}
