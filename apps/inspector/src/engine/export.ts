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
  if (kind === 'npy') return npyFile(model, tensor ?? -1)
  if (kind === 'summary') {
    return textFile(`${stem}.md`, 'text/markdown', summaryMarkdown(opened.summary))
  }
  if (kind === 'svg') {
    return textFile(`${stem}.svg`, 'image/svg+xml', drawGraph(graphLayout(session, unfolded)))
  }
  const name = `${stem}.dotplus`
  const bytes = await oneFile(model, name, kind === 'dotplus-f16' ? 'f16' : 'f32')
  return { name, type: 'application/octet-stream', bytes }
}

function textFile(name: string, type: string, content: string): ExportedFile {
  return { name, type, bytes: new TextEncoder().encode(content) }
}

function npyFile(model: Model, tensor: number): ExportedFile {
  const stored = model.tensors[tensor]
  if (!stored) throw new RangeError('no such tensor')
  const { dtype = 'float32', shape, data, strings } = stored
  return {
    name: `${(stored.name || `tensor-${tensor}`).replaceAll(/[^\w.-]+/g, '_')}.npy`,
    type: 'application/octet-stream',
    bytes: Uint8Array.from(writeNpy({ dtype, shape, data, strings })),
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
