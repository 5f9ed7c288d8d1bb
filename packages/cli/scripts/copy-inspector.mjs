// Puts the inspector's page beside the code that serves it.
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const place = (path) => fileURLToPath(new URL(path, import.meta.url))
const target = place('../dist/inspector')
rmSync(target, { recursive: true, force: true })
cpSync(place('../../../apps/inspector/dist/page'), target, { recursive: true })
