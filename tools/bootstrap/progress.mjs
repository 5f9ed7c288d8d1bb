/**
 * One quiet line while something slow happens: its name at once, the time it took at the end.
 * @template Result
 * @param {string} name
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withProgress(name, work) {
  const began = performance.now()
  process.stderr.write(`${name} …`)
  try {
    const result = await work()
    process.stderr.write(` ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
    return result
  } catch (error) {
    process.stderr.write(' failed\n')
    throw error
  }
}
