import { Command } from 'commander'
import {
  drawGraph,
  formatBytes,
  layOutGraph,
  modelGraph,
  outputShapes,
  plural,
} from '@dotplus/inspect'
import { load } from '@dotplus/node'
import { writeOutput } from '../files/output-file.ts'
import { addModelOptions, type ModelOptions } from '../model/model-options.ts'
import { readModel } from '../model/read-model.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'

interface PlotOptions extends ModelOptions {
  readonly output: string
  readonly folded?: boolean
  readonly json?: boolean
}

export function plotCommand(terminal: Terminal): Command {
  const command = new Command('plot')
    .summary('draw the graph of a model as SVG')
    .description(
      'Draws the layers of a model and what they take from each other: an SVG that needs no script, font or network, in light and dark.',
    )
    .argument('<model...>', 'a .dotplus file, or a Keras export')
    .requiredOption('-o, --output <file>', 'the SVG to write')
    .option('--folded', 'draw nested models as one node each')
    .option('--json', 'print {output, byteLength, nodes, edges}')
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus plot model.keras -o graph.svg', 'every layer'],
        ['dotplus plot model.keras -o graph.svg --folded', 'nested models as one node each'],
      ]),
    )
    .action((paths: string[], options: PlotOptions) => plot(paths, options, terminal))
}

async function plot(
  paths: readonly string[],
  { output, folded, json, ...options }: PlotOptions,
  terminal: Terminal,
): Promise<void> {
  const { model } = await readModel(paths, options)
  const { shapes } = await outputShapes(model, load)
  const nested = folded
    ? []
    : model.layers.flatMap(({ kind, name }) => (kind === 'submodel' ? [name] : []))
  const graph = modelGraph(model, shapes, new Set(nested))
  const svg = new TextEncoder().encode(drawGraph(layOutGraph(graph)))
  await writeOutput(output, (append) => append(svg))
  if (json) {
    const { nodes, edges } = graph
    const counts = { nodes: nodes.length, edges: edges.length }
    terminal.print(JSON.stringify({ output, byteLength: svg.length, ...counts }))
    return
  }
  terminal.print(`${output}: ${plural(graph.nodes.length, 'node')}, ${formatBytes(svg.length)}`)
}
