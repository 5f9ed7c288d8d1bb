import type { Hdf5Group } from '../binary/hdf5/hdf5.ts'

/**
 * Several files seen as one: groups of the same name are joined, so that weights split over
 * `model_00000.weights.h5`, `model_00001.weights.h5`, … are found where a single file has them.
 */
export function mergedGroup(groups: readonly Hdf5Group[]): Hdf5Group {
  const [first, another] = groups
  if (first && !another) return first
  const names = [...new Set(groups.flatMap((group) => group.names))]
  return {
    kind: 'group',
    path: first?.path ?? '',
    attributes: new Map(groups.flatMap((group) => [...group.attributes])),
    names: names.toSorted((a, b) => (a < b ? -1 : 1)),
    has: (name) => groups.some((group) => group.has(name)),
    open: async (name) => {
      const members: Hdf5Group[] = []
      for (const group of groups) {
        const member = await group.open(name)
        if (member?.kind === 'dataset') return member
        if (member) members.push(member)
      }
      return members.length > 0 ? mergedGroup(members) : undefined
    },
  }
}
