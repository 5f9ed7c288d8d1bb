import { axisX, axisY, dot, gridX, gridY, line, text } from '@observablehq/plot'
import { chartWidth, colour, drawChart } from './chart.ts'

/** Two predictions of one row. */
export interface Pair {
  readonly keras: number
  readonly ours: number
}

/** Keras's prediction across, ours up, both on the same scale, with the line on which they are equal. */
export function drawScatter(pairs: readonly Pair[]): string {
  const [low, high] = domainOf(pairs)
  const domain = [low, high]
  const ticks = 6
  const axis = {
    ticks,
    tickSize: 0,
    color: colour.muted,
    labelArrow: 'none',
    labelAnchor: 'center',
  } as const
  return drawChart({
    description: `Scatter plot of ${pairs.length} rows: dotplus against Keras, every point on the line y = x`,
    height: chartWidth - 6,
    marginTop: 10,
    marginRight: 12,
    marginBottom: 46,
    marginLeft: 52,
    x: { domain },
    y: { domain },
    marks: [
      gridX({ ticks, stroke: colour.rule, strokeOpacity: 1 }),
      gridY({ ticks, stroke: colour.rule, strokeOpacity: 1 }),
      axisX({ ...axis, label: 'Keras prediction', labelOffset: 40 }),
      axisY({ ...axis, label: 'dotplus prediction', labelOffset: 46 }),
      line(
        [domain.slice(0, 1), domain.slice(1)].map(([value]) => ({ value })),
        {
          x: 'value',
          y: 'value',
          stroke: colour.ink,
          strokeWidth: 1,
          strokeDasharray: '3 4',
        },
      ),
      dot(pairs, {
        x: 'keras',
        y: 'ours',
        r: 3,
        fill: colour.accent,
        fillOpacity: 0.35,
        stroke: colour.accent,
        strokeOpacity: 0.7,
        strokeWidth: 0.8,
      }),
      text([{ value: high - (high - low) * 0.14 }], {
        x: 'value',
        y: 'value',
        text: () => 'y = x',
        textAnchor: 'end',
        dx: -18,
        fill: colour.muted,
        fontStyle: 'italic',
      }),
    ],
  })
}

/** Both axes' range: all predictions with a little room, rounded outwards to whole numbers. */
function domainOf(pairs: readonly Pair[]): readonly [number, number] {
  const values = pairs.flatMap(({ keras, ours }) => [keras, ours]).filter(Number.isFinite)
  return [Math.floor(Math.min(...values) - 0.5), Math.ceil(Math.max(...values) + 0.5)]
}
