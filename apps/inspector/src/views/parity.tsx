import { formatCount, formatError } from '@dotplus/inspect'
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { Chart } from '../charts/chart.tsx'
import type { ParityResult } from '../engine/protocol.ts'
import { during, engine, model, parity, selectLayer } from '../state.ts'

/** Keras's answers beside ours: scatter, units in the last place, the first layer that diverges. */
export function ParityView(): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  const compareWith = async (file: File | undefined): Promise<void> => {
    const results = await during('Comparing', () => engine.call('parity', [file]))
    if (results) parity.value = results
  }
  const recorded = model.value?.cases.length ?? 0
  return (
    <article
      class="takes-files"
      onDrop={(event) => {
        event.preventDefault()
        const [file] = event.dataTransfer?.files ?? []
        if (file) void compareWith(file)
      }}
    >
      <h2>Parity with Keras</h2>
      <p class="muted">
        {recorded > 0
          ? `The model carries ${recorded} recorded case${recorded > 1 ? 's' : ''}: inputs and what Keras answered.`
          : 'Drop an io.npz: in0…, out0… as Keras answered them.'}
      </p>
      <p>
        {recorded > 0 && (
          <button type="button" class="primary" onClick={() => void compareWith(undefined)}>
            Compare
          </button>
        )}{' '}
        <button type="button" onClick={() => input.current?.click()}>
          Choose an io.npz
        </button>
        <input
          ref={input}
          type="file"
          accept=".npz"
          hidden
          aria-label="io.npz"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? []
            if (file) void compareWith(file)
          }}
        />
      </p>
      {parity.value.map((result) => (
        <Result key={result.name} result={result} />
      ))}
    </article>
  )
}

function Result({ result }: { result: ParityResult }): JSX.Element {
  const { name, ok, reason, compared, maxAbs, maxUlp, points, ulps, divergesAt, checkpoints } =
    result
  return (
    <section>
      <h3>
        <span class={ok ? 'good' : 'bad'}>{ok ? 'Equal within the bound' : 'Differs'}</span>{' '}
        <span class="muted">{name}</span>
      </h3>
      <p>
        {formatCount(compared)} values, max |Δ| {formatError(maxAbs)}, {formatCount(maxUlp)} ulp
      </p>
      {reason !== undefined && <p class="bad">{reason}</p>}
      {divergesAt !== undefined && (
        <p>
          first diverging layer:{' '}
          <button type="button" class="link" onClick={() => void selectLayer(divergesAt)}>
            {divergesAt}
          </button>
        </p>
      )}
      {checkpoints > 0 && divergesAt === undefined && (
        <p class="muted">{checkpoints} layers were recorded, none diverges.</p>
      )}
      {points.length > 0 && (
        <>
          <Chart
            label="Keras across, ours up: every value"
            draw={(Plot) =>
              Plot.plot({
                width: 380,
                height: 380,
                marginLeft: 55,
                grid: true,
                x: { label: 'Keras', ticks: 6 },
                y: { label: 'dotplus', ticks: 6 },
                marks: [
                  Plot.link([0], {
                    x1: Math.min(...points.map(({ keras }) => keras)),
                    y1: Math.min(...points.map(({ keras }) => keras)),
                    x2: Math.max(...points.map(({ keras }) => keras)),
                    y2: Math.max(...points.map(({ keras }) => keras)),
                    stroke: 'var(--line)',
                  }),
                  Plot.dot(points, {
                    x: 'keras',
                    y: 'ours',
                    r: 2.5,
                    fill: 'var(--accent)',
                    fillOpacity: 0.6,
                  }),
                ],
              })
            }
          />
          <Chart
            label="Differences in units in the last place"
            draw={(Plot) =>
              Plot.plot({
                width: 380,
                height: 200,
                marginLeft: 55,
                x: { label: 'units in the last place', domain: ulps.map(({ label }) => label) },
                y: { label: 'values', grid: true, ticks: 4 },
                marks: [
                  Plot.barY(ulps, { x: 'label', y: 'count', fill: 'var(--accent)' }),
                  Plot.ruleY([0]),
                ],
              })
            }
          />
        </>
      )}
    </section>
  )
}
