/** Converts one file a few times and prints the milliseconds of each and the SHA-256 of what it gives, as JSON. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { convert, sourceFromBytes } from '@dotplus/converter'
import { encode } from '@dotplus/core'

const [file = '', runs = '1'] = process.argv.slice(2)
const milliseconds: number[] = []
let sha256 = ''
for (let run = 0; run < Number(runs); run++) {
  const start = performance.now()
  const source = sourceFromBytes(path.basename(file), await readFile(file))
  const bytes = encode(await convert(source))
  milliseconds.push(performance.now() - start)
  sha256 = createHash('sha256').update(bytes).digest('hex')
}
console.log(JSON.stringify({ milliseconds, sha256 }))
