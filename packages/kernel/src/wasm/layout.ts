/**
 * The binary contract between the planner (TypeScript) and the executor (AssemblyScript).
 * Both compilers read this very file, so it holds nothing but plain integer constants.
 *
 * A program is an array of op records. A record is 80 bytes: twenty little-endian 32-bit words,
 * u32 unless marked f32. Addresses are byte offsets into the linear memory, strides and advances are
 * bytes, element type is float32. Word 0 is the opcode, word 1 the number of rows.
 *
 * Inside a LOOP, `rows` is replaced by the rows of the current tile, and every address with an
 * `*_ADVANCE` word moves by `advance` bytes per row passed: a tensor over all rows has its row stride
 * there, a buffer that only lives within the tile has 0. The same holds for an op whose rows several threads share.
 *
 * Where an op gives no row stride its rows are contiguous.
 */

export const RECORD_BYTES = 80

// Tiles of matrix products in the exact build, all with the same bits: the global `tiling`.
export const TWO_ROWS = 0
export const TWO_ROWS_SPREAD = 1 // four floats of the first row by one load and four shuffles
export const ONE_ROW = 2

// Opcodes, word 0.
export const LOOP = 1
export const DENSE = 2
export const ACTIVATION = 3
export const SOFTMAX = 4
export const LOG_SOFTMAX = 5
export const SPARSEMAX = 6
export const BINARY = 7
export const AFFINE = 8
export const SCALE_SHIFT = 9
export const COPY = 10
export const TRANSPOSE = 11
export const PRELU = 12
export const GLU = 13
export const FILL = 14
export const FLOAT64_MAP = 15
export const CONV = 20
export const DEPTHWISE = 21
export const POOL = 22
export const TAKE = 23
export const RESAMPLE = 24
export const WINOGRAD = 25
export const GATHER = 40
export const RECURRENT = 41
export const ROW_TEST = 42
export const SELECT = 43
export const MASKED_MEAN = 44
export const SHIFTED_COPY = 45
export const NORMALIZE = 60
export const REDUCE = 61
export const MATMUL = 62
export const ATTENTION = 65
export const WHERE = 63
export const BAND = 64

/** Rows of a record outside a LOOP; rows in all of a LOOP. */
export const ROWS = 1

// LOOP: runs the next `body` records once per tile of at most `tileRows` rows. Loops do not nest.
export const LOOP_TILE_ROWS = 2
export const LOOP_BODY = 3

// DENSE: y[row, n] = activation(Σₖ x[row, k] · weights[k, n] + bias[n] + residual[row, n])
export const DENSE_INNER = 2 // K, columns of x
export const DENSE_UNITS = 3 // N, columns of y
export const DENSE_X = 4
export const DENSE_X_STRIDE = 5
export const DENSE_X_ADVANCE = 6
export const DENSE_WEIGHTS = 7 // packed by packDense, bias inside; 64-byte aligned
export const DENSE_Y = 8
export const DENSE_Y_STRIDE = 9
export const DENSE_Y_ADVANCE = 10
export const DENSE_ACTIVATION = 11 // an activation code
export const DENSE_PARAMETERS = 12 // words 12, 13, 14: three f32
export const DENSE_RESIDUAL = 15 // rows as far apart as those of y; not y itself; address 0: none
export const DENSE_RESIDUAL_ADVANCE = 16
export const DENSE_BARE = 17 // 1: y is the product alone, without bias and activation

// ACTIVATION: y[row, i] = activation(x[row, i]); x may be y.
export const ACTIVATION_WIDTH = 2
export const ACTIVATION_X = 3
export const ACTIVATION_X_ADVANCE = 4
export const ACTIVATION_Y = 5
export const ACTIVATION_Y_ADVANCE = 6
export const ACTIVATION_CODE = 7
export const ACTIVATION_PARAMETERS = 8 // words 8, 9, 10: three f32

// FLOAT64_MAP: the same words, for codes that are functions in float64; results rounded once.

