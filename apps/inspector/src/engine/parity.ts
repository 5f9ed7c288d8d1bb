import type { InputValue, LoadedModel, Prediction } from '@dotplus/browser'
import { addCase, readCases, sourceFromBlob } from '@dotplus/converter'
import {
  compare,
  embeddedCases,
  expectedValues,
  firstDivergingLayer,
  inputTensor,
  namedOutputs,
  toleranceOf,
  ulpDistance,
  type RecordedCase,
  type Tolerance,
} from '@dotplus/inspect'
import type { Session } from './open.ts'
import type { ParityResult } from './protocol.ts'

const shownPoints = 4000

/** Replays recorded cases, those inside the model or those of an `io.npz`, and compares value by value. */
export async function compareWithKeras(
  session: Session,
  file: File | undefined,
): Promise<ParityResult[]> {
  const model = await session.loaded('exact')
  const holder = file
    ? { ...session.model, cases: [], tensors: [...session.model.tensors] }
    : session.model
  if (file) addCase(holder, await readCases(sourceFromBlob(file, file.name)))
  return embeddedCases(holder).map((entry) => replay(model, entry, toleranceOf(session.model)))
}

function replay(
  model: LoadedModel<Prediction>,
  recorded: RecordedCase,
  ofModel: Tolerance,
): ParityResult {
  const tolerance = { ...ofModel, ...recorded.tolerance }
  const points: { keras: number; ours: number }[] = []
  const distances: number[] = []
  let reason: string | undefined
  let [maxAbs, maxUlp, compared] = [0, 0, 0]
  model.resetState()
  for (const { inputs, outputs } of recorded.calls) {
    const given = inputs.map((array, k) => inputTensor(array, `in${k}`)) as InputValue[]
    const actual = namedOutputs(model, model.predict(given))
    for (const [k, array] of outputs.entries()) {
      const keras = expectedValues(array, `out${k}`)
      const ours = actual[k]
      if (!ours) throw new RangeError(`output ${k} is missing`)
      const difference = compare(ours, keras, tolerance)
      if (!difference.ok) reason ??= `output ${ours.name}: ${difference.reason}`
      maxAbs = Math.max(maxAbs, difference.maxAbs)
      maxUlp = Math.max(maxUlp, difference.maxUlp)
      for (let i = 0; i < keras.data.length; i++) {
        const pair = { keras: Number(keras.data[i]), ours: Number(ours.data[i]) }
        compared++
        if (!Number.isFinite(pair.keras) || !Number.isFinite(pair.ours)) continue
        points.push(pair)
        distances.push(ulpDistance(pair.keras, pair.ours, 'float32'))
      }
    }
  }
  return {
    name: recorded.name,
    ok: reason === undefined,
    reason,
    compared,
    maxAbs,
    maxUlp,
    points: evenly(points),
    ulps: histogram(distances),
    divergesAt: firstDivergingLayer(model, recorded, tolerance)?.layer,
    checkpoints: recorded.checkpoints.length,
  }
}

function evenly<Item>(items: readonly Item[]): Item[] {
  const step = Math.ceil(items.length / shownPoints)
  return step <= 1 ? [...items] : items.filter((_, k) => k % step === 0)
}

/** Counts of 0, 1, 2, 3–4, 5–8, … units in the last place. */
function histogram(distances: readonly number[]): ParityResult['ulps'] {
  const counts = new Map<number, number>()
  for (const distance of distances) {
    const bin = distance <= 2 ? distance : 2 ** Math.ceil(Math.log2(distance))
    counts.set(bin, (counts.get(bin) ?? 0) + 1)
  }
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([bin, count]) => ({ label: bin <= 2 ? `${bin}` : `${bin / 2 + 1}–${bin}`, count }))
}
