// Writes CSV rows for the sample network to stdout, as many as asked for: node make-rows.mjs 5000000 > rows.csv
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readNpyArray } from '@dotplus/converter'

const count = Number(process.argv[2])
if (!Number.isSafeInteger(count) || count < 1) {
  process.stderr.write('make-rows.mjs: expected a number of rows\n')
  process.exit(2)
}
const file = new URL('../../../test-fixtures/sample-mlp/X_validation.npy', import.meta.url)
const { data, shape } = readNpyArray(readFileSync(file), 'X_validation.npy')
const values = new Float32Array(Uint8Array.from(data).buffer)
const [rows, width] = shape
// Nine digits are enough for a float32 to come back.
const lines = Array.from({ length: rows }, (_, row) =>
  [...values.subarray(row * width, (row + 1) * width)].map((value) => value.toPrecision(9)).join(),
)
process.stdout.write('x1,x2,x3,x4\n')
for (let done = 0; done < count; done += rows) {
  const text = `${lines.slice(0, count - done).join('\n')}\n`
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
