/** What the run comes to, for the test runner. */
export interface Summary {
  readonly passed: number
  readonly failures: readonly Finding[]
  readonly skipped: readonly Finding[]
}

export interface Finding {
  readonly name: string
  readonly reason: string
}

/** Collects what passed, what failed and what was left out, and why. */
export class SummaryBuilder implements Summary {
  passed = 0
  readonly failures: Finding[] = []
  readonly skipped: Finding[] = []

  /** One check: passed without a reason, failed with one. */
  add(name: string, reason: string | undefined): void {
    if (reason === undefined) this.passed += 1
    else this.failures.push({ name, reason })
  }

  skip(name: string, reason: string): void {
    this.skipped.push({ name, reason })
  }
}
