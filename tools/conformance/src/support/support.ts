// Writes docs/support.md: node support.js [--applications FILE] [--truth FOLDER] [FOLDER…]. Classes come from
// keras-layers.json, what converts from the converter's registry, what runs from running every case of test-fixtures and
// of the folders. --truth names a folder with a truth.npz for cases of test-fixtures, see tools/keras-fixtures/truth.py;
// architectures that no FILE measures stay as the page has them.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Measured } from './applications.ts'
import { caseResults, isWithin, type CaseResult } from './case-results.ts'
import { withoutCase } from './not-covered.ts'

interface Surface {
  readonly keras: string
  readonly layers: Readonly<
    Record<string, { readonly names: readonly string[]; readonly call: readonly string[] }>
  >
}

/** What a class has been seen to do. */
interface Support {
  exact: number
  fast: number
  cases: number
  /** A case that has few other layers. */
  shown: { readonly name: string; readonly classes: number } | undefined
}

/** Classes that say how layers are made, and those that hold code of others. */
const abstract: ReadonlySet<string> = new Set(['Layer', 'Wrapper', 'InputSpec'])
const foreign: Readonly<Record<string, string>> = {
  Lambda: 'Python code',
  JaxLayer: 'a JAX function',
  FlaxLayer: 'a Flax module',
  TorchModuleWrapper: 'a PyTorch module',
  TFSMLayer: 'a TensorFlow SavedModel',
}

const root = new URL('../../../../', import.meta.url)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    applications: { type: 'string' },
    truth: { type: 'string' },
    out: { type: 'string' },
  },
})
const surface = JSON.parse(
  await readFile(new URL('tools/keras-fixtures/keras-layers.json', root), 'utf8'),
) as Surface
const { registry } = (await import(
  new URL('packages/converter/dist/layers/registry.js', root).href
)) as { registry: readonly { readonly classNames: readonly string[] }[] }
const converts = new Set(registry.flatMap(({ classNames }) => classNames))

const folders = [
  fileURLToPath(new URL('test-fixtures', root)),
  ...positionals.map((f) => resolve(f)),
]
const support = new Map<string, Support>()
const compared: CaseResult[] = []
for await (const result of caseResults(
  folders.map((folder) => ({ name: basename(folder), folder })),
  values.truth,
)) {
  const { classes, problems, folder } = result
  if (result.errors) compared.push(result)
  for (const name of classes) {
    const entry = support.get(name) ?? { exact: 0, fast: 0, cases: 0, shown: undefined }
    entry.cases++
    if (!problems.exact) entry.exact++
    if (!problems.fast) entry.fast++
    // The plainest case of the repository itself, the first of several.
    const own = folder.collection === 'test-fixtures' && !problems.exact
    if (own && classes.size < (entry.shown?.classes ?? Infinity))
      entry.shown = { name: folder.name, classes: classes.size }
    support.set(name, entry)
  }
}

const rows = Object.entries(surface.layers)
  .filter(([name]) => !abstract.has(name))
  .map(([name, { names }]) => rowOf(name, names))
const out = values.out ?? fileURLToPath(new URL('docs/support.md', root))
await writeFile(out, page(rows, await architectures(out, values.applications)))

interface Row {
  readonly name: string
  readonly aliases: readonly string[]
  readonly converts: boolean
  readonly runs: boolean
  readonly exact: number
  readonly fast: number
  readonly cases: number
  readonly shown: string
  readonly reason: string
}

function rowOf(name: string, names: readonly string[]): Row {
  const all = [...new Set([name, ...names])]
  const found = all.map((each) => support.get(each)).filter((each) => each !== undefined)
  const sum = (of: (entry: Support) => number): number =>
    found.reduce((total, entry) => total + of(entry), 0)
  const exact = sum((entry) => entry.exact)
  return {
    name,
    aliases: names.filter((each) => each !== name),
    converts: all.some((each) => converts.has(each)) || exact > 0,
    runs: exact > 0,
    exact,
    fast: sum((entry) => entry.fast),
    cases: sum((entry) => entry.cases),
    shown: found.find(({ shown }) => shown)?.shown?.name ?? '',
    reason: foreign[name] ?? '',
  }
}

