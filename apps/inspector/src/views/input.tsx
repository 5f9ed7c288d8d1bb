import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { GivenInput, InputSignature } from '../engine/protocol.ts'
import { ImageInput } from './image-input.tsx'
import { randomValues, sizesOf } from './input-values.ts'
import { signatureText } from './run.tsx'

/** Up to this many values are typed or slid one by one. */
const [gridSize, sliderCount] = [64, 8]

interface InputProps {
  readonly signature: InputSignature
  readonly given: GivenInput
  readonly onGiven: (input: GivenInput) => void
}

/** One input: numbers by hand, an array from a file, or an image. */
export function InputView(props: InputProps): JSX.Element {
  const { signature, given, onGiven } = props
  const file = useRef<HTMLInputElement>(null)
  const shape = sizesOf(signature)
  const isImage =
    shape.length === 4 && [1, 3].includes(shape[3] ?? 0) && signature.dtype === 'float32'
  return (
    <fieldset
      class="takes-files"
      onDrop={(event) => {
        event.preventDefault()
        const [dropped] = event.dataTransfer?.files ?? []
        if (dropped) onGiven({ kind: 'file', file: dropped })
      }}
    >
      <legend>{signatureText(signature)}</legend>
      {given.kind === 'file' ? (
        <p>
          from <strong>{given.file.name}</strong>{' '}
          <button type="button" class="link" onClick={() => onGiven(fresh(signature, 1))}>
            by hand
          </button>
        </p>
      ) : (
        <Values {...props} given={given} />
      )}
      <p class="row">
        <button type="button" onClick={() => file.current?.click()}>
          From a file (.npy, .npz, .csv)
        </button>
        <button type="button" onClick={() => onGiven(fresh(signature, Date.now()))}>
          Random
        </button>
        <input
          ref={file}
          type="file"
          accept=".npy,.npz,.csv"
          hidden
          aria-label={`File for ${signature.name}`}
          onChange={(event) => {
            const [chosen] = event.currentTarget.files ?? []
            if (chosen) onGiven({ kind: 'file', file: chosen })
          }}
        />
      </p>
      {isImage && <ImageInput shape={shape} onGiven={onGiven} />}
    </fieldset>
  )
}

function fresh(signature: InputSignature, seed: number): GivenInput {
  return { kind: 'values', values: randomValues(signature, seed), shape: sizesOf(signature) }
}

function Values({
  signature,
  given,
  onGiven,
}: InputProps & { given: Extract<GivenInput, { kind: 'values' }> }): JSX.Element {
  const { values, shape } = given
  const change = (index: number, value: number | string): void =>
    onGiven({ kind: 'values', shape, values: values.with(index, value) })
  if (values.length > gridSize) {
    return <p class="muted">{values.length.toLocaleString('en')} values</p>
  }
  const isText = signature.dtype === 'string'
  return (
    <div class="grid">
      {values.map((value, index) => (
        <label key={index}>
          <span class="muted">{index}</span>
          {isText ? (
            <input
              value={value}
              aria-label={`${signature.name} ${index}`}
              onInput={(event) => change(index, event.currentTarget.value)}
            />
          ) : (
            <input
              type="number"
              step="any"
              value={value}
              aria-label={`${signature.name} ${index}`}
              onInput={(event) => change(index, Number(event.currentTarget.value))}
            />
          )}
          {!isText && values.length <= sliderCount && (
            <input
              type="range"
              min={-3}
              max={3}
              step={0.01}
              value={value}
              aria-label={`${signature.name} ${index}, slider`}
              onInput={(event) => change(index, Number(event.currentTarget.value))}
            />
          )}
        </label>
      ))}
    </div>
  )
}
