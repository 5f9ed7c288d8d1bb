import { InputError } from '@dotplus/core'
import type { Signature } from '@dotplus/kernel'

/** The columns of a table that one input of a model takes. */
export interface InputColumns {
  readonly signature: Signature
  /** Shape of one row of the input. */
  readonly rowShape: readonly number[]
  /** Columns: elements of one row. */
  readonly width: number
}

/**
 * The columns of a table in the order of a model's inputs. A single input with one free dimension beside the batch takes
 * as many as there are.
 *
 * @param found columns of the first row
 * @throws {InputError} when the shapes do not say how many columns an input has
 */
export function inputColumns(
  signatures: readonly Signature[],
  found: number,
  file: string,
): InputColumns[] {
  return signatures.map((signature) => {
    const rest = signature.shape.slice(1)
    const free = rest.filter((size) => size === null).length
    const known = rest.reduce<number>((product, size) => product * (size ?? 1), 1)
    const fits = free === 1 && signatures.length === 1 && found % known === 0
    if (free > 0 && !fits) throw noTable(signature, file)
    const rowShape = rest.map((size) => size ?? found / known)
    return { signature, rowShape, width: free === 0 ? known : found }
  })
}

function noTable({ name, shape }: Signature, file: string): InputError {
  return new InputError('a table has no shape for this input', {
    file,
    place: `input ${name}`,
    expected: 'an input with one free dimension, the batch',
    got: `[${shape.map((dimension) => dimension ?? 'any').join(', ')}]`,
    hint: 'Give .npy, .npz or .json instead',
  })
}
