import { loaderOf, type Load } from '@dotplus/kernel/compressed'
import { adapter } from './adapter.ts'

/**
 * Loads a dotplus model. Strings are paths, or URLs when they begin with `https:`, `http:`, `file:` or `data:`. Shards
 * are read beside the model and checked.
 */
export const load: Load = /* @__PURE__ */ loaderOf(adapter)
