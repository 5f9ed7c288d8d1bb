import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { GivenInput } from '../engine/protocol.ts'

/** What becomes of a byte of an image. */
const recipes = {
  'as it is, 0 … 255': (value: number) => value,
  '÷ 255, 0 … 1': (value: number) => value / 255,
  '÷ 127.5 − 1, −1 … 1': (value: number) => value / 127.5 - 1,
  '1 − ÷ 255, dark on light': (value: number) => 1 - value / 255,
} as const
type Recipe = keyof typeof recipes

/** An image, resized to the input and normalised by a recipe that can be seen. */
export function ImageInput({
  shape,
  onGiven,
}: {
  shape: readonly number[]
  onGiven: (input: GivenInput) => void
}): JSX.Element {
  const file = useRef<HTMLInputElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [recipe, setRecipe] = useState<Recipe>('÷ 127.5 − 1, −1 … 1')
  const [, height = 1, width = 1, channels = 3] = shape
  const [isGiven, setIsGiven] = useState(false)
  const [problem, setProblem] = useState<string | undefined>(undefined)
  const take = async (image: File): Promise<void> => {
    const context = canvas.current?.getContext('2d', { willReadFrequently: true })
    if (!context) return
    try {
      const bitmap = await createImageBitmap(image)
      context.clearRect(0, 0, width, height)
      context.drawImage(bitmap, 0, 0, width, height)
    } catch {
      setProblem(`${image.name}: not an image that this browser reads`)
      return
    }
    setProblem(undefined)
    setIsGiven(true)
    give(context, recipe)
  }
  const give = (context: CanvasRenderingContext2D, chosen: Recipe): void => {
    const { data } = context.getImageData(0, 0, width, height)
    const values: number[] = []
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3)
      const pixel =
        channels === 1 ? [0.299 * red + 0.587 * green + 0.114 * blue] : [red, green, blue]
      for (const value of pixel) values.push(recipes[chosen](value))
    }
    onGiven({ kind: 'values', values, shape: [1, height, width, channels] })
  }
  return (
    <div class="image-input">
      <canvas
        ref={canvas}
        hidden={!isGiven}
        width={width}
        height={height}
        role="img"
        aria-label="The image as the model gets it"
      />
      <div>
        <button type="button" onClick={() => file.current?.click()}>
          From an image
        </button>
        <input
          ref={file}
          type="file"
          accept="image/*"
          hidden
          aria-label="Image"
          onChange={(event) => {
            const [chosen] = event.currentTarget.files ?? []
            if (chosen) void take(chosen)
          }}
        />
        <p>
          <label>
            resized to {height}×{width}, then{' '}
            <select
              value={recipe}
              onChange={(event) => {
                const chosen = event.currentTarget.value as Recipe
                setRecipe(chosen)
                const context = canvas.current?.getContext('2d', { willReadFrequently: true })
                if (isGiven && context) give(context, chosen)
              }}
            >
              {Object.keys(recipes).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        </p>
        {problem !== undefined && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
      </div>
    </div>
  )
}
