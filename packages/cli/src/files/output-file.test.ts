import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeOutput } from './output-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dotplus-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('replaces a file by the pieces written', async () => {
  const path = join(folder, 'y.bin')
  await writeFile(path, 'old and longer')
  const length = await writeOutput(path, async (append) => {
    await append(Uint8Array.of(1, 2))
    await append(Uint8Array.of(3))
  })
  expect(length).toBe(3)
  expect([...(await readFile(path))]).toEqual([1, 2, 3])
  expect(await readdir(folder)).toEqual(['y.bin'])
})

test('a failure leaves the old file and nothing else', async () => {
  const path = join(folder, 'y.bin')
  await writeFile(path, 'old')
  const failing = writeOutput(path, async (append) => {
    await append(Uint8Array.of(1))
    throw new Error('no more')
  })
  await expect(failing).rejects.toThrow('no more')
  expect(await readdir(folder)).toEqual(['y.bin'])
  expect(await readFile(path, 'utf8')).toBe('old')
})

test('a folder that is not there is named', async () => {
  const path = join(folder, 'missing', 'y.bin')
  await expect(writeOutput(path, async () => {})).rejects.toThrow(
    `${path}: cannot be written: no such file or directory`,
  )
})

test('a folder is not replaced by a file', async () => {
  await expect(writeOutput(folder, async () => {})).rejects.toThrow(
    'expected a file name, got a folder',
  )
})

test('a device stays a device', async () => {
  expect(await writeOutput('/dev/null', (append) => append(Uint8Array.of(1)))).toBe(1)
})
