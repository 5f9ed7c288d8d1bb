import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { dotplus } from '../testing/dotplus.ts'

/** What bash offers for the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout: script } = await dotplus(['completion', 'bash'])
  const line = ['dotplus', ...words].map((word) => `'${word}'`).join(' ')
  const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _dotplus; echo "\${COMPREPLY[*]}"`
  const answer = execFileSync('bash', ['--norc', '-c', `${script}\n${ask}`], { encoding: 'utf8' })
  return answer.trim().split(' ').filter(Boolean)
}

describe('dotplus completion', () => {
  test('bash completes commands, options and their values; files are its own matter', async () => {
    expect(await offered('')).toContain('inspect')
    expect(await offered('ver')).toEqual(['verify'])
    expect(await offered('run', '--on')).toEqual(['--on-error'])
    expect(await offered('run', '--on-error', '')).toEqual(['fail', 'skip', 'null'])
    expect(await offered('convert', '--weights', 'f1')).toEqual(['f16'])
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(await offered('help', 'be')).toEqual(['bench'])
    expect(await offered('run', '-i', '')).toEqual([])
    expect(await offered('inspect', '')).toEqual([])
  })

  test.each(['zsh', 'fish'])('%s knows every command and option of the help', async (shell) => {
    const { stdout: script, status } = await dotplus(['completion', shell])
    expect(status).toBe(0)
    for (const command of ['convert', 'run', 'verify', 'bench']) {
      expect(script).toContain(command)
      const { stdout } = await dotplus([command, '--help'])
      for (const [, long = ''] of stdout.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm))
        expect(script).toMatch(new RegExp(`(--|-l )${long}\\b`))
    }
  })

  test('another shell', async () => {
    const { status, stderr } = await dotplus(['completion', 'tcsh'])
    expect(status).toBe(2)
    expect(stderr).toMatch(/Allowed choices are bash, zsh, fish/)
  })
})
