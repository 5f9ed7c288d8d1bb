import { formatBytes, formatCount, formatShape } from '@dotplus/inspect'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Histogram } from '../charts/histogram.tsx'
import { PictureView } from '../charts/picture.tsx'
import type { ShownTensor, WeightDetail } from '../engine/protocol.ts'
import {
  detail,
  during,
  engine,
  heat,
  model,
  runResult,
  save,
  selectLayer,
  times,
} from '../state.ts'
import { TensorView } from './tensor.tsx'

/** Settings, weights and output of the selected layer; of the whole model where none is selected. */
export function LayerView(): JSX.Element {
  const layer = detail.value
  if (!layer) return <Overview />
  const time = times.value.find((entry) => entry.layer === layer.name)
  return (
    <article>
      <h2>{layer.name}</h2>
      <p class="muted">
        {layer.className} · {layer.shape || 'shape unknown'} · {layer.dtype} ·{' '}
        {formatCount(layer.parameters)} parameters
        {time && ` · ${time.milliseconds.toFixed(3)} ms`}
      </p>
      {layer.connectedTo.length > 0 && (
        <p>
          takes{' '}
          {layer.connectedTo.map((name) => (
            <button
              key={name}
              type="button"
              class="link"
              onClick={() => void selectLayer(name.replace(/\[\d+\]$/, ''))}
            >
              {name}
            </button>
          ))}
        </p>
      )}
      {layer.settings.length > 0 && (
        <table class="settings">
          <caption>Settings</caption>
          <tbody>
            {layer.settings.map(({ name, value }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {layer.weights.map((weight) => (
        <Weight key={`${layer.name}/${weight.role}`} weight={weight} />
      ))}
      {runResult.value && <Intermediate key={layer.name} name={layer.name} />}
    </article>
  )
}

function Overview(): JSX.Element | null {
  const opened = model.value
  if (!opened) return null
  const { summary } = opened
  return (
    <article>
      <h2>{summary.name}</h2>
      <p class="muted">
        {formatCount(summary.parameters.count)} parameters · {formatBytes(opened.byteLength)} as
        .dotplus · {opened.source}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Layers">
        <table>
          <caption>Layers</caption>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Output shape</th>
              <th scope="col" class="number">
                Parameters
              </th>
              {heat.value.size > 0 && (
                <th scope="col" class="number">
                  ms
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {summary.layers.map(({ name, className, outputShapes, parameters }) => (
              <tr key={name}>
                <td>
                  <button type="button" class="link" onClick={() => void selectLayer(name)}>
                    {name}
                  </button>{' '}
                  {className !== name && <span class="muted">{className}</span>}
                </td>
                <td class="shape">{outputShapes?.map(formatShape).join(' ') ?? '?'}</td>
                <td class="number">{formatCount(parameters)}</td>
                {heat.value.size > 0 && (
                  <td class="number">
                    {times.value.find(({ layer }) => layer === name)?.milliseconds.toFixed(3) ?? ''}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </article>
  )
}

function Weight({ weight }: { weight: WeightDetail }): JSX.Element {
  const { role, shape, dtype, statistics, picture, tensor } = weight
  return (
    <section class="weight">
      <h3>
        {role}{' '}
        <span class="muted">
          {formatShape(shape)} {dtype}
        </span>
        <button type="button" class="link" onClick={() => void save('npy', tensor)}>
          .npy
        </button>
      </h3>
      {statistics && (
        <p class="muted">
          {figure(statistics.min)} … {figure(statistics.max)}, mean {figure(statistics.mean)}, std{' '}
          {figure(statistics.std)}
          {statistics.nonFinite > 0 && `, ${statistics.nonFinite} not finite`}
        </p>
      )}
      <div class="pictures">
        {statistics && statistics.count > 1 && (
          <Histogram statistics={statistics} label={`Histogram of ${role}`} />
        )}
        {picture && <PictureView picture={picture} label={`Picture of ${role}`} />}
      </div>
    </section>
  )
}

function Intermediate({ name }: { name: string }): JSX.Element {
  const [shown, setShown] = useState<ShownTensor | undefined>(undefined)
  const show = async (): Promise<void> => {
    setShown(await during(`Running up to ${name}`, () => engine.call('intermediate', [name])))
  }
  return (
    <section>
      <h3>Output in the last run</h3>
      {shown ? (
        <TensorView tensor={shown} />
      ) : (
        <button type="button" onClick={() => void show()}>
          Show
        </button>
      )}
    </section>
  )
}

export function figure(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-3
  return isSmall ? value.toExponential(2) : String(Number(value.toPrecision(4)))
}
