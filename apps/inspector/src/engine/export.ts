import { modelFiles, writeNpy } from '@dotplus/converter'
import type { Model } from '@dotplus/core'
import { drawGraph, summaryMarkdown } from '@dotplus/inspect'
import { graphLayout } from './graph.ts'
import type { Session } from './open.ts'
import type { ExportedFile, ExportKind } from './protocol.ts'

/** A file for the user to keep. */
export async function exportFile(
  session: Session,
  kind: ExportKind,
  unfolded: readonly string[],
  tensor: number | undefined,
): Promise<ExportedFile> {
  const { model, opened } = session
  const stem = opened.fileName.replace(/\.[^.]*$/, '') || 'model'
  const text = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content)
  switch (kind) {
    case 'dotplus':
    case 'dotplus-f16':
      return {
        name: `${stem}.dotplus`,
        type: 'application/octet-stream',
        bytes: await oneFile(model, `${stem}.dotplus`, kind === 'dotplus-f16' ? 'f16' : 'f32'),
      }
    case 'summary':
      return {
        name: `${stem}.md`,
        type: 'text/markdown',
        bytes: text(summaryMarkdown(opened.summary)),
      }
    case 'svg':
      return {
        name: `${stem}.svg`,
        type: 'image/svg+xml',
        bytes: text(drawGraph(graphLayout(session, unfolded))),
      }
    case 'npy': {
      const stored = model.tensors[tensor ?? -1]
      if (!stored) throw new RangeError('no such tensor')
      const array = {
        dtype: stored.dtype ?? 'float32',
        shape: stored.shape,
        data: stored.data,
      } as const
      return {
        name: `${(stored.name || `tensor-${tensor}`).replaceAll(/[^\w.-]+/g, '_')}.npy`,
        type: 'application/octet-stream',
        bytes: Uint8Array.from(writeNpy(array)),
      }
    }
  }
}

async function oneFile(
  model: Model,
  name: string,
  weights: 'f32' | 'f16',
): Promise<Uint8Array<ArrayBuffer>> {
  const read = async (index: number): Promise<Uint8Array> =>
    model.tensors[index]?.data ?? new Uint8Array(0)
  const parts: Uint8Array<ArrayBuffer>[] = []
  for await (const file of modelFiles({ model, read }, { name, weights, shardSize: Infinity })) {
    for await (const piece of file.pieces) parts.push(Uint8Array.from(piece))
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}