// SOFTMAX, LOG_SOFTMAX, SPARSEMAX over each row; x may be y.
export const SOFTMAX_WIDTH = 2
export const SOFTMAX_X = 3
export const SOFTMAX_X_ADVANCE = 4
export const SOFTMAX_Y = 5
export const SOFTMAX_Y_ADVANCE = 6
export const SOFTMAX_SCRATCH = 7 // SPARSEMAX: `width` floats to sort in; else unused
export const SOFTMAX_WIDE = 8 // SOFTMAX, exact build: 1: in float64, rounded once

// BINARY: y[row, i] = a ∘ b; y may be a or b where that operand is FULL.
export const BINARY_WIDTH = 2
export const BINARY_A = 3
export const BINARY_A_ADVANCE = 4
export const BINARY_B = 5
export const BINARY_B_ADVANCE = 6
export const BINARY_Y = 7
export const BINARY_Y_ADVANCE = 8
export const BINARY_OPERATION = 9 // a binary operation code
export const BINARY_A_KIND = 10 // an operand kind
export const BINARY_B_KIND = 11

// AFFINE: y[row, i] = x[row, i] · scale + offset; x may be y.
export const AFFINE_WIDTH = 2
export const AFFINE_X = 3
export const AFFINE_X_ADVANCE = 4
export const AFFINE_Y = 5
export const AFFINE_Y_ADVANCE = 6
export const AFFINE_SCALE = 7 // f32
export const AFFINE_OFFSET = 8 // f32

// SCALE_SHIFT: y[row, i] = x[row, i] · scale[i] + offset[i]; x may be y.
export const SCALE_SHIFT_WIDTH = 2
export const SCALE_SHIFT_X = 3
export const SCALE_SHIFT_X_ADVANCE = 4
export const SCALE_SHIFT_Y = 5
export const SCALE_SHIFT_Y_ADVANCE = 6
export const SCALE_SHIFT_SCALE = 7 // `width` floats
export const SCALE_SHIFT_OFFSET = 8 // `width` floats
export const SCALE_SHIFT_WIDE = 9 // 1: scale and offset are doubles, and y is rounded once

// COPY: `width` bytes of every row; any element type.
export const COPY_WIDTH = 2
export const COPY_X = 3
export const COPY_X_STRIDE = 4
export const COPY_X_ADVANCE = 5
export const COPY_Y = 6
export const COPY_Y_STRIDE = 7
export const COPY_Y_ADVANCE = 8

// TRANSPOSE: the axes of every row, permuted; y contiguous within the row; 4-byte elements.
export const TRANSPOSE_RANK = 2 // 1…16
export const TRANSPOSE_AXES = 3 // → `rank` lengths of y's axes, then x's byte stride along each of them
export const TRANSPOSE_X = 4
export const TRANSPOSE_X_STRIDE = 5
export const TRANSPOSE_X_ADVANCE = 6
export const TRANSPOSE_Y = 7
export const TRANSPOSE_Y_STRIDE = 8
export const TRANSPOSE_Y_ADVANCE = 9

// PRELU: y = relu(x) − alpha · relu(−x), alpha[i mod period]; width is a multiple of period; x may be y.
export const PRELU_WIDTH = 2
export const PRELU_X = 3
export const PRELU_X_ADVANCE = 4
export const PRELU_Y = 5
export const PRELU_Y_ADVANCE = 6
export const PRELU_ALPHA = 7 // `period` floats
export const PRELU_PERIOD = 8

// GLU: y[row, i] = x[row, i] · sigmoid(x[row, width + i]), i < width; rows of x hold 2 · width.
export const GLU_WIDTH = 2
export const GLU_X = 3
export const GLU_X_ADVANCE = 4
export const GLU_Y = 5
export const GLU_Y_ADVANCE = 6

// FILL: y[row, i] = value.
export const FILL_WIDTH = 2
export const FILL_Y = 3
export const FILL_Y_ADVANCE = 4
export const FILL_VALUE = 5 // the 32 bits to write: f32 or any 4-byte element

