import { formatShape, plural } from '@dotplus/inspect'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { GivenInput, InputSignature } from '../engine/protocol.ts'
import { during, engine, model, runResult, selectLayer, times } from '../state.ts'
import { InputView } from './input.tsx'
import { randomValues, sizesOf } from './input-values.ts'
import { TensorView } from './tensor.tsx'

/** Inputs of all kinds, a run, its outputs and the time of each layer. */
export function RunView(): JSX.Element | null {
  const opened = model.value
  const [given, setGiven] = useState<ReadonlyMap<string, GivenInput>>(new Map())
  const [precision, setPrecision] = useState<'exact' | 'fast'>('exact')
  const [threads, setThreads] = useState(1)
  if (!opened) return null
  const inputs = opened.inputs.map((signature) => given.get(signature.name) ?? initial(signature))
  const run = async (): Promise<void> => {
    const result = await during('Running', () =>
      engine.call('run', [inputs, { precision, threads }]),
    )
    if (result) runResult.value = result
  }
  const profile = async (): Promise<void> => {
    await run()
    if (!runResult.value) return
    const found = await during('Timing every layer', () => engine.call('profile', []))
    if (found) times.value = found
  }
  const result = runResult.value
  return (
    <article>
      <h2>Run</h2>
      {opened.inputs.map((signature, index) => (
        <InputView
          key={signature.name}
          signature={signature}
          given={inputs[index]!}
          onGiven={(input) => setGiven(new Map(given).set(signature.name, input))}
        />
      ))}
      <p class="row">
        <button type="button" class="primary" onClick={() => void run()}>
          Run
        </button>
        <button type="button" onClick={() => void profile()}>
          Time every layer
        </button>
        <label>
          Precision{' '}
          <select
            value={precision}
            onChange={(event) => setPrecision(event.currentTarget.value as 'exact' | 'fast')}
          >
            <option value="exact">exact</option>
            <option value="fast">fast</option>
          </select>
        </label>
        <label>
          Threads{' '}
          <select
            value={threads}
            onChange={(event) => setThreads(Number(event.currentTarget.value))}
          >
            {threadCounts().map((count) => (
              <option key={count}>{count}</option>
            ))}
          </select>
        </label>
      </p>
      {result && (
        <section class="result" aria-live="polite">
          <p class="muted">
            {result.milliseconds.toFixed(2)} ms, {result.precision},{' '}
            {plural(result.threads, 'thread')}; SHA-256 of the outputs <code>{result.hash}</code>
          </p>
          {result.notes.map((note) => (
            <p key={note} class="muted">
              {note}
            </p>
          ))}
          {result.outputs.map((tensor) => (
            <TensorView key={tensor.name} tensor={tensor} />
          ))}
        </section>
      )}
      {result && times.value.length > 0 && <Times />}
    </article>
  )
}

/** 1, 2, 4, … up to what the machine has. */
function threadCounts(): number[] {
  const counts = [1]
  for (let count = 2; count <= Math.min(16, navigator.hardwareConcurrency); count *= 2)
    counts.push(count)
  return counts
}

/** The time of each layer, the slowest first; the graph shows the same in colour. */
function Times(): JSX.Element {
  const sorted = times.value.toSorted((a, b) => b.milliseconds - a.milliseconds)
  const total = sorted.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Time of each layer">
      <table>
        <caption>Time of each layer, {total.toFixed(2)} ms together</caption>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col" class="number">
              ms
            </th>
            <th scope="col" class="number">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ layer, milliseconds }) => (
            <tr key={layer}>
              <td>
                <button type="button" class="link" onClick={() => void selectLayer(layer)}>
                  {layer}
                </button>
              </td>
              <td class="number">{milliseconds.toFixed(3)}</td>
              <td class="number">{((milliseconds / total) * 100).toFixed(1)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function initial(signature: InputSignature): GivenInput {
  return { kind: 'values', values: randomValues(signature), shape: sizesOf(signature) }
}

export function signatureText({ name, shape, dtype }: InputSignature): string {
  return `${name} ${formatShape(shape)} ${dtype}`
}
