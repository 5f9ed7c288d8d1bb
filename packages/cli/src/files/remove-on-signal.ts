import { rmSync } from 'node:fs'

const fatalSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Removes the files and folders named when a signal ends the process, such as Ctrl-C; they need not exist. Answers with a
 * function that stops watching.
 */
export function removeOnSignal(paths: { keys(): Iterable<string> }): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    release()
    for (const path of paths.keys()) {
      try {
        rmSync(path, { recursive: true, force: true })
      } catch {
        // What cannot be removed must not keep the process from ending.
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
