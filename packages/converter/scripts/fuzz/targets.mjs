import { readdirSync, readFileSync } from 'node:fs'
import { decode, DotplusError, encode } from '@dotplus/core'
import { unzipSync, zipSync } from 'fflate'
import { openHdf5 } from '../../dist/binary/hdf5/hdf5.js'
import { readNpy } from '../../dist/binary/npy.js'
import { openNpz } from '../../dist/binary/npz.js'
import { readPickle } from '../../dist/binary/pickle.js'
import { openZip } from '../../dist/binary/zip.js'
import { convert, sourceFromBytes } from '../../dist/index.js'
import { damageBytes, damageText } from './damage.mjs'

const testData = new URL('../../test-data/', import.meta.url)
const fixtures = new URL('../../../../test-fixtures/', import.meta.url)

const read = (path, base) => new Uint8Array(readFileSync(new URL(path, base)))
const inFolder = (folder) =>
  readdirSync(new URL(folder, testData))
    .filter((name) => /\.(npy|pkl|zip|npz|h5)$/.test(name))
    .map((name) => read(`${folder}/${name}`, testData))
const models = (...paths) => paths.map((path) => read(path, fixtures))
const source = (bytes, name = 'fuzz') => sourceFromBytes(name, bytes)

/** Every object of a HDF5 file, as far as it can be read. */
async function readGroup(group, depth, left) {
  for (const name of group.names) {
    if (depth > 20 || left.count-- <= 0) return
    try {
      const object = await group.open(name)
      if (object?.kind === 'group') await readGroup(object, depth + 1, left)
      else await object?.read()
    } catch (error) {
      if (!(error instanceof DotplusError)) throw error
    }
  }
}

const archives = models(
  'sample-mlp/relu/keras/model.keras',
  'cases/graph-nested-functional/model.keras',
  'dialects/keras-3-rnn-keras/model.keras',
  'dialects/keras-3-mask-functional-keras/model.keras',
  'dialects/tf-keras-2-nested-keras/model.keras',
)
const h5 = models(
  'sample-mlp/relu/h5-keras2/model.h5',
  'sample-mlp/relu/h5-keras3/model.h5',
  'dialects/keras-1.2-convolutions-h5/model.h5',
  'dialects/keras-1.2-conv-lstm-h5/model.h5',
  'dialects/keras-1.2-merge-first-h5/model.h5',
  'dialects/keras-1.2-theano-kernels-h5/model.h5',
  'dialects/keras-2.3-cudnn-h5/model.h5',
  'dialects/tf-keras-2-operators-h5/model.h5',
  'dialects/tf-keras-2-functions-h5/model.h5',
)
const arrays = models('sample-mlp/relu/object/weights.npy', 'sample-mlp/relu/npz/weights.npz')
const pairs = ['keras-3-sequential-weights', 'keras-2.0-rnn-weights'].map((name) => ({
  json: new TextDecoder().decode(read(`dialects/${name}/model.json`, fixtures)),
  weights: read(`dialects/${name}/model.weights.h5`, fixtures),
}))
const dense = { dense: 'relu,relu,linear' }

/** An archive with one of its files damaged and everything around it right, so that damage gets behind the CRC-32. */
function damageInside(archive, other, random) {
  let files
  try {
    files = unzipSync(archive)
  } catch {
    return damageBytes(archive, other, random)
  }
  const names = Object.keys(files)
  const name = names[random(names.length)]
  if (name === undefined) return damageBytes(archive, other, random)
  files[name] = name.endsWith('.json')
    ? new TextEncoder().encode(damageText(new TextDecoder().decode(files[name]), random))
    : damageBytes(files[name], other, random)
  return zipSync(files, { level: random(2), mtime: '1980-01-01' })
}

/** How a file is damaged and read, by name; `files` are where it starts from. */
export const targets = {
  npy: { files: inFolder('npy'), read: (bytes) => readNpy(bytes, 'fuzz') },
  pickle: { files: inFolder('pickle'), read: (bytes) => readPickle(bytes, { file: 'fuzz' }) },
  zip: {
    files: inFolder('zip'),
    read: async (bytes) => {
      const zip = await openZip(source(bytes))
      for (const name of zip.names) await zip.read(name)
    },
  },
  npz: {
    files: [...inFolder('zip'), ...arrays.slice(1)],
    damage: damageInside,
    read: async (bytes) => {
      const npz = await openNpz(source(bytes))
      for (const name of npz.names) {
        const opened = await npz.open(name)
        if (opened.kind === 'array') await opened.array.read()
      }
    },
  },
  hdf5: {
    files: [...inFolder('hdf5'), ...h5],
    read: async (bytes) => readGroup(await openHdf5(source(bytes)), 0, { count: 2000 }),
  },
  keras: {
    files: archives,
    damage: damageInside,
    read: (bytes) => convert(source(bytes), dense),
  },
  h5: { files: h5, read: (bytes) => convert(source(bytes), dense) },
  arrays: { files: arrays, read: (bytes) => convert(source(bytes), dense) },
  json: {
    files: pairs.map(({ json }) => new TextEncoder().encode(json)),
    damage: (bytes, _, random) =>
      new TextEncoder().encode(damageText(new TextDecoder().decode(bytes), random)),
    read: async (bytes) => {
      for (const { weights } of pairs)
        await convert([source(bytes, 'model.json'), source(weights, 'w.h5')]).catch(onlyTyped)
    },
  },
  decode: {
    files: await Promise.all(
      [...archives, ...h5].map(async (bytes) => encode(await convert(source(bytes)))),
    ),
    // What is decoded can be encoded again, to bytes that decode.
    read: (bytes) => decode(encode(decode(bytes))),
  },
}

function onlyTyped(error) {
  if (!(error instanceof DotplusError)) throw error
}
