import { formatShape } from '@dotplus/inspect'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { GivenInput, InputSignature } from '../engine/protocol.ts'
import { during, engine, model, runResult, times } from '../state.ts'
import { InputView } from './input.tsx'
import { randomValues, sizesOf } from './input-values.ts'
import { TensorView } from './tensor.tsx'

/** Inputs of all kinds, a run, its outputs and the time of each layer. */
export function RunView(): JSX.Element | null {
  const opened = model.value
  const [given, setGiven] = useState<ReadonlyMap<string, GivenInput>>(new Map())
  const [precision, setPrecision] = useState<'exact' | 'fast'>('exact')
  if (!opened) return null
  const inputs = opened.inputs.map((signature) => given.get(signature.name) ?? initial(signature))
  const run = async (): Promise<void> => {
    const result = await during('Running', () => engine.call('run', [inputs, precision]))
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
      <p>
        <button type="button" class="primary" onClick={() => void run()}>
          Run
        </button>{' '}
        <button type="button" onClick={() => void profile()}>
          Time every layer
        </button>{' '}
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
      </p>
      {result && (
        <section class="result" aria-live="polite">
          <p class="muted">
            {result.milliseconds.toFixed(2)} ms, {result.precision}; SHA-256 of the outputs{' '}
            <code>{result.hash}</code>
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
    </article>
  )
}

function initial(signature: InputSignature): GivenInput {
  return { kind: 'values', values: randomValues(signature), shape: sizesOf(signature) }
}

export function signatureText({ name, shape, dtype }: InputSignature): string {
  return `${name} ${formatShape(shape)} ${dtype}`
}
