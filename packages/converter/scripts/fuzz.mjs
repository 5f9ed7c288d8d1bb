// Feeds damaged files to every reader and reports what is not a typed error, takes longer than a second, or allocates
// more than four times the file's size plus 64 MiB (and what the engine keeps of its own accord).
//   node packages/converter/scripts/fuzz.mjs [seconds = 60] [seed = 1]      (after a build)
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { DotplusError } from '@dotplus/core'
import { openHdf5 } from '../dist/binary/hdf5/hdf5.js'
import { readNpy } from '../dist/binary/npy.js'
import { readPickle } from '../dist/binary/pickle.js'
import { openZip } from '../dist/binary/zip.js'
import { convert, sourceFromBytes } from '../dist/index.js'

const seconds = Number(process.argv[2] ?? 60)
let state = Number(process.argv[3] ?? 1) >>> 0 || 1

/** xorshift32 */
function random(limit) {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % limit
}

const testData = new URL('../test-data/', import.meta.url)
const fixtures = new URL('../../../test-fixtures/', import.meta.url)
const inFolder = (folder, base = testData) =>
  readdirSync(new URL(folder, base))
    .filter((name) => /\.(npy|pkl|zip|npz|h5)$/.test(name))
    .map((name) => new Uint8Array(readFileSync(new URL(`${folder}/${name}`, base))))
const model = (path) => new Uint8Array(readFileSync(new URL(path, fixtures)))

async function readGroup(group, depth, left) {
  for (const name of group.names) {
    if (depth > 20 || left.count-- <= 0) return
    try {
      const object = await group.open(name)
      if (object.kind === 'group') await readGroup(object, depth + 1, left)
      else await object.read()
    } catch (error) {
      if (!(error instanceof DotplusError)) throw error
    }
  }
}

const readers = [
  { name: 'npy', files: inFolder('npy'), read: (bytes) => readNpy(bytes, 'fuzz') },
  {
    name: 'pickle',
    files: inFolder('pickle'),
    read: (bytes) => readPickle(bytes, { file: 'fuzz' }),
  },
  {
    name: 'zip',
    files: inFolder('zip'),
    read: async (bytes) => {
      const zip = await openZip(sourceFromBytes('fuzz', bytes))
      for (const name of zip.names) await zip.read(name)
    },
  },
  {
    name: 'hdf5',
    files: [...inFolder('hdf5'), model('sample-mlp/relu/h5-keras2/model.h5')],
    read: async (bytes) =>
      readGroup(await openHdf5(sourceFromBytes('fuzz', bytes)), 0, { count: 2000 }),
  },
  {
    name: 'convert',
    files: [
      'sample-mlp/relu/keras/model.keras',
      'sample-mlp/relu/h5-keras2/model.h5',
      'sample-mlp/relu/h5-keras3/model.h5',
      'sample-mlp/relu/object/weights.npy',
      'sample-mlp/relu/npz/weights.npz',
      'cases/graph-nested-functional/model.keras',
      'dialects/keras-1.2-convolutions-h5/model.h5',
      'dialects/keras-1.2-conv-lstm-h5/model.h5',
      'dialects/keras-1.2-merge-first-h5/model.h5',
      'dialects/keras-1.2-theano-kernels-h5/model.h5',
      'dialects/keras-2.3-cudnn-h5/model.h5',
    ].map(model),
    read: (bytes) => convert(sourceFromBytes('fuzz', bytes), { dense: 'relu,relu,linear' }),
  },
]

const extremes = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]

function damage(file) {
  const bytes = file.slice()
  const at = () => (random(2) === 0 ? random(Math.min(bytes.length, 2048)) : random(bytes.length))
  for (let count = 1 + random(5); count > 0 && bytes.length > 16; count--) {
    switch (random(6)) {
      case 0:
        bytes[at()] = random(256)
        break
      case 1:
        bytes[at()] ^= 1 << random(8)
        break
      case 2: {
        const value = extremes[random(extremes.length)]
        const start = Math.min(at(), bytes.length - 8)
        for (let i = 0; i < 4; i++) bytes[start + i] = (value >>> (8 * i)) & 255
        if (random(2) === 0) bytes.fill(0xff, start + 4, start + 8)
        break
      }
      case 3: {
        const length = 1 + random(64)
        bytes.copyWithin(at(), at(), Math.min(bytes.length, at() + length))
        break
      }
      case 4: {
        // An address that points somewhere else within the file.
        const start = Math.min(at(), bytes.length - 8)
        const target = random(bytes.length)
        for (let i = 0; i < 4; i++) bytes[start + i] = (target >>> (8 * i)) & 255
        break
      }
      default:
        if (random(4) === 0) return bytes.subarray(0, random(bytes.length))
    }
  }
  return bytes
}

const totals = Object.fromEntries(
  readers.map(({ name }) => [name, { runs: 0, bytes: 0, accepted: 0, slowest: 0 }]),
)
const found = []
const end = performance.now() + seconds * 1000
while (performance.now() < end) {
  const reader = readers[random(readers.length)]
  const bytes = damage(reader.files[random(reader.files.length)])
  const total = totals[reader.name]
  const buffersBefore = process.memoryUsage().arrayBuffers
  const start = performance.now()
  let problem
  try {
    await reader.read(bytes)
    total.accepted += 1
  } catch (error) {
    if (!(error instanceof DotplusError)) problem = error.stack
  }
  const elapsed = performance.now() - start
  const allocated = process.memoryUsage().arrayBuffers - buffersBefore
  if (elapsed > 1000) problem ??= `took ${elapsed.toFixed(0)} ms`
  if (allocated > 4 * bytes.length + 80 * 1024 * 1024) problem ??= `kept ${allocated} bytes`
  total.runs += 1
  total.bytes += bytes.length
  total.slowest = Math.max(total.slowest, elapsed)
  if (problem) {
    found.push(problem)
    const name = `fuzz-${reader.name}-${found.length}.bin`
    writeFileSync(name, bytes)
    console.log(`${name}: ${problem}`)
  }
}
console.table(totals)
const megabytes = Object.values(totals).reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
console.log(`${megabytes.toFixed(0)} MB of damaged files, ${found.length} problems`)
process.exitCode = found.length > 0 ? 1 : 0
