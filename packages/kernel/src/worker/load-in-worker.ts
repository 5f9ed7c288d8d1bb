import { RuntimeError } from '@dotplus/core'

import type { InstantiateOptions } from '../load.ts'
import type { Prediction } from '../model/tensor.ts'
import type { Adapter, LoadOptions } from './adapter.ts'
import { Channel } from './channel.ts'
import { WorkerModel, type Restart } from './client.ts'
import type { Port } from './port.ts'
import type { Progress } from './progress.ts'
import type { Description, Given, SentAddress } from './protocol.ts'
import { readModel, unlessAborted } from './read-model.ts'
import type { Files, Located, ModelSource } from './source.ts'

/** A model that is ready in a worker. */
interface Started {
  readonly channel: Channel
  readonly description: Description
}

/** What a worker is started with: where it reads the model, or one that has been read. */
interface WorkerStart {
  readonly given: Given
  readonly options: InstantiateOptions
  /** Buffers of the model's tensors that may move to the worker. */
  readonly transfer: readonly ArrayBuffer[]
}

/**
 * Makes a model ready in a worker.
 *
 * @param signal ends the worker when aborted before the model is ready
 */
async function start(
  port: Port,
  { given, options, transfer }: WorkerStart,
  wayOut: string,
  signal?: AbortSignal,
  onProgress?: (progress: Progress) => void,
): Promise<Started> {
  const channel = new Channel(port, wayOut)
  const aborted = new RuntimeError('loading was aborted')
  const abort = (): void => channel.end(signal?.reason as Error, aborted)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const loading = channel.call('load', { given, options }, [...transfer], onProgress)
    return { channel, description: await loading }
  } catch (error) {
    channel.end(aborted, aborted)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** True for sources that can be read more than once. */
function isLasting(source: object): boolean {
  return !('headers' in source || 'getReader' in source || Symbol.asyncIterator in source)
}

/** An address as a message holds it. */
function sent({ located, file }: Located): SentAddress {
  return typeof located === 'string' ? { path: located, file } : { href: located.href, file }
}

/**
 * Loads a model into a worker. A file at an address is read there, so that neither its arrival nor its checks keep this
 * thread from its work; of other sources the bytes move there.
 *
 * @param settings the options that are plain data, which the worker gets too
 */
export async function loadInWorker<Start, More>(
  adapter: Adapter<Start, More>,
  files: Files,
  source: Exclude<ModelSource, string | URL> | Located,
  { onProgress, signal, worker }: LoadOptions<Start | boolean>,
  settings: InstantiateOptions,
): Promise<WorkerModel<Prediction>> {
  // Loading again in the place of a worker that is gone is nobody's to hear of or to stop.
  const next = async (
    report?: (progress: Progress) => void,
    stop?: AbortSignal,
  ): Promise<WorkerStart> => {
    if ('located' in source) return { given: sent(source), options: settings, transfer: [] }
    const reading = readModel(source, files, report, stop, true)
    const { model, file, buffers } = await unlessAborted(reading, stop)
    return { given: { model }, options: { ...settings, file }, transfer: buffers }
  }
  const canRestart = worker === true && isLasting(source)
  const wayOut = canRestart ? 'The next call starts another worker' : 'Load the model again'
  const startWorker = (): Port => {
    if (adapter.startWorker) return adapter.startWorker(worker as Start | true)
    throw new RuntimeError('this runtime has no workers')
  }
  const first = await next(onProgress, signal)
  signal?.throwIfAborted()
  const { channel, description } = await start(startWorker(), first, wayOut, signal, onProgress)
  const restart: Restart = async () => (await start(startWorker(), await next(), wayOut)).channel
  return new WorkerModel(channel, description, canRestart ? restart : undefined)
}
