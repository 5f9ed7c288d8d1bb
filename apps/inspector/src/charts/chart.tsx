import type * as PlotModule from '@observablehq/plot'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** A chart of Observable Plot, which is fetched with the first chart that is drawn. */
export function Chart({
  draw,
  label,
}: {
  draw: (plot: typeof PlotModule) => Element
  label: string
}): JSX.Element {
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let isCurrent = true
    void import('@observablehq/plot').then((plot) => {
      if (!isCurrent || !holder.current) return
      const figure = draw(plot)
      figure.setAttribute('role', 'img')
      figure.setAttribute('aria-label', label)
      holder.current.replaceChildren(figure)
    })
    return () => {
      isCurrent = false
    }
  }, [draw, label])
  return <div ref={holder} class="chart" />
}
