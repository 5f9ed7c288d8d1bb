import { unlinkSync } from 'node:fs'

const fatalSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Removes the files named when a signal ends the process. Answers with a function that stops watching. */
export function removeOnSignal(files: { keys(): Iterable<string> }): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    release()
    for (const path of files.keys()) {
      try {
        unlinkSync(path)
      } catch {
        // Not created yet, or renamed already.
      }
    }
    // Ends as the signal would have: the caller's shell sees which one it was.
    process.kill(process.pid, signal)
  }
  const release = (): void => {
    for (const signal of fatalSignals) process.off(signal, onSignal)
  }
  for (const signal of fatalSignals) process.on(signal, onSignal)
  return release
}
