import { axisX, axisY, gridY, rectY, ruleY, text } from '@observablehq/plot'
import { colour, drawChart } from './chart.ts'

/** Differences beyond this many ulp share one bar on each side. */
export const widestBar = 8
const beyond = widestBar + 2

interface Bar {
  /** Difference in ulp, or ±`beyond`. */
  readonly ulp: number
  readonly rows: number
}

/** How many rows are how far from Keras, in units in the last place of a float32, with their sign. */
export function drawHistogram(differences: readonly number[]): string {
  const bars = barsOf(differences)
  const tallest = Math.max(...bars.map(({ rows }) => rows))
  const ticks = [-beyond, -8, -4, 0, 4, 8, beyond]
  return drawChart({
    description: `Histogram of differences in ulp: ${bars.map(({ ulp, rows }) => `${barName(ulp)}: ${rows}`).join(', ')}`,
    height: 210,
    marginTop: 22,
    marginRight: 12,
    marginBottom: 46,
    marginLeft: 52,
    x: { domain: [-beyond - 0.8, beyond + 0.8] },
    y: { domain: [0, tallest] },
    marks: [
      gridY({ ticks: 4, stroke: colour.rule, strokeOpacity: 1 }),
      axisY({
        ticks: 4,
        tickSize: 0,
        color: colour.muted,
        label: 'rows',
        labelArrow: 'none',
        labelAnchor: 'center',
        labelOffset: 46,
      }),
      axisX({
        ticks,
        tickSize: 0,
        tickFormat: barName,
        color: colour.muted,
        label: 'dotplus − Keras, ulp',
        labelArrow: 'none',
        labelAnchor: 'center',
        labelOffset: 40,
      }),
      rectY(bars, {
        x1: ({ ulp }: Bar) => ulp - 0.42,
        x2: ({ ulp }: Bar) => ulp + 0.42,
        y: 'rows',
        fill: ({ ulp }: Bar) => (Math.abs(ulp) === beyond ? colour.muted : colour.accent),
        fillOpacity: ({ ulp }: Bar) => (ulp === 0 ? 1 : 0.55),
        rx: 1,
      }),
      text(bars, {
        x: 'ulp',
        y: 'rows',
        text: ({ ulp, rows }: Bar) => (ulp === 0 || Math.abs(ulp) === beyond ? `${rows}` : ''),
        dy: -8,
        fill: colour.ink,
      }),
      ruleY([0], { stroke: colour.muted }),
    ],
  })
}

function barsOf(differences: readonly number[]): Bar[] {
  const counts = new Map<number, number>()
  for (const difference of differences) {
    const ulp = Math.abs(difference) <= widestBar ? difference : Math.sign(difference) * beyond
    counts.set(ulp, (counts.get(ulp) ?? 0) + 1)
  }
  return [...counts].map(([ulp, rows]) => ({ ulp, rows })).toSorted((a, b) => a.ulp - b.ulp)
}

function barName(ulp: number): string {
  if (ulp === beyond) return `≥ ${widestBar + 1}`
  if (ulp === -beyond) return `≤ −${widestBar + 1}`
  return ulp < 0 ? `−${-ulp}` : `${ulp}`
}
