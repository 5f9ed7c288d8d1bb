import { UnsupportedError } from '@dotplus/core'
import { tensorsOf, type LayerSpec } from '../keras/model-spec.ts'
import { describeJson, isJsonObject } from '../keras/python-json.ts'
import type { LayerRole } from '../layers/layer-converter.ts'
import { isTensorflowNode } from '../keras/tensorflow-functions.ts'

/** Where a layer is that cannot convert. */
interface UnknownPlace {
  readonly file: string
  readonly layer: string
  /** "layer 3 of 7" */
  readonly position: string | undefined
  readonly role: LayerRole | undefined
}

/** What to say of a layer that no converter takes. */
export function unknownLayer(
  spec: LayerSpec,
  { position, role, ...place }: UnknownPlace,
): UnsupportedError {
  const where = { ...place, place: position }
  if (spec.className === 'Lambda') {
    return new UnsupportedError('a Lambda layer holds Python code, which is never run', {
      ...where,
      got: lambdaFunction(spec),
      hint: `Say what it computes with registerLayer('Lambda>${spec.name}', …) or --register, or write it with keras.layers or keras.ops and save the model again`,
    })
  }
  if (isTensorflowNode(spec)) {
    const hasOperands = spec.calls.some(({ positional, keywords }) =>
      [...positional, ...keywords.map(([, value]) => value)].some(
        (value) => !tensorsOf(value).next().done,
      ),
    )
    const what = hasOperands
      ? 'a TensorFlow function that keras.ops has no counterpart for'
      : 'a TensorFlow function that Keras stored without its operands'
    return new UnsupportedError(what, {
      ...where,
      got: describeJson(spec.config.function),
      hint: 'Write it with keras layers and save the model again',
    })
  }
  const { className, module, registeredName } = spec
  const name = registeredName ?? className
  if (spec.isWholeModel) {
    return new UnsupportedError('a subclassed model: its graph is in Python code', {
      file: place.file,
      place: 'model config',
      expected: 'a Sequential or Functional model',
      got: name,
      hint: `Rebuild it with the functional API and save that, or say what it computes with registerLayer('${name}', …) or --register`,
    })
  }
  if (role === 'cell') {
    return new UnsupportedError('a recurrent cell of a class of its own', {
      ...where,
      got: name,
      hint: `Say what one of its steps computes with registerLayer('${name}', …) or --register, its states with block.state`,
    })
  }
  return new UnsupportedError(isCustom(spec) ? 'a custom layer' : 'unknown layer', {
    ...where,
    got: registeredName ?? (module ? `${module}.${className}` : className),
    hint: `Say what it computes with registerLayer('${name}', …) or --register`,
  })
}

/** The function's name where Keras kept one; its bytecode says nothing to a reader. */
function lambdaFunction({ config }: LayerSpec): string {
  const { function: stored } = config
  if (typeof stored === 'string') return stored
  const inner = isJsonObject(stored) ? stored.config : undefined
  if (typeof inner === 'string') return inner
  return 'bytecode'
}

/** A class of the user's own that happens to have the name of a layer of Keras. */
export function isCustom({
  className,
  module,
  registeredName,
}: Pick<LayerSpec, 'className' | 'module' | 'registeredName'>): boolean {
  // Old files hold the package in the class's name.
  const name = registeredName ?? className
  if (name.includes('>')) return !name.startsWith('keras')
  return (
    module !== undefined &&
    !/^(keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(\.|$)/.test(module)
  )
}
