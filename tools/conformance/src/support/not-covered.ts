/** Classes that no case holds, with the reason. */
export const withoutCase: Readonly<Record<string, string>> = {
  Equalization:
    'gives back the tensor itself outside of training, of which Keras makes no graph: "part of a cycle"',
  FlaxLayer: 'a Flax module',
  JaxLayer: 'a JAX function',
  Lambda: 'Python code; replacements for it are tested with the converter',
  Layer: 'what layers are made from',
  TFSMLayer: 'a TensorFlow SavedModel',
  TorchModuleWrapper: 'a PyTorch module',
  Wrapper: 'what wrappers are made from',
}

/** Arguments that have one value in all cases, of a class or of all classes, with the reason. */
export const alwaysTheSame: Readonly<Record<string, string>> = {
  sparse: 'sparse tensors are refused',
  ragged: 'ragged tensors are refused',
  flash_attention: 'not saved: how a backend computes',
  use_cudnn: 'not saved: how a backend computes',
  weights: 'not saved: values that weights begin with',
  encoding: 'TensorFlow reads UTF-8 alone',
  'InputLayer.batch_size': 'saved as batch_shape',
  'InputLayer.shape': 'saved as batch_shape',
  'InputLayer.input_tensor': 'a tensor of TensorFlow, not saved',
  'EinsumDense.gptq_unpacked_column_size': 'set when a layer is quantized',
  'IntegerLookup.vocabulary_dtype': 'Keras takes int64 alone',
  'MaxNumBoundingBoxes.fill_value': 'not saved',
  'RandomGrayscale.seed': 'not saved',
  'Resizing.fill_mode': 'Keras has one',
  'SimpleRNN.activity_regularizer': 'saved as None whatever it is',
  'SimpleRNN.seed': 'not saved',
}

/** Functions of keras.ops that no graph of a case calls, with the reason. */
export const withoutNode: Readonly<Record<string, string>> = {
  abs: 'Keras makes a node of absolute',
  conj: 'Keras makes a node of conjugate',
  true_divide: 'Keras makes a node of divide',
  remainder: 'Keras makes a node of mod',
  hard_swish: 'Keras makes a node of hard_silu',
  swish: 'Keras makes a node of silu',
  shape: 'Keras makes nodes of its elements',
  slogdet: 'Keras makes a node of slogdet',
  ...every('Keras cannot save or run it as a node', 'adaptive_average_pool adaptive_max_pool'),
  ...every('Keras cannot save or run it as a node', 'argpartition conv_transpose histogram'),
  ...every(
    'makes a tensor of numbers alone, before the graph',
    'arange bartlett blackman empty eye',
  ),
  ...every('makes a tensor of numbers alone, before the graph', 'hamming hanning identity kaiser'),
  ...every('makes a tensor of numbers alone, before the graph', 'ones tri zeros'),
  ...every('no function of tensors', 'convert_to_numpy dtype is_tensor'),
  ...every(
    'holds Python code',
    'associative_scan cond custom_gradient fori_loop jvp map scan switch',
  ),
  ...every('holds Python code', 'vectorize vectorized_map while_loop'),
  ...every('complex tensors', 'eig polar view_as_complex view_as_real'),
  elastic_transform: 'random',
}

function every(reason: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, reason]))
}
