/** What the command answers its caller with. */
export const exitCode = {
  ok: 0,
  /** A check ran and did not hold: `verify` found a difference. */
  failedCheck: 1,
  /** The arguments or the files given are at fault. */
  badInput: 2,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]
