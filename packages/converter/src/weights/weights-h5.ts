import { ModelError } from '@dotplus/core'
import { openGroup, openPath, type Hdf5Group } from '../binary/hdf5/hdf5.ts'
import type { Problems } from '../problems.ts'
import {
  pairSlots,
  type BoundWeights,
  type StoredWeight,
  type WeightStore,
} from './bound-weights.ts'
import type { WeightChild, WeightNode, WeightSlot } from './weight-tree.ts'

/** The group in which every layer keeps its own variables. */
const variables = 'vars'

/**
 * The weights of Keras 3 (and of `.keras` files since Keras 2.12): groups by attribute and class name, variables
 * numbered in the order of their creation.
 *
 * @see keras/src/saving/saving_lib.py
 */
export function weightsH5Store(root: Hdf5Group, file: string): WeightStore {
  const bindNode = async (
    node: WeightNode,
    group: Hdf5Group | undefined,
    layer: string,
    problems: Problems,
  ): Promise<BoundWeights> => {
    const stored = node.stored?.everywhere === true ? node.stored : undefined
    const own = await bindOwn(stored?.slots ?? node.own, group, layer, problems)
    const children = new Map<string, BoundWeights>()
    for (const child of node.children) {
      const path = layer ? `${layer}/${child.key}` : child.key
      const found = group ? await findChild(group, child) : undefined
      children.set(child.key, await bindNode(child.node, found, path, problems))
    }
    return { own: stored?.assemble(own, false) ?? own, children }
  }

  const bindOwn = async (
    slots: readonly WeightSlot[],
    group: Hdf5Group | undefined,
    layer: string,
    problems: Problems,
  ): Promise<Map<string, StoredWeight['array']>> => {
    const bound = new Map<string, StoredWeight['array']>()
    if (slots.length === 0) return bound
    const place = group ? `${group.path}/${variables}` : 'weights'
    const numbered = slots.filter(({ key }) => key === undefined)
    const vars = group ? await openGroup(group, variables) : undefined
    if (!vars) {
      if (slots.some((slot) => !slot.optional)) {
        problems.add(
          new ModelError('weights are missing', {
            file,
            layer,
            place,
            expected: slots.map(({ name }) => name).join(', '),
            got: 'none',
          }),
        )
      }
      return bound
    }
    for (const { key, name } of slots) {
      const found = key === undefined ? undefined : await vars.open(key)
      if (found?.kind === 'dataset') bound.set(name, found)
    }
    const stored = await numberedVariables(vars)
    for (const [index, found] of pairSlots(
      numbered,
      stored,
      { file, layer, place },
      problems,
    ).entries()) {
      if (found) bound.set((numbered[index] as WeightSlot).name, found.array)
    }
    return bound
  }

  return { bind: (model, problems) => bindNode(model, root, '', problems) }
}

/** Datasets named 0, 1, 2, … in numeric order: as text 10 comes before 2. */
async function numberedVariables(vars: Hdf5Group): Promise<StoredWeight[]> {
  const numbers = vars.names
    .filter((name) => /^\d+$/.test(name))
    .toSorted((a, b) => Number(a) - Number(b))
  const stored: StoredWeight[] = []
  for (const name of numbers) {
    const dataset = await vars.open(name)
    if (dataset?.kind === 'dataset')
      stored.push({ path: dataset.path, name: undefined, array: dataset })
  }
  return stored
}

/**
 * The group of a child. Class names with a number are how Keras finds it; where the name that the file keeps beside the
 * variables says otherwise and another group has the right one, that one is taken.
 */
async function findChild(group: Hdf5Group, child: WeightChild): Promise<Hdf5Group | undefined> {
  let found: Hdf5Group | undefined
  for (const path of child.paths) {
    const object = await openPath(group, path)
    if (object?.kind !== 'group') continue
    found = object
    break
  }
  if (child.layerName === undefined) return found
  if (found && (await storedName(found)) === child.layerName) return found
  const parent = child.paths[0]?.includes('/')
    ? await openPath(group, child.paths[0].slice(0, child.paths[0].lastIndexOf('/')))
    : group
  if (parent?.kind !== 'group') return found
  for (const name of parent.names) {
    const sibling = await openGroup(parent, name)
    if (sibling && (await storedName(sibling)) === child.layerName) return sibling
  }
  return found
}

async function storedName(group: Hdf5Group): Promise<string | undefined> {
  const vars = await openGroup(group, variables)
  return vars?.attributes.get('name')?.strings?.[0]
}
