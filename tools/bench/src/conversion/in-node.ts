/** Converts one file and prints the milliseconds from the file to the bytes, and the SHA-256 of these, as JSON. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { convert, sourceFromBytes } from '@dotplus/converter'
import { encode } from '@dotplus/core'

const [file = ''] = process.argv.slice(2)
const start = performance.now()
const source = sourceFromBytes(path.basename(file), await readFile(file))
const bytes = encode(await convert(source))
const milliseconds = performance.now() - start
console.log(
  JSON.stringify({ milliseconds, sha256: createHash('sha256').update(bytes).digest('hex') }),
)
