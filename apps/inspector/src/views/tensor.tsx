import { formatShape } from '@dotplus/inspect'
import type { JSX } from 'preact'
import { PictureView } from '../charts/picture.tsx'
import type { ShownTensor } from '../engine/protocol.ts'
import { figure } from './layer.tsx'

/** An output: an image for maps, bars for scores, and the values. */
export function TensorView({ tensor }: { tensor: ShownTensor }): JSX.Element {
  const { name, shape, dtype, values, count, top, picture, statistics } = tensor
  const width = Math.min(shape.at(-1) ?? 1, 5)
  const rows = Array.from({ length: Math.ceil(values.length / width) }, (_, row) =>
    values.slice(row * width, (row + 1) * width),
  ).slice(0, 20)
  return (
    <div class="tensor">
      <h4>
        {name}{' '}
        <span class="muted">
          {formatShape(shape)} {dtype}
        </span>
      </h4>
      {top.length > 1 && <Bars top={top} />}
      {picture && <PictureView picture={picture} label={`Picture of ${name}`} />}
      {statistics && count > 1 && (
        <p class="muted">
          {figure(statistics.min)} … {figure(statistics.max)}, mean {figure(statistics.mean)}
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label={`Values of ${name}`}>
        <table class="values">
          <tbody>
            {rows.map((row, k) => (
              <tr key={k}>
                {count > width && (
                  <th scope="row" class="number muted">
                    {k * width}
                  </th>
                )}
                {row.map((value, column) => (
                  <td key={column} class="number">
                    {typeof value === 'number' ? figure(value) : value}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {count > rows.flat().length && (
        <p class="muted">the first of {count.toLocaleString('en')} values</p>
      )}
    </div>
  )
}

function Bars({ top }: { top: ShownTensor['top'] }): JSX.Element {
  const largest = Math.max(...top.map(({ value }) => Math.abs(value)), Number.MIN_VALUE)
  return (
    <ol class="bars" aria-label="Largest of the first row">
      {top.map(({ index, value }) => (
        <li key={index}>
          <span>{index}</span>
          <span class="bar" style={{ '--share': `${(Math.max(0, value) / largest) * 100}%` }} />
          <span class="number">{figure(value)}</span>
        </li>
      ))}
    </ol>
  )
}
