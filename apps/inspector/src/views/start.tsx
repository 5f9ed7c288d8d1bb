import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { lastFiles, openModel, problems } from '../state.ts'
import { samples } from '../samples.ts'
import { ProblemList } from './problems.tsx'

/** The first screen: a place to drop a model, samples, and what was wrong with the last file. */
export function StartView(): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  return (
    <main class="start">
      <h1>Look into a Keras model</h1>
      <p class="lead">
        See its graph and weights, run it, and compare every value with what Keras answered. Nothing
        leaves this page.
      </p>
      <button type="button" class="drop" onClick={() => input.current?.click()}>
        <strong>Drop a model here, or choose one</strong>
        <span>
          .keras · .h5 · model.json with .weights.h5 · .npz · .npy files · .dotplus with its parts
        </span>
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Model files"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])]
          event.currentTarget.value = ''
          if (files.length > 0) void openModel(files)
        }}
      />
      {problems.value.length > 0 && <ProblemList />}
      {problems.value.length > 0 && <MoreSaid />}
      <h2>Samples</h2>
      <ul class="samples">
        {samples.map((sample) => (
          <li key={sample.title}>
            <button
              type="button"
              onClick={() => void sample.files().then((files) => openModel(files))}
            >
              <strong>{sample.title}</strong>
              <span>{sample.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </main>
  )
}

/** What some files do not say themselves: the layers of bare arrays, the shape of an input. */
function MoreSaid(): JSX.Element {
  const [dense, setDense] = useState('')
  const [shape, setShape] = useState('')
  const again = (event: Event): void => {
    event.preventDefault()
    const inputShape = shape
      .split(',')
      .map((size) => size.trim())
      .filter((size) => size !== '')
      .map((size) => (/^none$/i.test(size) ? null : Number(size)))
    void openModel(lastFiles.value, {
      ...(dense ? { dense } : {}),
      ...(inputShape.length > 0 ? { inputShape } : {}),
    })
  }
  return (
    <form class="more" onSubmit={again}>
      <label>
        Activations of dense layers, for arrays without an architecture
        <input
          value={dense}
          placeholder="relu,relu,linear"
          onInput={(event) => setDense(event.currentTarget.value)}
        />
      </label>
      <label>
        Input shape, for models saved without one
        <input
          value={shape}
          placeholder="None,28,28,1"
          onInput={(event) => setShape(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Try again</button>
    </form>
  )
}
