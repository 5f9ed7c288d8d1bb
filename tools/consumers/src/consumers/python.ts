import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Consumer } from '../bench.ts'
import { root } from '../paths.ts'

function pythonProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders
    .flatMap((folder) => [join(folder, 'python3'), join(folder, 'python.exe')])
    .find((file) => existsSync(file))
}

/** The reader that docs/format.md gives, as it stands there. */
async function documentedReader(): Promise<string> {
  const page = await readFile(join(root, 'docs/format.md'), 'utf8')
  const [, program] = /```python\n([^]*?)```/.exec(page) ?? []
  if (program === undefined) throw new Error('docs/format.md has no Python reader')
  return program
}

/** Compares the reader's answer with that of Node: float64 sums in another order differ in the last bits of float32. */
const compare = `
import sys, numpy as np
theirs, ours = np.load(sys.argv[1]), np.load(sys.argv[2])
assert theirs.shape == ours.shape, (theirs.shape, ours.shape)
error = np.abs(theirs - ours).max()
assert error <= 1e-6 * np.abs(ours).max() + 1e-5 * np.abs(ours).min(), error
print(len(ours), "rows, at most", error, "apart")
`

/** Someone who reads the file in another language, with what docs/format.md says and no dotplus. */
export const python: Consumer = {
  name: 'Python, the reader of docs/format.md',
  unavailable: async () => (pythonProgram() ? undefined : 'Python is not installed'),
  async run(bench) {
    await bench.write({ 'reader.py': await documentedReader(), 'compare.py': compare })
    await bench.run(pythonProgram() as string, ['-m', 'venv', 'venv'])
    const venv = bench.path(
      process.platform === 'win32' ? 'venv/Scripts/python.exe' : 'venv/bin/python',
    )
    await bench.run(venv, ['-m', 'pip', 'install', '--quiet', 'protobuf', 'grpcio-tools', 'numpy'])
    const proto = join(root, 'packages/core/proto')
    await bench.run(venv, [
      '-m',
      'grpc_tools.protoc',
      `-I${proto}`,
      '--python_out=.',
      'model.proto',
    ])
    const model = join(bench.models.folder, 'mlp.dotplus')
    const rows = join(root, 'test-fixtures/sample-mlp/X_validation.npy')
    await bench.run(venv, ['reader.py', model, rows, 'theirs.npy'])
    const dotplus = join(root, 'node_modules/dotplus/bin/dotplus.js')
    await bench.node([dotplus, 'run', model, '--input', rows, '--output', 'ours.npy'])
    console.log(`    ${(await bench.run(venv, ['compare.py', 'theirs.npy', 'ours.npy'])).trim()}`)
    return []
  },
}
