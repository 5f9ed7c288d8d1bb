import { FormatError } from '@dotplus/core'

const headBytes = 512

/**
 * Refuses what servers and version control hand out in place of a file.
 *
 * @throws {FormatError} naming what it is and the way out
 */
export function refuseSubstitute(bytes: Uint8Array, file: string | undefined): void {
  const head = new TextDecoder().decode(bytes.subarray(0, headBytes)).trimStart().toLowerCase()
  if (/^<(!doctype html|html|head|body)\b/.test(head)) {
    throw new FormatError('an HTML page instead of a model', {
      file,
      hint: 'Servers answer an unknown address with a page: check the address and that the file is deployed',
    })
  }
  if (head.startsWith('version https://git-lfs.github.com/spec/')) {
    throw new FormatError('a Git LFS pointer instead of a model', {
      file,
      hint: 'Fetch the file itself with `git lfs pull`',
    })
  }
}
