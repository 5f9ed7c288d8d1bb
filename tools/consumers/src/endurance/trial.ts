/** One thing that must hold. */
export interface Trial {
  readonly name: string
  /** Answers with what was seen, in a few words; throws when it does not hold. */
  run(): Promise<string>
}

/** Runs trials one after the other, prints a line for each, and answers with how many failed. */
export async function runTrials(
  trials: Iterable<Trial> | AsyncIterable<Trial>,
  print: (line: string) => void,
): Promise<number> {
  let failed = 0
  for await (const { name, run } of trials) {
    const start = performance.now()
    try {
      const seen = await run()
      print(`✓ ${name}: ${seen}  (${((performance.now() - start) / 1000).toFixed(1)} s)`)
    } catch (error) {
      failed += 1
      print(`✗ ${name}\n    ${String(error).replaceAll('\n', '\n    ')}`)
    }
  }
  return failed
}
