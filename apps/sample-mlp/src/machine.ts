import { cpus } from 'node:os'

/** "AMD EPYC 9R14, 2 cores". */
export function thisMachine(): string {
  const processors = cpus()
  // "AMD EPYC 9R14 96-Core Processor" is about the part sold, not about this machine.
  const name = (processors[0]?.model ?? 'unknown CPU')
    .replace(/ \d+-Core Processor| with .*$| CPU @ .*$/g, '')
    .trim()
  return `${name}, ${processors.length} ${processors.length === 1 ? 'core' : 'cores'}`
}
