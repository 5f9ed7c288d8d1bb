import { count, decimal, duration, scientific } from '../format.ts'
import type { ModelResult, RouteResult, SampleResult, TimingRow } from '../result.ts'
import { drawHistogram, widestBar } from './histogram.ts'
import { drawScatter } from './scatter.ts'
import { styleSheet } from './style.ts'

/** The report as one HTML file: no script, no network. */
export function reportPage(result: SampleResult): string {
  const { models } = result
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dotplus · sample MLP</title>
<style>${styleSheet}</style>
</head>
<body>
<main>
<header>
<p class="kicker">dotplus · sample MLP</p>
<h1>${escape(headline(models))}</h1>
<p class="lead">${escape(lead(result))}</p>
</header>
<section class="pair">
${models.map(modelFigure).join('\n')}
</section>
<section>
<h2>Seven exports, one model</h2>
<p class="note">Every way in which people save this network, read in JavaScript. Tensors: the weights and biases in
model.dotplus, byte by byte. Error: against the same forward pass in float64.</p>
<div class="scroll">${routeTable(models)}</div>
</section>
<section>
<h2>Time</h2>
<p class="note">A call goes from numbers in to numbers out. The figures of Keras and NumPy were recorded when the network
was trained, on the machine named; neither runs here.</p>
<div class="scroll">${timingTable(models)}</div>
</section>
<footer>
${footer(result)}
</footer>
</main>
</body>
</html>
`
}

function headline(models: readonly ModelResult[]): string {
  const rows = models.reduce((sum, model) => sum + model.pairs.length, 0)
  const furthest = Math.max(...models.flatMap((model) => model.routes.map((route) => route.maxAbs)))
  const equal = models.every((model) => model.routes.every((route) => route.equal))
  return equal
    ? `All ${count(rows)} predictions match Keras’s; the furthest is ${plain(furthest)} off.`
    : `Some of ${count(rows)} predictions differ from Keras’s.`
}

/** A small number in words that need no exponent: "1.9 millionths". */
function plain(value: number): string {
  return value < 1e-3 ? `${Number((value * 1e6).toPrecision(2))} millionths` : scientific(value)
}

function lead({ models, trainedBy, ranOn }: SampleResult): string {
  const ours = Math.max(...models.flatMap(({ routes }) => routes.map(({ error }) => error.maxAbs)))
  const keras = Math.max(...models.map(({ kerasError }) => kerasError.maxAbs))
  return (
    `A network of three Dense layers (4 → 20 → 10 → 1), trained by ${trainedBy} and run here by dotplus in ${ranOn}, ` +
    'without Python. Both compute in float32: against the same forward pass in float64, the largest error is ' +
    `${plain(keras)} in Keras and ${plain(ours)} in dotplus.`
  )
}

function modelFigure(model: ModelResult): string {
  const { hidden, pairs, ulps } = model
  return `<figure>
<h2>${escape(hidden)} hidden layers</h2>
<figcaption>${escape(figureCaption(model))}</figcaption>
${drawScatter(pairs)}
${drawHistogram(ulps)}
</figure>`
}

function figureCaption({ pairs, ulps, routes }: ModelResult): string {
  const identical = ulps.filter((difference) => difference === 0).length
  const far = pairs.filter((_, row) => Math.abs(ulps[row] as number) > widestBar)
  const sentences = [
    `max |Δ| ${scientific(routes[0]?.maxAbs ?? 0)} over ${count(pairs.length)} rows.`,
    `${count(identical)} rows are the same to the last bit.`,
  ]
  if (far.length > 0) {
    const largest = Math.max(...far.map(({ keras }) => Math.abs(keras)))
    sentences.push(
      `Grey: ${count(far.length)} rows beyond ${widestBar} ulp, all with |y| below ${decimal(largest + 0.005)}, where an ulp is small.`,
    )
  }
  return sentences.join(' ')
}

function routeTable(models: readonly ModelResult[]): string {
  const head = row(
    ['Export', 'Files', 'Tensors', 'Rows', 'max |Δ|', 'max ulp', 'Error, max', 'Error, RMS'].map(
      routeCell,
    ),
    'th',
  )
  const groups = models.map(({ hidden, routes, kerasError }) => {
    const keras = [
      'Keras itself',
      '',
      '',
      '',
      '',
      '',
      scientific(kerasError.maxAbs),
      scientific(kerasError.rms),
    ]
    return [
      `<tr class="group"><td colspan="8">${escape(hidden)} hidden layers</td></tr>`,
      ...routes.map((route) => row(routeTexts(route).map(routeCell))),
      row(keras.map(routeCell), 'td', 'aside'),
    ].join('\n')
  })
  return `<table><thead>${head}</thead><tbody>${groups.join('\n')}</tbody></table>`
}

function routeTexts(route: RouteResult): string[] {
  return [
    route.title,
    `${route.files}`,
    route.sameTensors ? 'identical' : 'differ',
    count(route.rows),
    scientific(route.maxAbs),
    count(route.maxUlp),
    scientific(route.error.maxAbs),
    scientific(route.error.rms),
  ]
}

/** Files and rows are the columns that a phone can do without; a break inside "|Δ|" reads badly. */
function routeCell(text: string, column: number): Cell {
  return {
    html: escape(text),
    style: column === 1 || column === 3 ? 'roomy' : column === 4 ? 'whole' : undefined,
  }
}

function timingTable(models: readonly ModelResult[]): string {
  const head = row(['', '1 row', '100,000 rows'].map(plainCell), 'th')
  const groups = models.map(({ hidden, timings }) =>
    [
      `<tr class="group"><td colspan="3">${escape(hidden)} hidden layers</td></tr>`,
      ...timings.map((timing) => timingRow(timing)),
    ].join('\n'),
  )
  return `<table><thead>${head}</thead><tbody>${groups.join('\n')}</tbody></table>`
}

function timingRow({ title, how, machine, oneRow, manyRows, measuredHere }: TimingRow): string {
  const where = `${measuredHere ? 'measured now' : 'recorded'} on ${machine}; ${how}`
  const name = { html: `${escape(title)}<small>${escape(where)}</small>` }
  return row(
    [name, plainCell(duration(oneRow)), plainCell(duration(manyRows))],
    'td',
    measuredHere ? 'own' : undefined,
  )
}

function footer({ models, recordedOn, ranOn }: SampleResult): string {
  const hashes = models.map(
    ({ hidden, routes }) =>
      `<p>SHA-256 of the ${escape(hidden)} outputs: <code>${escape(routes[0]?.hash ?? '')}</code></p>`,
  )
  return `<p>Keras and NumPy: ${escape(recordedOn)}. dotplus: ${escape(ranOn)}.</p>\n${hashes.join('\n')}`
}

interface Cell {
  readonly html: string
  readonly style?: string | undefined
}

function plainCell(text: string): Cell {
  return { html: escape(text) }
}

function row(cells: readonly Cell[], tag: 'td' | 'th' = 'td', style?: string): string {
  const parts = cells.map((cell) => `<${tag}${classAttribute(cell.style)}>${cell.html}</${tag}>`)
  return `<tr${classAttribute(style)}>${parts.join('')}</tr>`
}

function classAttribute(style: string | undefined): string {
  return style ? ` class="${style}"` : ''
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
