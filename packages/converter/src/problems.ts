import { DotplusError } from '@dotplus/core'

/**
 * Several things stop a conversion. `problems` lists all of them; the message is that of the first with their number.
 */
export class ConversionError extends DotplusError {
  readonly tag: string = 'ConversionError'
  override readonly name: string = 'ConversionError'
  readonly problems: readonly DotplusError[]

  constructor(file: string | undefined, problems: readonly DotplusError[]) {
    const first = problems[0]?.message ?? 'no reason given'
    super(`${problems.length} problems stop the conversion, the first: ${first}`, {
      file,
      hint: '`dotplus doctor` lists them all',
    })
    this.problems = problems
  }
}

/** What an error of `convert` says is wrong: the list of a {@link ConversionError}, or the one error itself. */
export function problemsOf(error: unknown): readonly DotplusError[] {
  if (error instanceof ConversionError) return error.problems
  if (error instanceof DotplusError) return [error]
  throw error
}

/** Collects problems, so that one run finds them all. The same problem counts once. */
export class Problems {
  readonly #byMessage = new Map<string, DotplusError>()

  get list(): readonly DotplusError[] {
    return [...this.#byMessage.values()]
  }

  add(problem: DotplusError): void {
    if (!this.#byMessage.has(problem.message)) this.#byMessage.set(problem.message, problem)
  }

  /** Adds what `error` stands for; rethrows what is no {@link DotplusError}, because that is a bug. */
  addError(error: unknown): void {
    for (const problem of problemsOf(error)) this.add(problem)
  }

  /** The result of `attempt`, or undefined when it failed and the problem was added. */
  catch<T>(attempt: () => T): T | undefined {
    try {
      return attempt()
    } catch (error) {
      this.addError(error)
      return undefined
    }
  }

  /** @throws the one problem, or a {@link ConversionError} when there are several */
  throwIfAny(file: string | undefined): void {
    const [first, second] = this.list
    if (second) throw new ConversionError(file, this.list)
    if (first) throw first
  }
}
