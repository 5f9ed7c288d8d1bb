import type { OpenedModel } from '../engine/protocol.ts'

export type Runtime = 'node' | 'browser' | 'deno'

/** The lines that load and run a model in a runtime, with its own inputs. */
export function snippets({ fileName, inputs, outputs }: OpenedModel, runtime: Runtime): string {
  const file = `${fileName.replace(/\.[^.]*$/, '')}.dotplus`
  const names = inputs.map(({ name }) => name)
  const values = inputs.map(({ name, shape, dtype }) => {
    const sizes = shape.map((size, axis) => size ?? (axis === 0 ? 1 : 10))
    const count = sizes.slice().reduce((product, size) => product * size, 1)
    const data = dtype === 'string' ? `Array(${count}).fill('')` : `new Float32Array(${count})`
    return `const ${identifier(name)} = { data: ${data}, shape: [${sizes.join(', ')}] } // ${dtype}`
  })
  const argument =
    names.length === 1
      ? identifier(names[0] ?? 'x')
      : `{ ${names.map((name) => (identifier(name) === name ? name : `'${name}': ${identifier(name)}`)).join(', ')} }`
  const result =
    outputs.length === 1
      ? `const y = model.predict(${argument}) // { data, shape }`
      : `const { ${outputs.map((name) => `'${name}': ${identifier(name)}`).join(', ')} } = model.predict(${argument})`
  const from = { node: '@dotplus/node', browser: '@dotplus/browser', deno: 'npm:@dotplus/deno' }[
    runtime
  ]
  return [
    `import { load } from '${from}'`,
    '',
    `using model = await load('${file}')`,
    ...values,
    result,
  ].join('\n')
}

function identifier(name: string): string {
  const plain = name.replaceAll(/\W+/g, '_')
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`
}