// CONV: rows are output pixels, y[pixel, n] = activation(Σₖ patch[pixel, k] · weights[k, n] + bias[n] + residual[pixel, n]),
// patch[pixel] the taps (depth, height, width, channel) of the pixel's window, 0 outside x.
// DEPTHWISE: the same per channel, y[pixel, c] = activation(Σₜ x[t, c] · weights[t, c] + bias[c]).
export const CONV_INNER = 2 // CONV: taps · channels; DEPTHWISE: channels
export const CONV_UNITS = 3 // CONV: filters; DEPTHWISE: taps
export const CONV_X = 4
export const CONV_WEIGHTS = 5 // CONV: packed by packDense; DEPTHWISE: bias (channels) · weights (taps, channels)
export const CONV_WEIGHTS_STRIDE = 6 // CONV: bytes from an output pixel's weights to the next one's; 0: shared
export const CONV_Y = 7
export const CONV_Y_ADVANCE = 8
export const CONV_GRID = 9 // → the GRID words
export const CONV_SCRATCH = 10 // CONV: chunk · inner doubles where inner is at most 11 or WIDE, else floats; DEPTHWISE: channels · (1, or 1 + 2 · dilation along the width where kernels are 3 × 3) floats and taps words
export const CONV_ACTIVATION = 11 // an activation code
export const CONV_PARAMETERS = 12 // words 12, 13, 14: three f32
export const CONV_CHUNK = 15 // CONV: output pixels gathered at a time
export const CONV_RESIDUAL = 16 // CONV: laid out as y, not y itself; address 0: none
export const CONV_FLAGS = 17
export const BARE = 1 // y is the sum alone, without bias and activation
export const WIDE = 2 // CONV, DEPTHWISE, exact build: sums of any length in float64, rounded once

// WINOGRAD: CONV with 3 × 3 windows and stride 1 over one plane per image; rows are tiles of output pixels.
// The words of CONV, but
export const WINOGRAD_BIAS = 18 // `units` floats
export const WINOGRAD_TILE = 19 // pixels that a tile is wide and high: 2, in the fast build 4 too
// CONV_WEIGHTS: packed by packWinograd; CONV_SCRATCH: (tile + 2)² · (inner + chunk · (inner + units)) + 160 floats;
// CONV_CHUNK: tiles at a time; inner and units are multiples of 4.

// GRID: where the windows of a convolution lie. Triples are depth, height, width.
export const GRID_OUT = 0
export const GRID_KERNEL = 3
export const GRID_STRIDE = 6
export const GRID_DILATION = 9
export const GRID_PAD = 12 // i32: positions before x where the first window starts
export const GRID_IN = 15
export const GRID_X_PIXEL = 18 // bytes between pixels of x, which are otherwise contiguous
export const GRID_TAP = 19 // bytes taken of a pixel
export const GRID_Y_IMAGE = 20 // bytes between images, planes, lines and pixels of y
export const GRID_Y_PLANE = 21
export const GRID_Y_LINE = 22
export const GRID_Y_PIXEL = 23
export const GRID_CONTIGUOUS = 24 // 1 when lines, planes and images of y follow each other
export const GRID_WORDS = 25

// POOL: rows are output pixels; y[pixel, c] is the largest or the mean of x[window, c].
export const POOL_CHANNELS = 2
export const POOL_AVERAGE = 3 // 0: largest
export const POOL_X = 4
export const POOL_Y = 5
export const POOL_Y_ADVANCE = 6
// → out (depth, height, width), in (the same), then first and end (exclusive) of the window of each
// output depth, height and width.
export const POOL_WINDOWS = 7

// TAKE: rows are lines of y; y[n, i, j, k] = x[n, depth[i], height[j], width[k]], pixel by pixel.
export const TAKE_PIXEL = 2 // bytes of a pixel
export const TAKE_FILL = 3 // f32 written where an index is −1
export const TAKE_X = 4
export const TAKE_Y = 5
export const TAKE_Y_ADVANCE = 6
// → out (depth, height, width), in (the same), then i32 indices for each output depth, height, width.
export const TAKE_INDICES = 7

