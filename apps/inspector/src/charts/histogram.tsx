import type { TensorStatistics } from '@dotplus/inspect'
import type { JSX } from 'preact'
import { Chart } from './chart.tsx'

/** How often values fall into equal steps between the least and the largest. */
export function Histogram({
  statistics,
  label,
}: {
  statistics: TensorStatistics
  label: string
}): JSX.Element {
  const { min, max, histogram } = statistics
  const step = (max - min) / histogram.length
  const bars = histogram.map((count, k) => ({
    from: min + k * step,
    to: min + (k + 1) * step,
    count,
  }))
  return (
    <Chart
      label={label}
      draw={(Plot) =>
        Plot.plot({
          width: 320,
          height: 120,
          marginLeft: 44,
          x: { label: null, ticks: 5 },
          y: { label: null, ticks: 3 },
          marks: [
            Plot.rectY(bars, {
              x1: 'from',
              x2: 'to',
              y: 'count',
              fill: 'var(--accent)',
              insetLeft: 0.5,
            }),
            Plot.ruleY([0], { stroke: 'var(--line)' }),
          ],
        })
      }
    />
  )
}
