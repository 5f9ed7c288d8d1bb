#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine, machineLine } from '../machine.ts'
import { reasonOf } from '../measure/reason.ts'
import { runPython } from '../python.ts'
import { tableLines } from '../report/terminal.ts'
import { measureConversions } from './measure.ts'
import { conversionTable, explanation, overruns, writeIntoPage } from './report.ts'

const usage = `\
How long it takes from a Keras file to the bytes of a .dotplus file, in Node and in Chromium, beside keras.models.load_model.

  --runs N       processes and pages for each number (default: 5)
  --write-docs   also writes the table into docs/performance.md
  --help

The files are made by Keras on first use. Exits 1 where something takes longer than it may.`

const folder = fileURLToPath(new URL('../../.cache/conversion/', import.meta.url))
const page = fileURLToPath(new URL('../../../../docs/performance.md', import.meta.url))
const names = ['MobileNetV2.h5', 'MobileNetV2.keras', 'ResNet50.h5', 'ResNet50.keras']

try {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '5' },
      'write-docs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const runs = Number(values.runs)
  if (values.help) console.log(usage)
  else if (!Number.isSafeInteger(runs) || runs < 1)
    throw new TypeError(`--runs: expected a whole number from 1 on, got ${values.runs}`)
  else await bench(runs, values['write-docs'])
} catch (error) {
  console.error(reasonOf(error))
  process.exitCode = error instanceof TypeError ? 2 : 1
}

async function bench(runs: number, writeDocs: boolean): Promise<void> {
  runPython(['conversion_models.py', folder], console.error)
  const files = names.map((name) => folder + name)
  const times = await measureConversions(files, runs, console.error)
  const machine = describeMachine()
  console.log(
    [
      machineLine(machine),
      tableLines(conversionTable(times)).join('\n').trimStart(),
      explanation(times),
    ].join('\n\n'),
  )
  if (writeDocs) await writeIntoPage(page, machine, times)
  for (const overrun of overruns(times)) {
    console.error(overrun)
    process.exitCode = 1
  }
}