// RESAMPLE: rows are (outer, out); y[outer, o, i] = Σₜ weights[o, t] · x[outer, first[o] + t, i], in float64.
export const RESAMPLE_INNER = 2
export const RESAMPLE_IN = 3 // length of the axis of x
export const RESAMPLE_X = 4
export const RESAMPLE_Y = 5
export const RESAMPLE_Y_ADVANCE = 6
export const RESAMPLE_WEIGHTS = 7 // → for each o: first, taps used, then `taps` f32
export const RESAMPLE_OUT = 8
export const RESAMPLE_TAPS = 9
// SHIFTED_COPY: copies `width` bytes of every row; x and y begin later by bytes times a count that is in memory.
// Not inside a LOOP.
export const SHIFTED_WIDTH = 2
export const SHIFTED_X = 3
export const SHIFTED_X_STRIDE = 4
export const SHIFTED_X_SHIFT = 5
export const SHIFTED_Y = 6
export const SHIFTED_Y_STRIDE = 7
export const SHIFTED_Y_SHIFT = 8
export const SHIFTED_COUNT = 9 // → f32, a whole number

// GATHER: y[row, i] = table[x[row], i]; x is int32, negative indices count from the end of the table.
// An index outside the table traps, see assembly/fault.ts.
export const GATHER_WIDTH = 2
export const GATHER_X = 3
export const GATHER_X_ADVANCE = 4
export const GATHER_Y = 5
export const GATHER_Y_ADVANCE = 6
export const GATHER_TABLE = 7 // (count, width) floats
export const GATHER_COUNT = 8

// RECURRENT: all steps of one recurrent cell over `rows` sequences. Rows do not mix; not inside a LOOP.
export const RECURRENT_CELL = 2 // a cell code
export const RECURRENT_STEPS = 3
export const RECURRENT_UNITS = 4
export const RECURRENT_X = 5 // (rows, steps, gates · units) floats: input projections, bias inside
export const RECURRENT_WEIGHTS = 6 // packed by packDense: (units, gates · units); GRU: z and r alone
export const RECURRENT_SETTINGS = 7 // → SETTINGS_*
export const RECURRENT_H = 8 // (rows, units) floats: state before and after
export const RECURRENT_C = 9 // (rows, units) floats: LSTM's carry before and after
export const RECURRENT_Y = 10 // (rows, steps, units) floats with SEQUENCES, else (rows, units)
export const RECURRENT_MASK = 11 // (rows, steps) int32, 0 where a step is skipped; address 0: none
export const RECURRENT_SCRATCH = 12 // rows · (gates + 1) · units floats
export const RECURRENT_FLAGS = 13
// rows · ((gates + 1) · units + 4) doubles to work in: the exact build takes the steps in float64 and rounds nothing but
// the states; address 0: in float32
export const RECURRENT_WIDE = 14

// Words of a RECURRENT op's settings.
export const SETTINGS_ACTIVATION = 0 // an activation code, or CELL_SOFTMAX
export const SETTINGS_PARAMETERS = 1 // three f32
export const SETTINGS_GATE_ACTIVATION = 4
export const SETTINGS_GATE_PARAMETERS = 5
export const SETTINGS_CANDIDATE = 8 // GRU with RESET_BEFORE: packed (units, units)

// Cell codes. Gates stand in the order given, blocks of `units` columns.
export const SIMPLE_RNN = 0
export const LSTM = 1 // input, forget, output, candidate
export const GRU = 2 // update, reset, candidate

// Flags of RECURRENT.
export const SEQUENCES = 1 // y holds every step
export const BACKWARDS = 2 // x is read from the last step on; y is in order of execution
export const MASK_BACKWARDS = 4
export const ZERO_MASKED = 8 // y is 0 where a step is skipped, else the output before
export const TIME_MAJOR = 16 // steps come before rows in x, y and mask
export const RESET_BEFORE = 32 // GRU: the reset gate acts before the matrix product
export const PRODUCT_GIVEN = 64 // scratch holds state · weights already; one step
export const CONTINUED = 128 // y of the step before lies before y, or is y without SEQUENCES
export const STREAMED = 256 // the state is the y of the step before the first

