import { elementCount, ModelError } from '@dotplus/core'
import { bytesOf } from '../dtype/element-type.ts'
import { writeCopy } from '../program.ts'
import { broadcastTo } from './broadcast.ts'
import { onlyTensor, type Lowering } from './context.ts'

/** RepeatVector: (batch, features) → (batch, n, features). */
export const repeatVectorLayer: Lowering<number> = {
  anyDtype: true,
  prepare: (layer) => (layer.kind === 'repeatVector' ? layer.repeatVector.n : 1),
  lower(context, n, call, layer) {
    const x = onlyTensor(call, layer)
    const [batch = 1, features = 1] = x.shape
    if (x.shape.length !== 2) {
      throw new ModelError('input of RepeatVector', {
        layer: layer.name,
        expected: '(batch, features)',
        got: `(${x.shape.join(', ')})`,
      })
    }
    if (bytesOf(x.dtype) === 8) {
      const shape = [batch, n, features]
      return [broadcastTo(context, layer, context.view(x, [batch, 1, features]), shape)]
    }
    const y = context.value([batch, n, features], x.dtype)
    if (elementCount(y.shape) === 0) return [y]
    const [read, write] = [context.operand(x, features), context.operand(y, n * features)]
    const stride = n * features * 4
    for (let step = 0; step < n; step++) {
      context.push({
        kind: 'copy',
        rows: batch,
        reads: [read],
        writes: [write],
        inPlace: false,
        tileable: true,
        emit: (program, index, place) =>
          writeCopy(program, index, {
            rows: batch,
            widthBytes: features * 4,
            x: place.address(read),
            xStride: features * 4,
            xAdvance: place.advance(read),
            y: place.address(write) + step * features * 4,
            yStride: stride,
            yAdvance: place.advance(write),
          }),
      })
    }
    return [y]
  },
}
