import { DotplusError } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { convert } from '../../convert.ts'
import { failureOf, fixtureBytes } from '../../files.fixture.ts'
import { sourceFromBytes } from '../../source.ts'
import { openHdf5, openPath } from './hdf5.ts'

// Files as Keras writes them, with single fields of their structure changed. Addresses and sizes take eight bytes.
const whole = fixtureBytes('sample-mlp/linear/h5-keras2/model.h5')
const beyondEveryFile = 2n ** 64n - 16n

/** A copy of the file, to be changed. */
class Tampered {
  readonly bytes = whole.slice()
  readonly #view = new DataView(this.bytes.buffer)

  /** Where the n-th occurrence of these bytes begins; undefined matches any. */
  find(pattern: readonly (number | undefined)[], n = 0): number {
    let left = n
    for (let at = 0; at + pattern.length <= this.bytes.length; at++) {
      if (!pattern.every((byte, i) => byte === undefined || this.bytes[at + i] === byte)) continue
      if (left-- === 0) return at
    }
    throw new Error('the file does not hold this')
  }

  /** Where a structure with this signature begins. */
  signature(text: string, n = 0): number {
    return this.find(
      [...text].map((letter) => letter.charCodeAt(0)),
      n,
    )
  }

  number(at: number): number {
    return Number(this.#view.getBigUint64(at, true))
  }

  set(at: number, value: number | bigint): this {
    this.#view.setBigUint64(at, BigInt(value), true)
    return this
  }

  /** What the converter says of it, in less than a second. */
  async failure(): Promise<DotplusError> {
    const start = process.cpuUsage()
    const error = await failureOf(() => convert(sourceFromBytes('model.h5', this.bytes)))
    const { user, system } = process.cpuUsage(start)
    if (user + system > 1e6) throw new Error(`took ${(user + system) / 1000} ms: ${error.message}`)
    if (error.message.includes('\n')) throw new Error(`more than one line: ${error.message}`)
    return error
  }
}

/** Layout message of a contiguous dataset, version 3: address at 10, length at 18. */
const contiguousLayout = [8, 0, undefined, 0, undefined, 0, 0, 0, 3, 1]
/** Dataspace message of two dimensions: sizes at 16 and 24. */
const matrixDataspace = [1, 0, undefined, 0, undefined, 0, 0, 0, 1, 2]

describe('HDF5 loops', () => {
  it('of a group whose B-tree is its own child', async () => {
    const file = new Tampered()
    const tree = file.signature('TREE')
    file.bytes[tree + 5] = 1
    file.set(tree + 32, tree)
    expect((await file.failure()).what).toMatch(
      /B-tree (is damaged|refers to the same block twice)/,
    )
  })

  it('of an object header that continues in itself', async () => {
    const file = new Tampered()
    const root = file.number(file.signature('\u0089HDF') + 64)
    // A continuation message in place of the first message of the root: type 16, 16 bytes, to this very block.
    const message = root + 16
    file.bytes.set([16, 0, 16, 0, 0, 0, 0, 0], message)
    file.set(message + 8, message).set(message + 16, 24)
    expect((await file.failure()).what).toContain('refers to the same block twice')
  })

  it('of a group that contains the root', async () => {
    const file = new Tampered()
    const root = file.number(file.signature('\u0089HDF') + 64)
    // The first entry of the root's symbol table leads back to the root.
    file.set(file.signature('SNOD') + 16, root)
    const opened = await openHdf5(sourceFromBytes('model.h5', file.bytes))
    const [name = ''] = opened.names
    const deep = await openPath(opened, Array.from({ length: 500 }, () => name).join('/'))
    expect(deep?.kind).toBe('group')
    expect((await file.failure()).tag).toBe('FormatError')
  })
})

describe('HDF5 offsets', () => {
  it('that are negative', async () => {
    const file = new Tampered()
    file.set(file.find(contiguousLayout) + 10, beyondEveryFile)
    expect((await file.failure()).what).toMatch(/dataset .* is cut off/)
  })

  it('that reach beyond the end with their length', async () => {
    const file = new Tampered()
    file.set(file.find(contiguousLayout) + 10, whole.length - 4)
    expect((await file.failure()).what).toMatch(/dataset .* is cut off/)
  })

  it('of the root beyond the end', async () => {
    const file = new Tampered()
    file.set(file.signature('\u0089HDF') + 64, beyondEveryFile)
    expect((await file.failure()).tag).toBe('FormatError')
  })

  it('of names beyond their heap', async () => {
    const file = new Tampered()
    file.set(file.signature('SNOD') + 8, 2n ** 40n)
    expect((await file.failure()).what).toContain('symbol table is damaged')
  })

  it('that overlap: datasets in one place are read as long as they fit into the file', async () => {
    const file = new Tampered()
    const first = file.number(file.find(contiguousLayout) + 10)
    for (let n = 1; n < 6; n++) file.set(file.find(contiguousLayout, n) + 10, first)
    const model = await convert(sourceFromBytes('model.h5', file.bytes))
    const bytes = model.tensors.reduce((sum, { data }) => sum + data.byteLength, 0)
    expect(bytes).toBe(321 * 4)
  })
})

describe('HDF5 shapes', () => {
  it('whose product overflows', async () => {
    const file = new Tampered()
    const space = file.find(matrixDataspace)
    file.set(space + 16, 2n ** 40n).set(space + 24, 2n ** 40n)
    expect((await file.failure()).what).toBe('the shape is too large')
  })

  it('that ask for more than the file holds', async () => {
    const file = new Tampered()
    const space = file.find(matrixDataspace)
    file.set(space + 16, 2n ** 20n).set(space + 24, 2n ** 20n)
    expect(['ModelError', 'FormatError', 'ConversionError']).toContain((await file.failure()).tag)
  })
})
