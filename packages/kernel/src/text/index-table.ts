import { hashBucket, type HashKey } from './hash-bucket.ts'

/** A term: text, or a 64-bit integer. */
export type Term = string | bigint

/** What a lookup knows besides its vocabulary. */
export interface IndexTableOptions {
  /** Index of terms not in the vocabulary, and how many of them there are. */
  readonly oovStart: number
  readonly oovIndices: number
  /** The term that is masked, and its index. */
  readonly mask: Term | undefined
  readonly maskIndex: bigint
  /** Integers share several indices modulo their number, not by their hash. */
  readonly modulo: boolean
  readonly key: HashKey | undefined
}

/** Indices of terms, as Keras's StringLookup and IntegerLookup number them: mask, out of vocabulary, vocabulary. */
export class IndexTable {
  readonly #indices: ReadonlyMap<Term, bigint>
  readonly #options: IndexTableOptions

  constructor(terms: readonly Term[], options: IndexTableOptions) {
    const first = options.oovStart + options.oovIndices
    this.#indices = new Map(terms.map((term, i) => [term, BigInt(first + i)]))
    this.#options = options
  }

  /** The index of a term; undefined when it is unknown and there is no index for such terms. */
  indexOf(term: Term): bigint | undefined {
    const { mask, maskIndex, oovStart, oovIndices } = this.#options
    if (term === mask) return maskIndex
    const known = this.#indices.get(term)
    if (known !== undefined || oovIndices === 0) return known
    return BigInt(oovStart + (oovIndices === 1 ? 0 : this.#bucketOf(term)))
  }

  #bucketOf(term: Term): number {
    const { oovIndices, modulo, key } = this.#options
    if (typeof term === 'string' || !modulo) return hashBucket(`${term}`, oovIndices, key)
    const rest = Number(term % BigInt(oovIndices))
    return rest < 0 ? rest + oovIndices : rest
  }
}