// ROW_TEST: y[row] = 1 where the row passes, else 0; y is int32.
export const ROW_TEST_WIDTH = 2
export const ROW_TEST_X = 3
export const ROW_TEST_X_ADVANCE = 4
export const ROW_TEST_Y = 5
export const ROW_TEST_Y_ADVANCE = 6
export const ROW_TEST_KIND = 7 // a test code
export const ROW_TEST_VALUE = 8 // f32
export const ANY_DIFFERS = 0 // some float differs from value
export const ANY_SET = 1 // some 4-byte element is not 0
export const ALL_SET = 2

// SELECT: y[row, i] = x[row, i] where the row's mask is not 0, else other[row, i] or value; x may be y.
export const SELECT_WIDTH = 2
export const SELECT_X = 3
export const SELECT_X_ADVANCE = 4
export const SELECT_Y = 5
export const SELECT_Y_ADVANCE = 6
export const SELECT_MASK = 7 // (rows) int32
export const SELECT_MASK_ADVANCE = 8
export const SELECT_VALUE = 9 // f32
export const SELECT_OTHER = 10 // (rows, width); address 0: value instead
export const SELECT_OTHER_ADVANCE = 11

// MASKED_MEAN: y[row, i] = Σ x[row, step, i] / n over the n steps whose mask is not 0.
export const MASKED_MEAN_WIDTH = 2
export const MASKED_MEAN_X = 3
export const MASKED_MEAN_X_ADVANCE = 4
export const MASKED_MEAN_Y = 5
export const MASKED_MEAN_Y_ADVANCE = 6
export const MASKED_MEAN_STEPS = 7
export const MASKED_MEAN_MASK = 8 // (rows, steps) int32
export const MASKED_MEAN_MASK_ADVANCE = 9

// NORMALIZE: y[row, i] = (x[row, i] − mean) · scale · gamma[i] + beta[i], statistics of the row; x may be y.
export const NORMALIZE_WIDTH = 2
export const NORMALIZE_X = 3
export const NORMALIZE_X_ADVANCE = 4
export const NORMALIZE_Y = 5
export const NORMALIZE_Y_ADVANCE = 6
export const NORMALIZE_GAMMA = 7 // `width` floats; 0: none
export const NORMALIZE_BETA = 8 // `width` floats; 0: none
export const NORMALIZE_STATISTICS = 9 // a statistics code
export const NORMALIZE_EPSILON = 10 // f32
export const NORMALIZE_PERIOD = 11 // gamma and beta have that many rows, which the rows of x take in turn; 0: one

// Statistics codes of NORMALIZE.
export const STANDARDIZE = 0 // scale 1 / √(variance + epsilon)
export const DEVIATION_ONLY = 1 // the same, mean left in
export const ROOT_MEAN_SQUARE = 2 // mean left in, scale 1 / √(Σx² / width + epsilon)
export const UNIT_NORM = 3 // mean left in, scale min(1 / √Σx², 1 / epsilon)

// REDUCE: y[row, c] = reduction over n of x[row, n, c], in float64; rows contiguous.
export const REDUCE_COUNT = 2 // n
export const REDUCE_WIDTH = 3 // c
export const REDUCE_X = 4
export const REDUCE_X_ADVANCE = 5
export const REDUCE_Y = 6
export const REDUCE_Y_ADVANCE = 7
export const REDUCE_KIND = 8 // a reduction code

// Reduction codes.
export const SUM = 0
export const MEAN = 1
export const PRODUCT = 2
export const LARGEST = 3
export const LEAST = 4
export const VARIANCE = 5
export const STANDARD_DEVIATION = 6
export const ROOT_OF_SQUARES = 7 // √Σx²
export const SUM_OF_MAGNITUDES = 8 // Σ|x|

