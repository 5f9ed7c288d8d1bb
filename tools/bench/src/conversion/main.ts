#!/usr/bin/env node
/**
 * How long conversion takes, from the file to the bytes of the `.dotplus` file, in Node and in Chromium, beside
 * `keras.models.load_model`.
 *
 *   node tools/bench/dist/conversion/main.js FOLDER     (made by tools/keras-fixtures/conversion_models.py)
 */
import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { convertInChromium } from '@dotplus/conformance/runtimes/chromium/convert-files'

const runs = 3
const inNode = fileURLToPath(new URL('./in-node.js', import.meta.url))

interface Timing {
  readonly milliseconds: readonly number[]
  readonly sha256: string
}

interface LoadTimes {
  readonly keras: string
  readonly seconds: Readonly<Record<string, number>>
}

async function convertInNode(file: string): Promise<Timing> {
  const { stdout } = await promisify(execFile)(process.execPath, [inNode, file, String(runs)])
  return JSON.parse(stdout) as Timing
}

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: node tools/bench/dist/conversion/main.js FOLDER')
  process.exit(2)
}
const names = (await readdir(folder)).filter((name) => /\.(keras|h5)$/.test(name)).toSorted()
const files = names.map((name) => path.join(folder, name))
const { keras, seconds } = JSON.parse(
  await readFile(path.join(folder, 'load-model.json'), 'utf8'),
) as LoadTimes

const node: Timing[] = []
for (const file of files) node.push(await convertInNode(file))
const chromium = await convertInChromium(
  files.map((file) => [file]),
  runs,
)

console.log(
  `Seconds; first run of a process / best of ${runs}. Keras ${keras}, Node ${process.version}.\n`,
)
console.log('| file | MB | keras.models.load_model | Node | Chromium | same bytes |')
console.log('| --- | --: | --: | --: | --: | --- |')
for (const [index, name] of names.entries()) {
  const { size } = await stat(files[index] as string)
  const [here, page] = [node[index] as Timing, chromium[index] as Timing]
  const cells = [
    name,
    (size / 1e6).toFixed(1),
    seconds[name]?.toFixed(2) ?? '',
    firstAndBest(here),
    firstAndBest(page),
    here.sha256 === page.sha256 ? 'yes' : 'no',
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

function firstAndBest({ milliseconds }: Timing): string {
  const inSeconds = (value: number | undefined): string => ((value ?? NaN) / 1000).toFixed(2)
  return `${inSeconds(milliseconds[0])} / ${inSeconds(Math.min(...milliseconds))}`
}
