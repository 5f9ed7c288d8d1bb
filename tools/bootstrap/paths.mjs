import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** @param {string} path relative to the repository's root */
export const fromRoot = (path) => join(root, path)

/** The environment of every child: the workspace's own commands first on PATH, and no telemetry. */
export const environment = {
  ...process.env,
  PATH: [fromRoot('node_modules/.bin'), process.env.PATH].join(delimiter),
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  NO_UPDATE_NOTIFIER: '1',
}
