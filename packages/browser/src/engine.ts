import { RuntimeError } from '@dotplus/core'
import { hasSimd } from '@dotplus/kernel'

const expected = 'Chrome 91, Firefox 89, Safari 16.4, or newer'

/**
 * Tells before a download that nothing could run.
 *
 * @throws {RuntimeError} when the browser lacks WebAssembly or its SIMD
 */
export function requireEngine(): void {
  if (typeof WebAssembly !== 'object') {
    throw new RuntimeError('this browser has no WebAssembly', {
      expected,
      hint: 'A lockdown mode may have switched it off',
    })
  }
  if (!hasSimd()) throw new RuntimeError('this browser has no WebAssembly SIMD', { expected })
}
