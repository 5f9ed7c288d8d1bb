import { count, decimal, duration, scientific } from './format.ts'
import type { ArraySummary, ModelResult, SampleResult } from './result.ts'

/** The result as text of at most 80 columns. */
export function terminalText(result: SampleResult): string {
  const { models, trainedBy, recordedOn, ranOn } = result
  return [
    `Trained by ${trainedBy}, run without either.`,
    ...models.flatMap((model) => ['', ...modelText(model)]),
    '',
    'tensors   weights and biases in model.dotplus, against the first route’s',
    'error     against the same forward pass in float64',
    `measured  now, in ${ranOn}`,
    `recorded  with the fixtures, on ${recordedOn}`,
  ].join('\n')
}

function modelText(model: ModelResult): string[] {
  const { hidden, layers, routes, kerasError, timings } = model
  return [
    `${hidden.toUpperCase()} HIDDEN LAYERS`,
    '',
    ...columns(
      ['layer', 'activation', 'shape', 'weights', 'biases'],
      layers.map((layer) => [
        layer.name,
        layer.activation,
        layer.weights.shape.join(' → '),
        arrayText(layer.weights),
        arrayText(layer.biases),
      ]),
      2,
    ),
    '',
    ...columns(
      ['route', 'tensors', 'rows', 'max |Δ|', 'max ulp', 'max error', 'RMS error'],
      [
        ...routes.map((route) => [
          route.title,
          route.sameTensors ? 'same' : 'DIFFER',
          count(route.rows),
          scientific(route.maxAbs) + (route.equal ? '' : ' !'),
          count(route.maxUlp),
          scientific(route.error.maxAbs),
          scientific(route.error.rms),
        ]),
        ['Keras itself', '', '', '', '', scientific(kerasError.maxAbs), scientific(kerasError.rms)],
      ],
      1,
    ),
    '',
    ...columns(
      ['time', '1 row', '100,000 rows', ''],
      timings.map((timing) => [
        timing.title,
        duration(timing.oneRow),
        duration(timing.manyRows),
        `${timing.measuredHere ? 'measured now' : 'recorded'}, ${timing.how}`,
      ]),
      1,
      3,
    ),
    '',
    `outputs sha256 ${routes[0]?.hash ?? ''}`,
  ]
}

function arrayText({ count: size, minimum, maximum }: ArraySummary): string {
  return size === 1
    ? `1: ${decimal(minimum)}`
    : `${size} in [${decimal(minimum)}, ${decimal(maximum)}]`
}

/** Aligned columns; those from `rightFrom` up to `leftFrom` are numbers and stand to the right. */
function columns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  rightFrom: number,
  leftFrom: number = header.length,
): string[] {
  const lines = [header, ...rows]
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  )
  return lines.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] as number
        return column >= rightFrom && column < leftFrom ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}
