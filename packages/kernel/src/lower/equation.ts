import { ModelError, type Layer } from '@dotplus/core'

/** One letter per axis; an axis under an ellipsis is `.` with its distance from the ellipsis's end. */
export type Labels = readonly string[]

/** An einsum equation with its ellipses written out. */
export interface Equation {
  readonly operands: readonly Labels[]
  readonly output: Labels
}

/**
 * Reads an einsum equation for operands of the given ranks, as numpy.einsum does.
 *
 * @throws {ModelError} when the equation does not fit them
 */
export function readEquation(equation: string, ranks: readonly number[], layer: Layer): Equation {
  const [left = '', right] = equation.replaceAll(' ', '').split('->')
  const specs = left.split(',')
  if (specs.length !== ranks.length) throw misfit(equation, ranks, layer)
  let elided = 0
  const operands = specs.map((spec, i) => {
    const rank = ranks[i] as number
    const letters = spec.replace('...', '')
    const hidden = rank - letters.length
    if (hidden < 0 || letters.includes('.') || (hidden > 0 && !spec.includes('...')))
      throw misfit(equation, ranks, layer)
    elided = Math.max(elided, hidden)
    return expand(spec, hidden)
  })
  const output = right ?? implicitOutput(operands, elided > 0)
  const known = new Set(operands.flat())
  const labels = expand(output, elided)
  if (labels.some((label) => !known.has(label)) || new Set(labels).size !== labels.length)
    throw misfit(equation, ranks, layer)
  return { operands, output: labels }
}

function expand(spec: string, hidden: number): string[] {
  const at = spec.indexOf('...')
  if (at < 0) return [...spec]
  const under = Array.from({ length: hidden }, (_, i) => `.${hidden - i}`)
  return [...spec.slice(0, at), ...under, ...spec.slice(at + 3)]
}

/** Without an arrow: what stands once, in alphabetical order, behind the ellipsis. */
function implicitOutput(operands: readonly Labels[], elided: boolean): string {
  const letters = operands.flat().filter((label) => label.length === 1)
  const single = letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label))
  return `${elided ? '...' : ''}${single.toSorted().join('')}`
}

function misfit(equation: string, ranks: readonly number[], layer: Layer): ModelError {
  return new ModelError('einsum equation', {
    layer: layer.name,
    expected: `one that fits operands of rank ${ranks.join(' and ')}`,
    got: equation,
  })
}
