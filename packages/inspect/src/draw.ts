import type { LayerFamily } from './family.ts'
import type { GraphLayout, PlacedEdge, PlacedFrame, PlacedNode } from './layout/layout.ts'

/** One hue per family, readable under dark and light text. */
export const familyColours: Readonly<Record<LayerFamily, string>> = {
  input: '#6e7781',
  dense: '#0969da',
  convolution: '#8250df',
  pooling: '#bf3989',
  normalization: '#1a7f37',
  activation: '#bc4c00',
  merge: '#57606a',
  recurrent: '#9a6700',
  attention: '#cf222e',
  shape: '#6e7781',
  preprocessing: '#0f766e',
  function: '#57606a',
  model: '#24292f',
  other: '#6e7781',
}

const style = `
svg { --ground: #ffffff; --ink: #1f2328; --muted: #59636e; --line: #8c959f; background: var(--ground) }
@media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --ink: #e6edf3; --muted: #9198a1; --line: #656c76 } }
text { font: 11px system-ui, sans-serif; fill: var(--muted) }
.class { font-size: 13px; font-weight: 600; fill: var(--ink) }
.box { fill: var(--ground); stroke-width: 1.2 }
.edge { fill: none; stroke: var(--line) }
.frame { fill: none; stroke: var(--line); stroke-dasharray: 4 4 }
`

/** An SVG of a graph that needs no script, font or network. */
export function drawGraph(layout: GraphLayout): string {
  const [width, height] = [Math.ceil(layout.width), Math.ceil(layout.height)]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<style>${style}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="var(--line)"/></marker></defs>',
    ...layout.frames.map(drawFrame),
    ...layout.edges.map(drawEdge),
    ...layout.nodes.map(drawNode),
    '</svg>',
    '',
  ].join('\n')
}

/** The path of an edge: smooth through its points. */
export function edgePath({ points }: Pick<PlacedEdge, 'points'>): string {
  const [first, ...rest] = points
  if (!first) return ''
  let path = `M${round(first.x)} ${round(first.y)}`
  for (const [k, point] of rest.entries()) {
    const next = rest[k + 1]
    // Curves end half way to the next point, so that they meet without a corner.
    path += next
      ? `Q${round(point.x)} ${round(point.y)} ${round((point.x + next.x) / 2)} ${round((point.y + next.y) / 2)}`
      : `L${round(point.x)} ${round(point.y)}`
  }
  return path
}

function drawNode(node: PlacedNode): string {
  const { x, y, width, height, family, className, name, shape, calls } = node
  const shared = calls > 1 ? ` ×${calls}` : ''
  const lines = [shorten(name, width), shape].filter((line) => line !== '' && line !== className)
  return [
    `<g transform="translate(${round(x)} ${round(y)})"><title>${escapeText(`${name}: ${className} ${shape}`)}</title>`,
    `<rect class="box" width="${round(width)}" height="${height}" rx="6" stroke="${familyColours[family]}"/>`,
    `<rect width="5" height="${height}" rx="2" fill="${familyColours[family]}"/>`,
    `<text class="class" x="14" y="${lines.length > 1 ? 15 : 19}">${escapeText(className + shared)}</text>`,
    ...lines.map(
      (line, k) =>
        `<text x="14" y="${lines.length > 1 ? 28 + 12 * k : 34}">${escapeText(line)}</text>`,
    ),
    '</g>',
  ].join('')
}

function drawEdge(edge: PlacedEdge): string {
  return `<path class="edge" d="${edgePath(edge)}" marker-end="url(#tip)"/>`
}

function drawFrame({ name, x, y, width, height }: PlacedFrame): string {
  return (
    `<rect class="frame" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="10"/>` +
    `<text x="${round(x) + 6}" y="${round(y) - 4}">${escapeText(name)}</text>`
  )
}

function shorten(text: string, width: number): string {
  const letters = Math.floor((width - 24) / 6)
  return text.length > letters ? `…${text.slice(text.length - letters + 1)}` : text
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
