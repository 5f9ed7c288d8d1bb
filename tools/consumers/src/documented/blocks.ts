import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../paths.ts'

/** The fenced blocks of a page under docs/ in one language, in order. */
export async function blocksOf(page: string, language: string): Promise<string[]> {
  const text = await readFile(join(root, 'docs', page), 'utf8')
  const fence = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm')
  return [...text.matchAll(fence)].map(([, block]) => block as string)
}
