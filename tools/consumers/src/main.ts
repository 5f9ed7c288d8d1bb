import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { load } from '@dotplus/node'
import { Bench, type Finding } from './bench.ts'
import { consumers } from './consumers/index.ts'
import { run } from './command.ts'
import { installHost } from './host.ts'
import { writeModels, type Models } from './models.ts'
import { root } from './paths.ts'
import { computation, type Hashes } from './program.ts'
import { startRegistry } from './registry.ts'
import { prepareRelease } from './release.ts'
import { checkTarball, nameOfTarball } from './tarballs.ts'
import { checkFindings, describe } from './report.ts'
import { startProject, upgradeProject } from './upgrade.ts'

const usage = `Rehearses a release: bumps versions, publishes to a registry on this machine, installs from there, runs.

  node dist/main.js [--only TEXT]… [--keep]

  --only TEXT   only consumers whose names contain the text
  --keep        leaves the folders behind and names them
`

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** What Node computes with the packages of this repository. */
async function expectedHashes(models: Models): Promise<Hashes> {
  const file = join(models.folder, '../compute.mjs')
  await writeFile(file, computation)
  const { compute } = (await import(pathToFileURL(file).href)) as {
    compute(load: unknown, addressOf: (name: string) => string): Promise<Hashes>
  }
  return compute(load, (name) => join(models.folder, `${name}.dotplus`))
}

async function rehearse(scratch: string): Promise<boolean> {
  await installHost()
  const models = await writeModels(join(scratch, 'models'))
  const expected = await expectedHashes(models)
  console.log(
    `  Node ${process.versions.node}, this repository: sample MLP ${expected.mlp}, MobileNetV2 ${expected.mobilenetv2}`,
  )
  const registry = await startRegistry(join(scratch, 'registry'))
  try {
    const tree = await prepareRelease(join(scratch, 'tree'), registry)
    const version = await tree.release()
    console.log(`✓ bumped and published ${version}`)
    let failed = 0
    const check = async (name: string, task: () => Promise<void>): Promise<void> => {
      try {
        await task()
        console.log(`✓ ${name}`)
      } catch (error) {
        failed += 1
        console.log(`✗ ${name}\n    ${(error as Error).message.replaceAll('\n', '\n    ')}`)
      }
    }
    await mkdir(join(scratch, 'tarballs'))
    for (const tarball of await tree.pack(join(scratch, 'tarballs'))) {
      await check(`publint and attw: ${nameOfTarball(tarball)}`, () => checkTarball(tarball))
    }
    await check('deno publish --dry-run', async () => {
      await run(process.execPath, ['tools/jsr/publish.mjs', '--dry-run'], { cwd: root })
    })
    const attempt = async (
      name: string,
      task: () => Promise<readonly Finding[]>,
    ): Promise<void> => {
      const start = performance.now()
      try {
        const findings = await task()
        checkFindings(findings, expected)
        console.log(describe(name, findings, (performance.now() - start) / 1000))
      } catch (error) {
        failed += 1
        console.log(`✗ ${name}\n    ${(error as Error).message.replaceAll('\n', '\n    ')}`)
      }
    }
    const isWanted = (name: string): boolean =>
      values.only.length === 0 ||
      values.only.some((text) => name.toLowerCase().includes(text.toLowerCase()))
    for (const [i, consumer] of consumers.entries()) {
      if (!isWanted(consumer.name)) continue
      const reason = await consumer.unavailable?.()
      if (reason !== undefined) {
        failed += 1
        console.log(`✗ ${consumer.name}\n    ${reason}`)
        continue
      }
      await attempt(consumer.name, async () => consumer.run(await benchOf(`${i}`, version)))
    }
    const project = await benchOf('project', version)
    await attempt('a project before the patch release', async () => [await startProject(project)])
    await tree.addChangeset('patch', 'A rehearsed patch.')
    const patched = await tree.release()
    console.log(`✓ bumped and published ${patched}`)
    await attempt('the same project after `npm update`', async () => [
      await upgradeProject(project, patched),
    ])
    return failed === 0

    async function benchOf(name: string, published: string): Promise<Bench> {
      const folder = join(scratch, 'consumers', name)
      await mkdir(folder, { recursive: true })
      return new Bench(folder, models, registry, published)
    }
  } finally {
    registry.close()
  }
}

if (values.help) {
  console.log(usage)
} else {
  const scratch = await mkdtemp(join(tmpdir(), 'dotplus-rehearsal-'))
  try {
    const isGreen = await rehearse(scratch)
    console.log(isGreen ? '\nthe release works' : '\nthe release does not work')
    process.exitCode = isGreen ? 0 : 1
  } finally {
    if (values.keep) console.log(scratch)
    else await rm(scratch, { recursive: true, force: true })
  }
}
