import { plot, type PlotOptions } from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** Width of every chart in its own units; the page scales it, so text stays readable on a phone. */
export const chartWidth = 440

/** Names of the page's colours, which change with the reader's colour scheme. */
export const colour = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  rule: 'var(--rule)',
  accent: 'var(--accent)',
  soft: 'var(--soft)',
} as const

export interface ChartOptions extends PlotOptions {
  /** What the chart shows, for those who cannot see it. */
  readonly description: string
}

/** Draws a chart as SVG text that needs no script, font or network. */
export function drawChart({ description, ...options }: ChartOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const figure = plot({
    document,
    width: chartWidth,
    className: 'chart',
    style: { fontSize: '12.5px' },
    ...options,
  })
  figure.setAttribute('role', 'img')
  figure.setAttribute('aria-label', description)
  // The page's own style sheet has what Plot's would say.
  figure.querySelector('style')?.remove()
  // A size of its own would keep the chart from shrinking with the page.
  figure.removeAttribute('width')
  figure.removeAttribute('height')
  return figure.outerHTML
}
