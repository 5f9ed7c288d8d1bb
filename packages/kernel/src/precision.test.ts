import { describe, expect, it } from 'vitest'
import { builtKernels } from './instantiate.fixture.ts'
import { hasFusedMultiplyAdd, kernelBuild } from './precision.ts'

describe('kernelBuild', () => {
  it('is the exact build when asked for it', async () => {
    expect(await kernelBuild('exact', 'all', builtKernels)).toMatchObject({
      precision: 'exact',
      reason: undefined,
    })
  })

  it('is the fast build only where multiply and add are fused, and says why where not', async () => {
    const build = await kernelBuild('fast', 'all', builtKernels)
    expect(build.precision).toBe(hasFusedMultiplyAdd() ? 'fast' : 'exact')
    expect(build.reason === undefined).toBe(hasFusedMultiplyAdd())
  })

  it('compiles a kernel once', async () => {
    const [first, second] = [
      await kernelBuild('exact', 'dense', builtKernels),
      await kernelBuild('exact', 'dense', builtKernels),
    ]
    expect(second.module).toBe(first.module)
    expect((await kernelBuild('exact', 'all', builtKernels)).module).not.toBe(first.module)
  })
})
