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
    const show = async (): Promise<void> => {
      const figure = draw(await import('@observablehq/plot'))
      // One label for the whole: names of groups say nothing to a listener, and groups may have none.
      for (const part of figure.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label')
      figure.setAttribute('role', 'img')
      figure.setAttribute('aria-label', label)
      if (isCurrent) holder.current?.replaceChildren(figure)
    }
    void show()
    return () => {
      isCurrent = false
    }
  }, [draw, label])
  return <div ref={holder} class="chart" />
}
