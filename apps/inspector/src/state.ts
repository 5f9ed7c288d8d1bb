import { computed, signal } from '@preact/signals'
import type { GraphLayout } from '@dotplus/inspect'
import { EngineClient, EngineError } from './engine/client.ts'
import type {
  LayerDetail,
  LayerTime,
  OpenedModel,
  ParityResult,
  Problem,
  RunResult,
} from './engine/protocol.ts'

export type Tab = 'layer' | 'run' | 'parity' | 'export'

export const engine: EngineClient = new EngineClient()
export const model = signal<OpenedModel | undefined>(undefined)
export const layout = signal<GraphLayout | undefined>(undefined)
export const unfolded = signal<readonly string[]>([])
export const selected = signal<string | undefined>(undefined)
export const detail = signal<LayerDetail | undefined>(undefined)
export const tab = signal<Tab>('layer')
export const problems = signal<readonly Problem[]>([])
/** What is going on, with its share where that is known; undefined when idle. */
export const busy = signal<
  { readonly text: string; readonly share: number | undefined } | undefined
>(undefined)
export const search = signal('')
export const runResult = signal<RunResult | undefined>(undefined)
export const times = signal<readonly LayerTime[]>([])
export const parity = signal<readonly ParityResult[]>([])
/** What was last dropped, to be opened again with more said about it. */
export const lastFiles = signal<readonly File[]>([])

/** Share of the slowest layer, by layer; a nested model takes what its layers take together. */
export const heat = computed<ReadonlyMap<string, number>>(() => {
  const sums = new Map<string, number>()
  for (const { layer, milliseconds } of times.value) {
    for (let end = layer.length; end > 0; end = layer.lastIndexOf('/', end - 1)) {
      const name = layer.slice(0, end)
      sums.set(name, (sums.get(name) ?? 0) + milliseconds)
    }
  }
  const slowest = Math.max(0, ...sums.values())
  if (slowest === 0) return new Map()
  return new Map([...sums].map(([name, sum]) => [name, sum / slowest]))
})

/** Runs something that may take a while; what goes wrong becomes the list of problems. */
export async function during<Result>(
  text: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<Result>,
): Promise<Result | undefined> {
  busy.value = { text, share: undefined }
  problems.value = []
  try {
    return await work(
      (done, total) => (busy.value = { text, share: total > 0 ? done / total : undefined }),
    )
  } catch (error) {
    if (error instanceof EngineError) problems.value = error.problems
    else if (!(error instanceof DOMException && error.name === 'AbortError')) {
      problems.value = [
        { message: error instanceof Error ? error.message : String(error), layer: undefined },
      ]
    }
    return undefined
  } finally {
    busy.value = undefined
  }
}

export async function openModel(
  files: readonly File[],
  options: { dense?: string; inputShape?: (number | null)[] } = {},
): Promise<void> {
  lastFiles.value = files
  const names = files.map(({ name }) => name).join(', ')
  const opened = await during(`Reading ${names}`, (onProgress) =>
    engine.call('open', [files, options], onProgress),
  )
  if (!opened) {
    close()
    return
  }
  close()
  model.value = opened
  problems.value = opened.problems
  unfolded.value = []
  await placeNodes()
}

function close(): void {
  model.value = undefined
  layout.value = undefined
  selected.value = undefined
  detail.value = undefined
  runResult.value = undefined
  times.value = []
  parity.value = []
  search.value = ''
}

/** Back to the first screen. */
export function closeModel(): void {
  close()
  problems.value = []
}

export function cancel(): void {
  engine.cancel()
}

async function placeNodes(): Promise<void> {
  layout.value = await engine.call('layout', [unfolded.value])
}

export async function toggleNested(name: string): Promise<void> {
  const isOpen = unfolded.value.includes(name)
  unfolded.value = isOpen
    ? unfolded.value.filter((other) => other !== name)
    : [...unfolded.value, name]
  await placeNodes()
}

export async function selectLayer(name: string | undefined): Promise<void> {
  selected.value = name
  if (name === undefined) {
    detail.value = undefined
    return
  }
  tab.value = 'layer'
  const found = await engine.call('layer', [name])
  if (selected.value === name) detail.value = found
}

/** Gives a file that the engine makes to the user. */
export async function save(...args: Parameters<typeof exportCall>): Promise<void> {
  const file = await during('Writing the file', () => exportCall(...args))
  if (!file) return
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([file.bytes], { type: file.type }))
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function exportCall(
  kind: 'dotplus' | 'dotplus-f16' | 'summary' | 'svg' | 'npy',
  tensor?: number,
): ReturnType<typeof engine.call<'export'>> {
  return engine.call('export', [kind, unfolded.value, tensor])
}
