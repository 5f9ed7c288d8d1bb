import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, type Command } from 'commander'
import { denseLayers, parseLayersSpec, type LayersSpec } from '@dotplus/converter'
import { UsageError } from '@dotplus/core'
import { resourceError } from '../files/system-error.ts'

/** Options that say what an export leaves out. */
export interface ModelOptions {
  readonly layers?: string
  readonly dense?: string
  readonly inputShape?: readonly (number | null)[]
  /** Module that says what layers of the caller's own compute. */
  readonly register?: string
}

export function addModelOptions(command: Command): Command {
  return command
    .option('--layers <spec.json>', 'the layers, for exports that hold arrays only')
    .option(
      '--dense <activations>',
      'short for --layers of Dense only: their activations, e.g. relu,relu,linear',
    )
    .option(
      '--input-shape <shape>',
      'for a Sequential model saved without one, batch first, e.g. None,4',
      parseShape,
    )
    .option(
      '--register <file.mjs>',
      'says what custom and Lambda layers compute: a module whose default export composes them by class',
    )
}

function parseShape(text: string): (number | null)[] {
  const sizes = text.replaceAll(/[()[\]\s]/g, '').split(',')
  if (sizes.at(-1) === '') sizes.pop()
  return sizes.map((size) => {
    if (size === 'None' || size === 'null' || size === '-1') return null
    if (/^[1-9]\d*$/.test(size)) return Number(size)
    throw new InvalidArgumentError('Expected sizes such as None,28,28,1.')
  })
}

/**
 * What `--layers` or `--dense` says.
 *
 * @throws {UsageError} when both are given, or one makes no sense
 */
export async function layersSpec({ layers, dense }: ModelOptions): Promise<LayersSpec | undefined> {
  if (layers !== undefined && dense !== undefined) {
    throw new UsageError('both --layers and --dense', { expected: 'one of them' })
  }
  if (dense !== undefined) return denseLayers(dense)
  if (layers === undefined) return undefined
  const text = await readFile(layers, 'utf8').catch((error: unknown) => {
    throw resourceError('cannot be read', layers, error)
  })
  return parseLayersSpec(text, layers)
}
