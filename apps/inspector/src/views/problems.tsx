import type { JSX } from 'preact'
import { layout, problems, selectLayer } from '../state.ts'

/** What is wrong, a line each; a line that names a layer of the graph leads to it. */
export function ProblemList(): JSX.Element {
  const inGraph = new Set(layout.value?.nodes.map(({ name }) => name))
  return (
    <div class="problems" role="alert">
      <h2>
        {problems.value.length === 1
          ? 'This is in the way'
          : `${problems.value.length} things are in the way`}
      </h2>
      <ul>
        {problems.value.map(({ message, layer }) => (
          <li key={message}>
            {message}
            {layer !== undefined && inGraph.has(layer) && (
              <button type="button" class="link" onClick={() => void selectLayer(layer)}>
                show {layer}
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
