/** How TextVectorization prepares a text: the steps that `standardize` names, in their order. */
export interface Standardization {
  readonly lower: boolean
  readonly stripPunctuation: boolean
}

/**
 * Standardizes as TensorFlow does, which knows no letters and no punctuation beyond ASCII: É stays, and so does ¿.
 */
export function standardize(text: string, { lower, stripPunctuation }: Standardization): string {
  const lowered = lower
    ? text.replace(/[A-Z]+/g, (letters) =>
        String.fromCharCode(...Array.from(letters, (letter) => letter.charCodeAt(0) | 0x20)),
      )
    : text
  return stripPunctuation ? lowered.replace(/[!-/:-@[-`{-~]+/g, '') : lowered
}
