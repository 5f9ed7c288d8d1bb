import { expect, test } from 'vitest'
import { drawTable } from './table.ts'

test('draws a table as model.summary() does', () => {
  const table = {
    columns: [{ title: 'Layer (type)' }, { title: 'Param #', align: 'right' as const }],
    rows: [
      ['dense (Dense)', '100'],
      ['dense_1 (Dense)', '1,210'],
    ],
  }
  expect(drawTable(table, 80).join('\n')).toBe(
    `
┏━━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
┃ Layer (type)    ┃ Param # ┃
┡━━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
│ dense (Dense)   │     100 │
├─────────────────┼─────────┤
│ dense_1 (Dense) │   1,210 │
└─────────────────┴─────────┘`.trim(),
  )
})

test('long cells continue on the next line so that the table fits', () => {
  const name = 'a_layer_with_a_name_that_is_much_longer_than_a_terminal_line (MultiHeadAttention)'
  const lines = drawTable(
    { columns: [{ title: 'Layer' }, { title: 'Shape' }], rows: [[name, '(None, 8)\n(None, 4)']] },
    40,
  )
  expect(Math.max(...lines.map((line) => line.length))).toBe(40)
  expect(lines.join('').replaceAll(/[^\w()]/g, '')).toContain('(MultiHeadAttention)')
})
