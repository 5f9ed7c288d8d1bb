import { readFile } from 'node:fs/promises'
import type { CaseFolder } from './find.ts'

interface Gap {
  readonly collection: string
  /** A case's name, or the beginning of several with `*` after it. */
  readonly pattern: string
  readonly reason: string
}

/** Cases that cannot pass yet, each with its reason. A gap that passes, or that names no case, is a failure. */
export class KnownGaps {
  readonly #gaps: readonly Gap[]

  constructor(gaps: readonly Gap[]) {
    this.#gaps = gaps
  }

  /** The file maps collections to patterns to reasons. */
  static async read(file: string): Promise<KnownGaps> {
    const collections = JSON.parse(await readFile(file, 'utf8')) as Record<
      string,
      Record<string, string>
    >
    return new KnownGaps(
      Object.entries(collections).flatMap(([collection, gaps]) =>
        Object.entries(gaps).map(([pattern, reason]) => ({ collection, pattern, reason })),
      ),
    )
  }

  /** Why a case cannot pass yet; undefined where it must pass. An exact name goes before a pattern. */
  reasonFor({ collection, name }: Pick<CaseFolder, 'collection' | 'name'>): string | undefined {
    const gaps = this.#gaps.filter((gap) => gap.collection === collection && covers(gap, name))
    return (gaps.find(({ pattern }) => pattern === name) ?? gaps[0])?.reason
  }

  /** Patterns of these collections that cover none of the cases. */
  unused(cases: readonly CaseFolder[]): string[] {
    const collections = new Set(cases.map(({ collection }) => collection))
    return this.#gaps
      .filter((gap) => collections.has(gap.collection))
      .filter(
        (gap) => !cases.some((one) => one.collection === gap.collection && covers(gap, one.name)),
      )
      .map(({ collection, pattern }) => `${collection}: ${pattern}`)
  }
}

function covers({ pattern }: Gap, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
