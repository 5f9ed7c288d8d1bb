import { writeFileSync } from 'node:fs'

/**
 * A vitest reporter that writes what passed, failed and was skipped, with reasons, for the test runner.
 * @implements {import('vitest/node').Reporter}
 */
export default class CountReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly import('vitest/node').SerializedError[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    let passed = 0
    const failures = unhandled.map(({ message }) => ({ name: 'unhandled error', reason: message }))
    const skipped = []
    for (const module of modules) {
      const file = module.relativeModuleId
      for (const { message } of module.errors()) failures.push({ name: file, reason: message })
      for (const test of module.children.allTests()) {
        const name = `${file}: ${test.fullName}`
        const result = test.result()
        if (result.state === 'passed') passed += 1
        else if (result.state === 'failed')
          failures.push({ name, reason: firstLine(result.errors) })
        else skipped.push({ name, reason: reasonToSkip(test, result) })
      }
    }
    writeFileSync(process.env.DOTPLUS_TEST_SUMMARY, JSON.stringify({ passed, failures, skipped }))
  }
}

/** @param {readonly { message: string }[]} errors */
function firstLine(errors) {
  return errors[0]?.message.split('\n')[0] ?? 'failed'
}

/**
 * @param {import('vitest/node').TestCase} test
 * @param {{ note?: string }} result
 */
function reasonToSkip(test, result) {
  return result.note ?? (test.options.mode === 'todo' ? 'to be written' : 'no reason given')
}
