import type { LoadedModel, Prediction } from '@dotplus/browser'
import { addCase, readCases, sourceFromBlob } from '@dotplus/converter'
import {
  embeddedCases,
  replayCase,
  toleranceOf,
  ulpDistance,
  type RecordedCase,
  type ReplayedOutput,
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
  const model = await session.loaded()
  const holder = file
    ? { ...session.model, cases: [], tensors: [...session.model.tensors] }
    : session.model
  if (file) addCase(holder, await readCases(sourceFromBlob(file, file.name)))
  return embeddedCases(holder).map((entry) => parityOf(model, entry, toleranceOf(session.model)))
}

function parityOf(
  model: LoadedModel<Prediction>,
  recorded: RecordedCase,
  ofModel: Tolerance,
): ParityResult {
  const points: { keras: number; ours: number }[] = []
  const distances: number[] = []
  let compared = 0
  const tolerance = { ...ofModel, ...recorded.tolerance }
  const onOutput = ({ output, expected, format }: ReplayedOutput): void => {
    const count = Math.min(expected.data.length, output.data.length)
    compared += count
    for (let i = 0; i < count; i++) {
      const pair = { keras: Number(expected.data[i]), ours: Number(output.data[i]) }
      if (!Number.isFinite(pair.keras) || !Number.isFinite(pair.ours)) continue
      points.push(pair)
      distances.push(ulpDistance(pair.keras, pair.ours, format))
    }
  }
  const replaying = { onOutput, everyCheckpoint: true }
  const result = replayCase(model, recorded, tolerance, replaying)
  const { name, ok, reason, maxAbs, maxUlp, diverging, checkpoints } = result
  return {
    name,
    ok,
    reason,
    compared,
    maxAbs,
    maxUlp,
    points: evenly(points),
    ulps: histogram(distances),
    divergesAt: diverging?.layer,
    checkpoints,
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
