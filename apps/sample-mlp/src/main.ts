import { writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reportPage } from './report/page.ts'
import { runSample } from './sample.ts'
import { terminalText } from './terminal.ts'

const reportFile = fileURLToPath(new URL('../../../report.html', import.meta.url))

const result = await runSample()
console.log(terminalText(result))
await writeFile(reportFile, reportPage(result))
console.log(`\nThe picture: ${relative(process.cwd(), reportFile)}`)

const routes = result.models.flatMap((model) => model.routes)
if (!routes.every((route) => route.equal && route.sameTensors)) {
  console.error('Some predictions or tensors differ.')
  process.exitCode = 1
}
