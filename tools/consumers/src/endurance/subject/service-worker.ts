// Runs as a service worker: answers every message with what the large model computes.
import { load } from '@dotplus/browser'

async function compute(): Promise<{ sum?: number; error?: string }> {
  try {
    const model = await load('large.dotplus')
    const { data } = model.predict(new Float32Array(1024).fill(0.5))
    model.dispose()
    return { sum: data.reduce((a, b) => a + b, 0) }
  } catch (error) {
    return { error: String(error) }
  }
}

globalThis.addEventListener('message', ({ source }) => {
  void compute().then((answer) => source?.postMessage(answer, {}))
})
