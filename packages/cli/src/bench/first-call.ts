// Runs in a process of its own: `node first-call.js MODEL JSON` loads a model, calls it once and prints how many
// milliseconds that took from the first line on. JSON: the options of `load`, and the sizes of made inputs.
import { makeInputs } from './make-inputs.ts'

interface FirstCallSettings {
  readonly batch: number
  readonly free: number
  readonly precision: 'exact' | 'fast'
  readonly threads: number
}

const start = performance.now()
const [, , path = '', settings = '{}'] = process.argv
const { batch, free, ...options } = JSON.parse(settings) as FirstCallSettings
const { load } = await import('@dotplus/node')
const imported = performance.now()
const model = await load(path, options)
const loaded = performance.now()
const inputs = makeInputs(model.inputs, batch, free)
const ready = performance.now()
model.predict(inputs)
const called = performance.now()
model.dispose()
process.stdout.write(
  JSON.stringify({
    import: imported - start,
    load: loaded - imported,
    call: called - ready,
    total: called - ready + loaded - start,
  }),
)
