import { InputError } from '@dotplus/core'

/** A state under a key that nothing in the model keeps. */
export function stateOfAnother(key: string, known: string): InputError {
  return new InputError('the state is not one of this model', {
    place: `state ${key}`,
    expected: known,
    got: key,
  })
}
