import { axisX, axisY, dot, gridX, gridY, plot, ruleX, text } from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { fastestRival } from './summary.ts'
import { ratio } from './numbers.ts'
import { timingOf, type HostReport, type Report } from './report.ts'

interface Mark {
  readonly model: string
  readonly host: string
  readonly contestant: string
  /** Median of one row over that of dotplus exact: right of 1 is slower. */
  readonly times: number
}

/** Colours that read on white and on black, apart for the colour-blind (Okabe and Ito's, 2008). */
const colours: Readonly<Record<string, string>> = {
  'dotplus-exact': '#0072b2',
  'dotplus-fast': '#56b4e9',
  litert: '#e69f00',
  'onnxruntime-web': '#d55e00',
  'tfjs-wasm': '#cc79a7',
  'onnxruntime-node': '#808080',
}

const roundTimes = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]

const style = `
svg { --ink: #1f2328; --rule: #d0d7de; --ground: #ffffff; background: var(--ground); font: 13px system-ui, sans-serif }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --rule: #3d444d; --ground: #0d1117 } }
`

/** Every contestant's time for one row beside dotplus exact, per model and host: an SVG that stands alone. */
export function chart(report: Report): string {
  const hosts = report.hosts.filter(({ id }) => id === 'node' || id === 'chromium')
  const marks = hosts.flatMap((host) => marksOf(report, host))
  const shown = report.contestants.filter(({ id }) =>
    marks.some(({ contestant }) => contestant === id),
  )
  const times = marks.map((mark) => mark.times)
  const [least, most] = [Math.min(...times), Math.max(...times)]
  const ticks = roundTimes.filter((tick) => tick >= least && tick <= most)
  const models = [...new Set(marks.map(({ model }) => model))]
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const figure = plot({
    document,
    width: 860,
    height: 110 + 40 * models.length * hosts.length,
    marginLeft: 290,
    marginRight: 90,
    marginTop: 60,
    marginBottom: 50,
    x: {
      type: 'log',
      labelArrow: 'none',
      label: 'time of one row, dotplus exact = 1 (further right is slower)',
    },
    y: { domain: models, label: null },
    fy: { label: null },
    color: {
      domain: shown.map(({ id }) => id),
      range: shown.map(({ id }) => colours[id] ?? '#808080'),
    },
    style: {
      color: 'var(--ink)',
      background: 'var(--ground)',
      fontSize: '13px',
      overflow: 'visible',
    },
    marks: [
      gridX({ ticks, stroke: 'var(--rule)', strokeOpacity: 1 }),
      gridY({ stroke: 'var(--rule)', strokeOpacity: 1 }),
      axisX({ ticks, color: 'var(--ink)', tickFormat: (value: number) => `${value}×` }),
      axisY({ color: 'var(--ink)', tickSize: 0 }),
      ruleX([1], { stroke: colours['dotplus-exact'] ?? '', strokeWidth: 1.5 }),
      dot(marks, { x: 'times', y: 'model', fy: 'host', fill: 'contestant', r: 6 }),
      text(
        hosts.flatMap((host) => leads(host)),
        {
          x: 'times',
          y: 'model',
          fy: 'host',
          text: 'label',
          dy: -13,
          fill: 'var(--ink)',
        },
      ),
    ],
  }) as unknown as SVGElementLike
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  figure.setAttribute('role', 'img')
  figure.setAttribute(
    'aria-label',
    'Time of one row of every contestant, relative to dotplus exact',
  )
  const legend = shown.map(({ id, title }, k) => {
    const [x, y] = [20 + (k % 3) * 280, 18 + Math.floor(k / 3) * 20]
    return `<circle cx="${x}" cy="${y}" r="6" fill="${colours[id]}"/><text x="${x + 12}" y="${y + 4}" text-anchor="start" fill="var(--ink)">${title}</text>`
  })
  return figure.outerHTML
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/>/, `><style>${style}</style>${legend.join('')}`)
}

interface SVGElementLike {
  setAttribute(name: string, value: string): void
  readonly outerHTML: string
}

function marksOf({ contestants }: Report, host: HostReport): Mark[] {
  return host.models.flatMap((model) => {
    const baseline = timingOf(model, 'dotplus-exact', 1)
    if (!baseline) return []
    return contestants.flatMap(({ id }) => {
      const timing = timingOf(model, id, 1)
      if (!timing || !Object.hasOwn(colours, id)) return []
      const times = timing.medianMs / baseline.medianMs
      return [{ model: model.title, host: nameOf(host), contestant: id, times }]
    })
  })
}

/** The fastest WebAssembly peer of each model, with its ratio in figures. */
function leads(host: HostReport): { model: string; host: string; times: number; label: string }[] {
  return host.models.flatMap((model) => {
    const [rival, baseline] = [fastestRival(model), timingOf(model, 'dotplus-exact', 1)]
    if (!rival || !baseline) return []
    const times = rival.medianMs / baseline.medianMs
    return [{ model: model.title, host: nameOf(host), times, label: ratio(times) }]
  })
}

function nameOf({ title }: HostReport): string {
  return title.split(' ')[0]!
}
