// Errors against float64: node accuracy.js [FOLDER…] → for each folder how many cases have an error no larger than Keras's
// own, then the others. Cases need a truth.npz, see tools/keras-fixtures/truth.py and accuracy.py.
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
for (const collection of collections) {
  let [count, within] = [0, 0]
  for await (const { folder, errors } of caseResults([collection])) {
    if (!errors) continue
    count++
    if (isWithin(errors)) within++
    else
      larger.push(
        `${folder.collection}/${folder.name}: ${errors.ours.toExponential(2)}, Keras ${errors.keras.toExponential(2)}`,
      )
  }
  const share = ((100 * within) / Math.max(count, 1)).toFixed(1)
  console.log(
    `${collection.name}: ${within} of ${count} cases (${share} %) have an error no larger than Keras's own`,
  )
}
for (const line of larger) console.log(`  ${line}`)