// MATMUL: rows are matrices, y[row] (m, n) = a[row] (m, k) · b[row] (k, n), summed as DENSE does. Not inside a LOOP.
export const MATMUL_M = 2
export const MATMUL_K = 3
export const MATMUL_N = 4
export const MATMUL_A = 5 // rows of k contiguous floats
export const MATMUL_A_STRIDE = 6 // bytes between them
export const MATMUL_B = 7
export const MATMUL_B_K = 8 // bytes along k
export const MATMUL_B_N = 9 // bytes along n
export const MATMUL_Y = 10 // rows of n contiguous floats
export const MATMUL_Y_STRIDE = 11
export const MATMUL_SCRATCH = 12 // packedDenseBytes(k, n), 64-byte aligned
export const MATMUL_RANK = 13 // axes that `rows` is the product of
export const MATMUL_AXES = 14 // → `rank` lengths, then byte strides of a, of b and of y

// ATTENTION: rows are (batch, head); y = softmax(q · kᵀ) · v, q (batch, targets, heads, depth), k and v (batch, sources,
// heads / repeats, depth or value depth), y (batch, targets, heads, value depth). Not inside a LOOP.
export const ATTENTION_TARGETS = 2
export const ATTENTION_SOURCES = 3
export const ATTENTION_DEPTH = 4
export const ATTENTION_VALUE_DEPTH = 5
export const ATTENTION_HEADS = 6
export const ATTENTION_REPEATS = 7 // heads after each other that share keys and values
export const ATTENTION_Q = 8
export const ATTENTION_K = 9
export const ATTENTION_V = 10
export const ATTENTION_Y = 11
export const ATTENTION_SCRATCH = 12 // attentionScratchBytes, 64-byte aligned
export const ATTENTION_BELOW = 13 // i32: sources before the target that it attends to; further ones score −1e9
export const ATTENTION_ABOVE = 14 // i32: the same after it; 0 makes it causal
export const ATTENTION_BEFORE = 15 // → f32, causal only: sources before the first target; those after the last are no part of it
/** Queries whose scores exist at a time; all tile heights divide it. */
export const ATTENTION_TILE = 24
/** Causal attention adds up over so many sources at least, and over a multiple of eight. */
export const ATTENTION_LEAST = 16

// WHERE: y[row, i] = condition ≠ 0 ? a : b, each operand FULL, ROW, SCALAR or COLUMN; y may be one that is FULL.
export const WHERE_WIDTH = 2
export const WHERE_CONDITION = 3 // 4-byte elements
export const WHERE_CONDITION_ADVANCE = 4
export const WHERE_A = 5
export const WHERE_A_ADVANCE = 6
export const WHERE_B = 7
export const WHERE_B_ADVANCE = 8
export const WHERE_Y = 9
export const WHERE_Y_ADVANCE = 10
export const WHERE_KINDS = 11 // kind of the condition, of a << 2, of b << 4

// BAND: y[row, i] = x[row, i] where i lies in [t − below, t + above], t = row mod period; else value. x may be y.
// Not inside a LOOP.
export const BAND_WIDTH = 2
export const BAND_X = 3
export const BAND_X_ADVANCE = 4
export const BAND_Y = 5
export const BAND_Y_ADVANCE = 6
export const BAND_PERIOD = 7
export const BAND_BELOW = 8 // i32
export const BAND_ABOVE = 9 // i32
export const BAND_VALUE = 10 // f32

// Operand kinds of BINARY.
export const FULL = 0 // rows × width
export const ROW = 1 // width: the same for every row; its advance is normally 0
export const SCALAR = 2 // one element
export const COLUMN = 3 // rows: one element per row, 4 bytes apart

// Binary operation codes.
export const ADD = 0
export const SUBTRACT = 1
export const MULTIPLY = 2
export const DIVIDE = 3
export const MINIMUM = 4
export const MAXIMUM = 5
export const SQUARED_DIFFERENCE = 6
// On int32; bool is int32 0 or 1.
export const INT_ADD = 20
export const INT_SUBTRACT = 21
export const INT_MULTIPLY = 22
export const INT_MINIMUM = 23
export const INT_MAXIMUM = 24
// Comparisons give bool.
export const EQUAL = 30
export const NOT_EQUAL = 31
export const LESS = 32
export const LESS_EQUAL = 33
export const INT_EQUAL = 34
export const INT_NOT_EQUAL = 35
export const INT_LESS = 36
export const INT_LESS_EQUAL = 37
// In float64, rounded once; POWER in float32.
export const POWER = 150
export const FLOOR_DIVIDE = 151
export const MODULO = 152 // the divisor's sign
export const REMAINDER = 153 // the dividend's sign
export const ATAN2 = 154
export const HYPOT = 155
export const LOG_ADD_EXP = 156 // log(eᵃ + eᵇ)
export const LOG_ADD_EXP2 = 157 // log₂(2ᵃ + 2ᵇ)

