import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { model, save } from '../state.ts'
import { snippets, type Runtime } from './snippets.ts'

/** Files to keep, and the lines that run this very model. */
export function ExportView(): JSX.Element | null {
  const [half, setHalf] = useState(false)
  const [runtime, setRuntime] = useState<Runtime>('node')
  const opened = model.value
  if (!opened) return null
  return (
    <article>
      <h2>Export</h2>
      <p>
        <button
          type="button"
          class="primary"
          onClick={() => void save(half ? 'dotplus-f16' : 'dotplus')}
        >
          Model (.dotplus)
        </button>{' '}
        <label>
          <input
            type="checkbox"
            checked={half}
            onChange={(event) => setHalf(event.currentTarget.checked)}
          />{' '}
          weights as float16, half as large
        </label>
      </p>
      <p>
        <button type="button" onClick={() => void save('summary')}>
          Summary (.md)
        </button>{' '}
        <button type="button" onClick={() => void save('svg')}>
          Graph (.svg)
        </button>
      </p>
      <h3>Run it</h3>
      <label>
        Runtime{' '}
        <select
          value={runtime}
          onChange={(event) => setRuntime(event.currentTarget.value as Runtime)}
        >
          <option value="node">Node, Bun</option>
          <option value="browser">Browser</option>
          <option value="deno">Deno</option>
        </select>
      </label>
      <pre tabIndex={0} aria-label="Code">
        <code>{snippets(opened, runtime)}</code>
      </pre>
    </article>
  )
}
