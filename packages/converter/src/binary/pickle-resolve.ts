import { FormatError } from '@dotplus/core'
import { Global, PendingArray, PendingDtype } from './pickle-numpy.ts'
import type { PickleValue } from './pickle-values.ts'

/** Lists in lists deeper than this are no weights. */
const maximumDepth = 100

/**
 * Replaces arrays under construction by the arrays they became, in place, visiting shared values once.
 */
export function resolvePending(
  root: PickleValue | Global | PendingDtype | PendingArray,
  file: string,
): PickleValue {
  const seen = new Map<unknown, PickleValue>()
  const visit = (
    item: PickleValue | Global | PendingDtype | PendingArray,
    depth: number,
  ): PickleValue => {
    if (depth > maximumDepth) {
      throw new FormatError('the pickle is nested too deeply', {
        file,
        expected: `at most ${maximumDepth} levels`,
      })
    }
    if (item instanceof PendingArray) {
      if (!item.value)
        throw new FormatError('the pickle is damaged: an array without elements', { file })
      return visit(item.value, depth)
    }
    if (item instanceof PendingDtype || item instanceof Global) {
      throw new FormatError('the pickle is damaged: a type instead of a value', { file })
    }
    if (item === null || typeof item !== 'object' || item instanceof Uint8Array) return item
    const known = seen.get(item)
    if (known !== undefined) return known
    seen.set(item, item)
    const next = depth + 1
    if (Array.isArray(item)) {
      for (const [index, element] of item.entries()) item[index] = visit(element, next)
    } else if (item instanceof Map) {
      const entries = [...item].map(
        ([key, value]) => [visit(key, next), visit(value, next)] as const,
      )
      item.clear()
      for (const [key, value] of entries) item.set(key, value)
    } else if ('items' in item) {
      const items = item.items as PickleValue[]
      for (const [index, element] of items.entries()) items[index] = visit(element, next)
    }
    return item
  }
  return visit(root, 0)
}
