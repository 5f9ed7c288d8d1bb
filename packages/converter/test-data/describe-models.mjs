// Records the structure of model files, without the numbers, in models.json: what src/models.test.ts needs to convert every
// kind of layer without carrying every file.
//   node test-data/describe-models.mjs FOLDER…      (after a build; FOLDER/<name>/model.keras or model.h5)
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { openHdf5 } from '../dist/binary/hdf5/hdf5.js'
import { openZip } from '../dist/binary/zip.js'
import { sourceFromBytes } from '../dist/source.js'

const trainingOnly = /_(initializer|regularizer|constraint)$/
const dropped = new Set(['compile_config', 'shared_object_id'])

/** The config without what only training needs; names of dropped keys are covered by the reader's own tests. */
function compact(json) {
  if (Array.isArray(json)) return json.map(compact)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key]) => !trainingOnly.test(key) && !dropped.has(key))
      .map(([key, value]) => [key, compact(value)]),
  )
}

async function describeGroup(group, members, attributes) {
  for (const name of group.names) {
    const object = await group.open(name)
    if (/^(optimizer|optimizer_weights)$/.test(object.path)) continue
    // An empty list of names is written as an empty array of float64.
    const texts = [...object.attributes].filter(
      ([, { strings, shape }]) => strings || shape[0] === 0,
    )
    if (texts.length > 0) {
      attributes[object.path] = Object.fromEntries(
        texts.map(([key, value]) => [key, value.strings ?? []]),
      )
    }
    if (object.kind === 'group') await describeGroup(object, members, attributes)
    else members[object.path] = `${object.dtype} ${object.shape.join()}`
  }
}

async function describeFile(name, path) {
  const source = sourceFromBytes(path, readFileSync(path))
  const members = {}
  const attributes = {}
  const assets = {}
  if (path.endsWith('.h5')) {
    const root = await openHdf5(source)
    await describeGroup(root, members, attributes)
    const text = (key) => root.attributes.get(key)?.strings[0]
    const config = compact(JSON.parse(text('model_config')))
    return {
      name: `${name} (.h5)`,
      layout: 'h5',
      kerasVersion: text('keras_version'),
      config,
      members,
      attributes,
    }
  }
  const zip = await openZip(source)
  const json = async (entry) => JSON.parse(new TextDecoder().decode(await zip.read(entry)))
  await describeGroup(await openHdf5(await zip.open('model.weights.h5')), members, attributes)
  for (const entry of zip.names.filter((entry) => entry.startsWith('assets/'))) {
    assets[entry.slice('assets/'.length)] = new TextDecoder().decode(await zip.read(entry))
  }
  const { keras_version: kerasVersion } = await json('metadata.json')
  return {
    name,
    layout: 'keras',
    kerasVersion,
    config: compact(await json('config.json')),
    members,
    attributes,
    assets,
  }
}

const models = []
for (const folder of process.argv.slice(2)) {
  for (const name of readdirSync(folder)) {
    for (const file of ['model.keras', 'model.h5']) {
      const path = `${folder}/${name}/${file}`
      if (existsSync(path)) models.push(await describeFile(name, path))
    }
  }
}
const lines = models.map((model) => JSON.stringify(model))
writeFileSync(new URL('models.json', import.meta.url), `[\n${lines.join(',\n')}\n]\n`)
console.log(`${models.length} models`)
