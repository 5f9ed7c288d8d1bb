import { existsSync } from 'node:fs'
import { build } from './build.mjs'
import { exitLike, runVisibly } from './child.mjs'
import { install } from './install.mjs'
import { fromRoot } from './paths.mjs'

/** What each root script runs once everything is installed and built; undefined: nothing more. */
const entries = {
  start: 'apps/sample-mlp/dist/main.js',
  test: 'tools/bootstrap/test.mjs',
  rehearse: 'tools/consumers/dist/main.js',
  build: undefined,
}

/**
 * @param {string} script one of the keys of `entries`
 * @param {string[]} args passed on to the script
 */
export async function runScript(script, args) {
  if (!(script in entries)) {
    throw new Error(`unknown script ${script}; one of ${Object.keys(entries).join(', ')}`)
  }
  await install()
  await build()
  const entry = entries[script]
  if (entry === undefined) return
  if (!existsSync(fromRoot(entry))) throw new Error(`${entry} is missing after the build`)
  exitLike(await runVisibly(process.execPath, [fromRoot(entry), ...args]))
}
