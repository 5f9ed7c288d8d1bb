import { readFileSync } from 'node:fs'
import { RuntimeError } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { KernelMemory } from '../memory.ts'
import { explainTrap } from '../model/trap.ts'
import type { Plan } from '../plan/plan.ts'
import { programAt, recordBytes, writeActivation, writeDense } from '../program.ts'
import { activation } from './activations.ts'
import { writeGather } from '../sequence-records.ts'

const module = new WebAssembly.Module(
  readFileSync(new URL('../../dist/kernel-exact.wasm', import.meta.url)),
)
/** Beyond what a signed 32-bit address reaches; pages that nobody writes take no memory. */
const base = 2 ** 31 + 2 ** 20

describe('a memory of more than 2 GiB', () => {
  const memory = new KernelMemory(module)
  memory.reserve(base + 2 ** 20)
  const { buffer } = memory.memory
  const [x, y, weights, table] = [1, 2, 3, 4].map((i) => base + i * 2 ** 16) as [
    number,
    number,
    number,
    number,
  ]

  it('holds records, weights and tensors of a product', () => {
    const [rows, inner, units] = [3, 20, 9]
    memory.f32.set(
      Float32Array.from({ length: inner * units }, (_, i) => i % 5),
      table >>> 2,
    )
    memory.f32.fill(0.5, x >>> 2, (x >>> 2) + rows * inner)
    memory.exports.packDense(inner, units, 0, inner, table, 0, 0, weights)
    const program = programAt(buffer, base, 2)
    writeDense(program, 0, { rows, inner, units, x, weights, y })
    writeActivation(program, 1, { rows, width: units, x: y, y, activation: activation('relu') })
    memory.exports.run(base, 2)
    const expected = Array.from({ length: units }, (_, n) => {
      let sum = 0
      for (let k = 0; k < inner; k++) sum += 0.5 * ((k * units + n) % 5)
      return sum
    })
    const at = y >>> 2
    expect([...memory.f32.subarray(at, at + units)]).toEqual(expected)
  })

  it('tells the record that trapped', () => {
    memory.u32[x >>> 2] = 9
    const program = programAt(buffer, base, 2)
    writeGather(program, 1, { rows: 1, width: 2, x, y, table, count: 4 })
    const plan = {
      steps: [{ layer: 'first' }, { layer: 'second' }],
      recordSteps: [0, 1],
    } as unknown as Plan
    try {
      memory.exports.run(base + recordBytes, 1)
      expect.unreachable()
    } catch (error) {
      expect(explainTrap(error, memory, base, plan)).toMatchObject({
        tag: 'InputError',
        layer: 'second',
        got: '9',
      })
    }
  })

  it('says so when it cannot grow', () => {
    expect(() => memory.reserve(2 ** 32 + 1)).toThrow(RuntimeError)
    expect(() => memory.reserve(2 ** 32 + 1)).toThrow(
      'not enough WebAssembly memory: expected 4097 MiB',
    )
  })
})
