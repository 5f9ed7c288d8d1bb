import { parseArgs } from 'node:util'
import { launchChromium } from '../browsers/chromium.ts'
import { downloadTrials } from './download-trials.ts'
import { environmentTrials } from './environment-trials.ts'
import { lastingTrials } from './lasting-trials.ts'
import { runTrials } from './trial.ts'

const usage = `Puts the adapters under load: large models over slow networks, poor surroundings, a thousand loads.

  node dist/endurance/main.js [--megabytes N] [--rate N] [--cycles N]

  --megabytes N   size of the model that is downloaded; 100
  --rate N        megabytes per second that the server sends; 40
  --cycles N      loads in each runtime; 1000
`

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    rate: { type: 'string', default: '40' },
    cycles: { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(usage)
} else {
  const browser = await launchChromium()
  if (!browser) throw new Error('no Chromium on this machine')
  try {
    let failed = 0
    const print = (line: string): void => console.log(line)
    const rate = Number(values.rate) * 1e6
    failed += await runTrials(environmentTrials(browser), print)
    failed += await runTrials(downloadTrials(browser, Number(values.megabytes), rate, true), print)
    failed += await runTrials(lastingTrials(browser, Number(values.cycles)), print)
    process.exitCode = failed === 0 ? 0 : 1
  } finally {
    await browser.close()
  }
}
