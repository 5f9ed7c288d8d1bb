import { expect, test } from 'vitest'
import { wantsColour, widthOf } from './terminal.ts'

const terminal = { isTTY: true, columns: 132 }
const pipe = { isTTY: false, columns: 0 }

test.each([
  [{}, [terminal, terminal], 132],
  [{}, [pipe, terminal], 132],
  [{}, [pipe, pipe], 80],
  [{}, [{ isTTY: true, columns: 0 }], 80],
  [{ COLUMNS: '100' }, [terminal], 100],
  [{ COLUMNS: '100' }, [pipe], 100],
  [{ COLUMNS: 'wide' }, [terminal], 132],
  [{ COLUMNS: '5' }, [terminal], 40],
])('the width with %j', (env, streams, width) => {
  expect(widthOf(env, ...streams)).toBe(width)
})

test.each([
  [{}, terminal, true],
  [{}, pipe, false],
  [{ NO_COLOR: '1' }, terminal, false],
  [{ NO_COLOR: '' }, terminal, true],
  [{ TERM: 'dumb' }, terminal, false],
  [{ FORCE_COLOR: '1' }, pipe, true],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, pipe, true],
  [{ FORCE_COLOR: '0' }, terminal, false],
])('colour with %j', (env, stream, expected) => {
  expect(wantsColour(env, stream)).toBe(expected)
})
