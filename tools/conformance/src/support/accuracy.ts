// Errors against float64: node accuracy.js [FOLDER…] → how many cases have an error no larger than Keras's own, and the
// others. Cases need a truth.npz, see tools/keras-fixtures/truth.py.
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { caseResults, isWithin } from './case-results.ts'

const fixtures = fileURLToPath(new URL('../../../../test-fixtures', import.meta.url))
const folders = process.argv.slice(2).map((folder) => resolve(folder))
const collections = (folders.length > 0 ? folders : [fixtures]).map((folder) => ({
  name: basename(folder),
  folder,
}))
const larger: string[] = []
let [count, within] = [0, 0]
for await (const { folder, errors } of caseResults(collections)) {
  if (!errors) continue
  count++
  if (isWithin(errors)) within++
  else
    larger.push(
      `${folder.collection}/${folder.name}: ${errors.ours.toExponential(2)}, Keras ${errors.keras.toExponential(2)}`,
    )
}
console.log(`${within} of ${count} cases have an error no larger than Keras's own`)
for (const line of larger) console.log(`  ${line}`)
