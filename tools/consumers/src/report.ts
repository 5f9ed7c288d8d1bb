import type { Finding } from './bench.ts'
import type { Hashes } from './program.ts'

/** @throws {Error} naming the first place that computed other bits than Node with the packages of this repository */
export function checkFindings(findings: readonly Finding[], expected: Hashes): void {
  for (const { where, hashes } of findings) {
    for (const name of ['mlp', 'mobilenetv2'] as const) {
      if (hashes[name] !== expected[name]) {
        throw new Error(`${where}: ${name}: expected ${expected[name]}, got ${hashes[name]}`)
      }
    }
  }
}

/** "✓ Vite, worker: true  12.3 s" and what was computed where. */
export function describe(name: string, findings: readonly Finding[], seconds: number): string {
  const lines = findings.map(
    ({ where, hashes }) =>
      `    ${where}: sample MLP ${hashes.mlp}, MobileNetV2 ${hashes.mobilenetv2}`,
  )
  return [`✓ ${name}  ${seconds.toFixed(1)} s`, ...lines].join('\n')
}
