import { DotplusError, type Model } from '@dotplus/core'
import type { LoadedModel, Prediction } from '@dotplus/kernel'
import type { ShapesByLayer } from './summary.ts'

/** Shapes of all layers, or why they are not known. */
export interface OutputShapes {
  readonly shapes: ShapesByLayer
  readonly problem: string | undefined
}

/** Two sizes for the free dimensions, large enough for windows to fit: what differs between them is free. */
const probes = [64, 65] as const

/**
 * Asks the kernel for the shape of every layer's output, with -1 for dimensions that follow free ones.
 *
 * @param load of the runtime package in use
 */
export async function outputShapes(
  model: Model,
  load: (model: Model) => Promise<LoadedModel<Prediction>>,
): Promise<OutputShapes> {
  let loaded: LoadedModel<Prediction> | undefined
  try {
    loaded = await load(model)
    return { shapes: shapesOf(loaded), problem: undefined }
  } catch (error) {
    if (!(error instanceof DotplusError)) throw error
    return { shapes: knownShapes(model), problem: error.message }
  } finally {
    loaded?.dispose()
  }
}

/**
 * The shape of every layer's output, with -1 for dimensions that follow free ones.
 *
 * @throws {DotplusError} when the model does not run on any size
 */
export function shapesOf(loaded: LoadedModel<Prediction>): ShapesByLayer {
  const [first, second] = probes.map((size) => probe(loaded, size))
  return merge(first as ShapesByLayer, second as ShapesByLayer)
}

/** What is known without the kernel: inputs say their shapes. */
export function knownShapes(model: Model): ShapesByLayer {
  return new Map(
    model.layers.flatMap((layer): [string, number[][]][] =>
      layer.kind === 'input' ? [[layer.name, [layer.input.shape]]] : [],
    ),
  )
}

function probe(loaded: LoadedModel<Prediction>, size: number): ShapesByLayer {
  return loaded.layerShapes(
    loaded.inputs.map(({ shape }) => shape.map((dimension) => dimension ?? size)),
  )
}

function merge(first: ShapesByLayer, second: ShapesByLayer): ShapesByLayer {
  return new Map(
    [...first].map(([name, shapes]) => {
      const others = second.get(name)
      const merged = shapes.map((shape, output) =>
        shape.map((size, axis) => (others?.[output]?.[axis] === size ? size : -1)),
      )
      return [name, merged]
    }),
  )
}