/** Rows of the table of architectures: those that the page has, with what a file of measurements has anew. */
async function architectures(page: string, file: string | undefined): Promise<string[]> {
  const old = existsSync(page) ? await readFile(page, 'utf8') : ''
  const table = old.split('\n').filter((line) => /^\| \w+ +\| \d+×\d+ /.test(line))
  const rows = new Map(table.map((line) => [(/\w+/.exec(line) as RegExpExecArray)[0], line]))
  const lines = file === undefined ? [] : (await readFile(file, 'utf8')).trim().split('\n')
  for (const line of lines) {
    const entry = JSON.parse(line) as Measured
    rows.set(entry.name, architectureRow(entry))
  }
  return [...rows.keys()]
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => rows.get(name) as string)
}

function architectureRow(entry: Measured): string {
  const { name, input, parameters, error, milliseconds, weights, arena } = entry
  const cells = [
    name,
    input.slice(1, 3).join('×'),
    (parameters / 1e6).toFixed(1),
    error.toExponential(1),
    milliseconds.toFixed(0),
    mebibytes(weights),
    mebibytes(arena),
  ]
  return `| ${cells.join(' | ')} |`
}

function page(rows: readonly Row[], applications: readonly string[]): string {
  const yes = (value: boolean): string => (value ? 'yes' : 'no')
  const running = rows.filter(({ runs }) => runs).length
  const table = rows.map(
    ({ name, aliases, converts: can, runs, exact, fast, cases, shown, reason }) =>
      `| ${[name, ...aliases].join(', ')} | ${reason === '' ? yes(can) : `with a replacement: ${reason}`} | ${yes(runs)} | ${exact} of ${cases} | ${fast} of ${cases} | ${withoutCase[name] ?? testedIn(shown, cases)} |`,
  )
  return `# What runs

Made from the code and from running the cases; \`node tools/conformance/dist/support/support.js\` makes it anew.
Layers are those of Keras ${surface.keras}; \`tools/keras-fixtures/keras_layers.py\` says what another release has more or less.

## Layers

${running} of ${rows.length} classes run. Every case runs in Node 20, Node 24, Deno, Bun and Chromium with the same bits
(\`npm test\`): exact and fast count the cases with the class that give Keras's own answers.

| class | converts | runs | exact | fast | tested in |
| --- | --- | --- | --- | --- | --- |
${table.join('\n')}
${
  applications.length === 0
    ? ''
    : `
## Architectures of keras.applications

Random weights, the smallest input size, one image on one thread; the error is the largest distance to Keras's logits by
their largest. Times are of the machine that made this page, which did other things too:
[performance.md](performance.md) has measured ones. Made with \`tools/keras-fixtures/applications.py\` and \`tools/conformance/dist/support/applications.js\`.

| architecture | input | parameters, millions | error | ms | weights, MiB | arena, MiB |
| --- | --- | --- | --- | --- | --- | --- |
${applications.join('\n')}
`
}${accuracy()}`
}

/** A case of test-fixtures with the class, and how many others there are. */
function testedIn(shown: string, cases: number): string {
  if (shown === '') return ''
  return cases > 1 ? `${shown} and ${cases - 1} more` : shown
}

/** Errors against float64, for the cases that have a truth.npz. */
function accuracy(): string {
  if (compared.length === 0) return ''
  const larger = compared.filter(({ errors }) => errors && !isWithin(errors))
  const lines = larger.map(
    ({ folder, errors }) =>
      `| ${folder.name.slice(0, 60)} | ${errors?.ours.toExponential(1)} | ${errors?.keras.toExponential(1)} |`,
  )
  return `
## Accuracy

The largest error against Keras in float64, by the largest element, is no larger than that of Keras in float32, or than
half a unit in the last place, in ${compared.length - larger.length} of ${compared.length} cases (${((1 - larger.length / compared.length) * 100).toFixed(1)} %): all that Keras can answer in float64, see
\`tools/keras-fixtures/truth.py\`. Small layers are summed in float64 and rounded once; in the others both results are a
few roundings from the truth, and chance says whose are fewer: all within a few units in the last place. Cases that are
drawn afresh are compared by \`tools/keras-fixtures/accuracy.py\`, family by family.

| case | error | Keras's |
| --- | --- | --- |
${lines.join('\n')}
`
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