// Activation codes. p, q, r are the three parameters.
// The first group costs a few instructions and is fused into DENSE while results are in registers.
export const LINEAR = 0
export const RELU = 1
export const RELU6 = 2
export const LEAKY_RELU = 3 // p negative slope
export const RELU_GENERAL = 4 // p negative slope, q max value (NaN: none), r threshold
export const HARD_TANH = 5
export const HARD_SIGMOID = 6
export const HARD_SILU = 7
export const HARD_SHRINK = 8 // p threshold
export const SOFT_SHRINK = 9 // p threshold
export const THRESHOLD = 10 // p threshold, q value at or below it
export const SOFTSIGN = 11
export const SPARSE_PLUS = 12
export const SPARSE_SIGMOID = 13
export const SQUAREPLUS = 14 // p b
export const HARD_SIGMOID_SLOPE = 15 // p slope: clip(p · x + 0.5, 0, 1)
// Transcendental.
export const EXPONENTIAL = 20
export const ELU = 21 // p alpha
export const SELU = 22
export const CELU = 23 // p alpha
export const SIGMOID = 24
export const LOG_SIGMOID = 25
export const SILU = 26
export const TANH = 27
export const TANH_SHRINK = 28
export const SOFTPLUS = 29
export const GELU = 30 // 0.5 x (1 + erf(x / √2))
export const GELU_TANH = 31 // approximate=True
export const MISH = 32
// Elementwise functions of keras.ops.
export const NEGATIVE = 40
export const ABSOLUTE = 41
export const SIGN = 42
export const SQUARE = 43
export const SQRT = 44
export const RSQRT = 45
export const RECIPROCAL = 46
export const FLOOR = 47
export const CEIL = 48
export const ROUND = 49 // half to even
export const EXPM1 = 50
export const LOG = 51
export const LOG1P = 52
export const ERF = 53
export const TRUNC = 54

// Conversions; bool is int32 0 or 1.
export const INT_TO_FLOAT = 80
export const FLOAT_TO_INT = 81 // towards 0; out of range and NaN: -2³¹, as x86 and so TensorFlow do
export const FLOAT_TO_BOOL = 82
export const INT_TO_BOOL = 83
export const LOGICAL_NOT = 84
// Halves to even, beyond the largest infinity; the result stays a float32.
export const ROUND_FLOAT16 = 85
export const ROUND_BFLOAT16 = 86
// The nearest multiple of float8 e4m3's steps of size p, within its range.
export const ROUND_FLOAT8 = 87

// Added to the code of a transcendental function, SOFTSIGN, HARD_SIGMOID, HARD_SILU, RSQRT, EXPM1, LOG, LOG1P or ERF: in
// the exact build it is taken in float64 and rounded once.
export const WIDE_FUNCTION = 256

// In float64, rounded once: for FLOAT64_MAP, not for DENSE, CONV and RECURRENT.
export const FIRST_FLOAT64 = 120
export const SIN = 120
export const COS = 121
export const TAN = 122
export const ASIN = 123
export const ACOS = 124
export const ATAN = 125
export const SINH = 126
export const COSH = 127
export const ASINH = 128
export const ACOSH = 129
export const ATANH = 130
export const EXP2 = 131
export const LOG2 = 132
export const LOG10 = 133
export const CBRT = 134
export const ERFC = 135
export const ERF_INVERSE = 136
export const SINC = 137 // sin(πx) / (πx)
export const BESSEL_I0 = 138 // modified Bessel function of the first kind, order 0

/** Softmax over the units, as an activation of RECURRENT only. */
export const CELL_SOFTMAX = 100
