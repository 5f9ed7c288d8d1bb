import { Command } from 'commander'
import type { Model } from '@dotplus/core'
import {
  formatBytes,
  formatCount,
  formatShape,
  outputShapes,
  plural,
  summarize,
  type LayerSummary,
  type ModelSummary,
  type PortSummary,
} from '@dotplus/inspect'
import { load, type Explanation } from '@dotplus/node'
import { planTable, planTotals } from '../bench/plan-table.ts'
import { addModelOptions, type ModelOptions } from '../model/model-options.ts'
import { planOf } from '../model/plan-of.ts'
import { readModel, type ReadModel } from '../model/read-model.ts'
import { drawTable, type Table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'

interface InspectOptions extends ModelOptions {
  readonly json?: boolean
  readonly plan?: boolean
}

export function inspectCommand(terminal: Terminal): Command {
  const command = new Command('inspect')
    .summary('show layers, shapes, sizes and where a model comes from')
    .description(
      'Prints the layers of a model as Keras’s model.summary() does, its sizes, inputs, outputs, recorded cases and origin, and what arithmetic and memory a call takes.',
    )
    .argument('<model...>', 'a .dotplus file, or a Keras export')
    .option('--plan', 'list the ops of a call too')
    .option('--json', 'print the same as JSON, with the ops of a call')
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus inspect model.dotplus', 'the summary'],
        ['dotplus inspect model.keras --json', 'for a script'],
      ]),
    )
    .action((paths: string[], options: InspectOptions) => inspect(paths, options, terminal))
}

async function inspect(
  paths: readonly string[],
  options: InspectOptions,
  terminal: Terminal,
): Promise<void> {
  const read = await readModel(paths, options)
  const { shapes, problem } = await outputShapes(read.model, load)
  const summary = summarize(read.model, shapes)
  const plan = await planOf(read)
  if (options.json) {
    terminal.print(JSON.stringify(jsonSummary(summary, read, problem, plan), undefined, 2))
    return
  }
  terminal.print(terminal.style('bold', `Model: "${summary.name}"`))
  for (const line of drawTable(layerTable(summary), terminal.width)) terminal.print(line)
  for (const line of [...totals(summary, read), ...(plan ? planTotals(plan) : [])])
    terminal.print(line)
  for (const line of originLines(read.model)) terminal.print(line)
  if (problem !== undefined) terminal.print(` Shapes unknown: ${problem}`)
  if (options.plan && plan)
    for (const line of drawTable(planTable(plan), terminal.width)) terminal.print(line)
}

function layerTable({ layers, sequential }: ModelSummary): Table {
  const columns: Table['columns'] = [
    { title: 'Layer (type)' },
    { title: 'Output Shape' },
    { title: 'Param #', align: 'right' },
  ]
  const cells = (layer: LayerSummary): string[] => [
    `${layer.name} (${layer.className})`,
    layer.outputShapes ? layer.outputShapes.map(formatShape).join('\n') : '?',
    formatCount(layer.parameters),
  ]
  if (sequential) return { columns, rows: layers.map(cells) }
  return {
    columns: [...columns, { title: 'Connected to' }],
    rows: layers.map((layer) => [...cells(layer), layer.connectedTo.join('\n') || '-']),
  }
}

function totals(
  { layers, parameters, inputs, outputs }: ModelSummary,
  { model, byteLength }: ReadModel,
): string[] {
  const lines = [
    ` Total params: ${formatCount(parameters.count)} (${formatBytes(parameters.bytes)})`,
    ` ${plural(layers.length, 'layer')}, ${plural(model.tensors.length, 'tensor')}, ${formatBytes(byteLength)} as .dotplus`,
    ...inputs.map((port) => ` Input  ${describePort(port)}`),
    ...outputs.map((port) => ` Output ${describePort(port)}`),
  ]
  if (model.cases.length > 0)
    lines.push(` Cases: ${model.cases.map(({ name }, i) => name || `${i}`).join(', ')}`)
  return lines
}

function describePort({ name, dtype, shape }: PortSummary): string {
  return [name, dtype, shape && formatShape(shape)].filter(Boolean).join(' ')
}

function originLines({ provenance }: Model): string[] {
  if (!provenance) return []
  const { sourceName, sourceFormat, kerasVersion, backend, converter } = provenance
  const keras = [kerasVersion && `Keras ${kerasVersion}`, backend].filter(Boolean).join(', ')
  return [
    ` From ${sourceName} (${[sourceFormat, keras].filter(Boolean).join(', ')}) by ${converter}`,
  ]
}

function jsonSummary(
  summary: ModelSummary,
  { model, byteLength }: ReadModel,
  problem: string | undefined,
  plan: Explanation | undefined,
): object {
  const { name, layers, parameters, inputs, outputs } = summary
  const { provenance } = model
  return {
    name,
    formatVersion: model.formatVersion,
    byteLength,
    parameters,
    inputs: inputs.map(jsonPort),
    outputs: outputs.map(jsonPort),
    layers: layers.map((layer) => ({
      ...layer,
      outputShapes: layer.outputShapes?.map((shape) => shape.map(jsonDimension)) ?? null,
    })),
    shapesUnknown: problem ?? null,
    call: plan
      ? { shapes: plan.planShapes, flops: plan.flops, memory: plan.memory, ops: plan.plan }
      : null,
    cases: model.cases.map((entry) => ({
      name: entry.name,
      inputs: entry.inputs.length,
      outputs: entry.outputs.length,
    })),
    shards: model.shards.map((shard) => ({ name: shard.name, byteLength: shard.byteLength })),
    provenance: provenance && {
      sourceName: provenance.sourceName,
      sourceFormat: provenance.sourceFormat,
      sourceSha256: Buffer.from(provenance.sourceSha256).toString('hex'),
      kerasVersion: provenance.kerasVersion,
      backend: provenance.backend,
      converter: provenance.converter,
    },
  }
}

function jsonPort({ name, dtype, shape }: PortSummary): object {
  return { name, dtype, shape: shape?.map(jsonDimension) ?? null }
}

/** Free dimensions are null, as in `model.inputs` of the runtime. */
function jsonDimension(size: number): number | null {
  return size < 0 ? null : size
}
