import { edgePath, familyColours, type PlacedNode } from '@dotplus/inspect'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { heat, layout, search, selected, selectLayer, toggleNested, unfolded } from '../state.ts'
import { neighbour, type Direction } from './neighbour.ts'

/** Where the graph is looked at: its scale, and the offset of its corner in pixels of the screen. */
interface Look {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/** Scales: the limits of zooming, and the least at which names can be read. */
const [smallest, largest, readable] = [0.01, 4, 0.85]
const arrows: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}

/** The graph: pan by dragging, zoom by wheel or pinch, walk with the arrow keys. */
export function GraphView(): JSX.Element {
  const stage = useRef<HTMLDivElement>(null)
  const [look, setLook] = useState<Look>({ scale: 1, x: 0, y: 0 })
  const placed = layout.value

  const fit = (): void => {
    const box = stage.current?.getBoundingClientRect()
    if (!box || !placed) return
    const scale = Math.min(1, (box.width - 20) / placed.width, (box.height - 20) / placed.height)
    // A long chain would be a thread: then its beginning at a size that can be read.
    const chosen = Math.max(scale, Math.min(readable, (box.width - 20) / placed.width))
    setLook({
      scale: chosen,
      x: (box.width - placed.width * chosen) / 2,
      y: scale === chosen ? (box.height - placed.height * chosen) / 2 : 8,
    })
  }
  const fitAll = (): void => {
    const box = stage.current?.getBoundingClientRect()
    if (!box || !placed) return
    const scale = Math.max(
      smallest,
      Math.min(1, (box.width - 20) / placed.width, (box.height - 20) / placed.height),
    )
    setLook({
      scale,
      x: (box.width - placed.width * scale) / 2,
      y: (box.height - placed.height * scale) / 2,
    })
  }
  const zoom = (factor: number, at?: { x: number; y: number }): void => {
    const box = stage.current?.getBoundingClientRect()
    if (!box) return
    const { x, y } = at ?? { x: box.width / 2, y: box.height / 2 }
    setLook((now) => {
      const scale = Math.min(largest, Math.max(smallest, now.scale * factor))
      const moved = scale / now.scale
      return { scale, x: x - (x - now.x) * moved, y: y - (y - now.y) * moved }
    })
  }
  const centre = (node: PlacedNode): void => {
    const box = stage.current?.getBoundingClientRect()
    if (!box) return
    setLook((now) => {
      const left = now.x + node.x * now.scale
      const top = now.y + node.y * now.scale
      const isSeen =
        left > 0 &&
        top > 0 &&
        left + node.width * now.scale < box.width &&
        top + node.height * now.scale < box.height
      if (isSeen) return now
      const scale = Math.max(now.scale, 0.6)
      return {
        scale,
        x: box.width / 2 - (node.x + node.width / 2) * scale,
        y: box.height / 2 - (node.y + node.height / 2) * scale,
      }
    })
  }

  useEffect(fit, [placed])
  useEffect(() => {
    if (!stage.current) return undefined
    const resized = new ResizeObserver(fit)
    resized.observe(stage.current)
    return () => resized.disconnect()
  }, [placed])
  useEffect(() => {
    const node = placed?.nodes.find(({ name }) => name === selected.value)
    if (node) centre(node)
  }, [selected.value])
  useEffect(() => {
    const element = stage.current
    if (!element) return undefined
    const wheel = (event: WheelEvent): void => {
      event.preventDefault()
      const box = element.getBoundingClientRect()
      if (event.ctrlKey || event.metaKey || !event.shiftKey)
        zoom(Math.exp(-event.deltaY * 0.0015), {
          x: event.clientX - box.left,
          y: event.clientY - box.top,
        })
      else setLook((now) => ({ ...now, x: now.x - event.deltaY }))
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [])

  const pointers = useRef(new Map<number, { x: number; y: number }>())
  const moved = (event: PointerEvent): void => {
    const before = pointers.current.get(event.pointerId)
    if (!before) return
    const others = [...pointers.current].filter(([id]) => id !== event.pointerId)
    const [other] = others.map(([, point]) => point)
    const now = { x: event.clientX, y: event.clientY }
    pointers.current.set(event.pointerId, now)
    if (other) {
      const box = stage.current?.getBoundingClientRect()
      const grown =
        Math.hypot(now.x - other.x, now.y - other.y) /
        Math.hypot(before.x - other.x, before.y - other.y)
      if (box && Number.isFinite(grown))
        zoom(grown, { x: (now.x + other.x) / 2 - box.left, y: (now.y + other.y) / 2 - box.top })
      return
    }
    setLook((look) => ({ ...look, x: look.x + now.x - before.x, y: look.y + now.y - before.y }))
  }

  const keyed = (event: KeyboardEvent): void => {
    const direction = arrows[event.key]
    if (direction && placed) {
      event.preventDefault()
      const next = neighbour(placed, selected.value, direction)
      if (next) void selectLayer(next)
    } else if (event.key === '+' || event.key === '=') zoom(1.25)
    else if (event.key === '-') zoom(0.8)
    else if (event.key === 'f' || event.key === '0') fitAll()
    else if (event.key === 'Enter' && selected.value !== undefined) {
      const node = placed?.nodes.find(({ name }) => name === selected.value)
      if (node?.nested !== undefined) void toggleNested(node.nested)
    }
  }

  return (
    <section class="graph" aria-label="Graph">
      <Toolbar fit={fitAll} zoom={zoom} />
      <div
        ref={stage}
        class="stage"
        role="application"
        tabIndex={0}
        aria-label="Layers of the model. Arrow keys walk from layer to layer, plus and minus zoom, F fits everything."
        onKeyDown={keyed}
        onPointerDown={(event) => {
          pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
        }}
        onPointerMove={moved}
        onPointerUp={(event) => pointers.current.delete(event.pointerId)}
        onPointerLeave={(event) => pointers.current.delete(event.pointerId)}
      >
        {placed && <Drawing look={look} />}
      </div>
    </section>
  )
}

function Toolbar({ fit, zoom }: { fit: () => void; zoom: (factor: number) => void }): JSX.Element {
  const wanted = search.value.trim().toLowerCase()
  const found = wanted
    ? (layout.value?.nodes ?? []).filter(({ name, className }) =>
        `${name} ${className}`.toLowerCase().includes(wanted),
      )
    : []
  return (
    <div class="toolbar">
      <input
        type="search"
        aria-label="Search layers"
        placeholder="Search layers"
        list="layers-found"
        value={search.value}
        onInput={(event) => {
          search.value = event.currentTarget.value
          const exact = layout.value?.nodes.find(({ name }) => name === search.value)
          if (exact) void selectLayer(exact.name)
        }}
        onKeyDown={(event) => {
          const [first] = found
          if (event.key === 'Enter' && first) void selectLayer(first.name)
        }}
      />
      <datalist id="layers-found">
        {found.slice(0, 20).map(({ id, name, className }) => (
          <option key={id} value={name}>
            {className}
          </option>
        ))}
      </datalist>
      {wanted !== '' && <span class="muted">{found.length} found</span>}
      <span class="room" />
      <button type="button" aria-label="Zoom out" onClick={() => zoom(0.8)}>
        −
      </button>
      <button type="button" aria-label="Zoom in" onClick={() => zoom(1.25)}>
        +
      </button>
      <button type="button" onClick={fit}>
        Fit
      </button>
    </div>
  )
}

/** The whole graph is drawn once; looking elsewhere only moves it. */
function Drawing({ look }: { look: Look }): JSX.Element | null {
  const placed = layout.value
  if (!placed) return null
  return (
    <div
      class="canvas"
      style={{
        transform: `translate(${look.x}px, ${look.y}px) scale(${look.scale})`,
        width: `${placed.width}px`,
        height: `${placed.height}px`,
      }}
    >
      <svg width={placed.width} height={placed.height} aria-hidden="true">
        <defs>
          <marker
            id="tip"
            viewBox="0 0 8 8"
            refX="8"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" class="tip" />
          </marker>
        </defs>
        {placed.frames.map(({ id, x, y, width, height }) => (
          <rect key={id} class="frame" x={x} y={y} width={width} height={height} rx={10} />
        ))}
        {placed.edges.map((edge) => (
          <path
            key={`${edge.from}→${edge.to}`}
            class="edge"
            d={edgePath(edge)}
            marker-end="url(#tip)"
          />
        ))}
      </svg>
      {placed.frames.map(({ id, name, x, y }) => (
        <button
          key={id}
          type="button"
          class="unframe"
          style={{ left: `${x}px`, top: `${y - 22}px` }}
          onClick={() => void toggleNested(name)}
        >
          − {name}
        </button>
      ))}
      {placed.nodes.map((node) => (
        <Node key={node.id} node={node} />
      ))}
    </div>
  )
}

function Node({ node }: { node: PlacedNode }): JSX.Element {
  const { name, className, shape, family, calls, nested, x, y, width, height } = node
  const wanted = search.value.trim().toLowerCase()
  const isFound = wanted !== '' && `${name} ${className}`.toLowerCase().includes(wanted)
  const share = heat.value.get(name)
  const classes = ['node', selected.value === name && 'selected', isFound && 'found']
    .filter(Boolean)
    .join(' ')
  return (
    <div
      class={classes}
      data-layer={name}
      style={{
        left: `${x}px`,
        top: `${y}px`,
        width: `${width}px`,
        height: `${height}px`,
        '--family': familyColours[family],
        ...(share === undefined ? {} : { '--heat': `${Math.round(Math.sqrt(share) * 70)}%` }),
      }}
      onClick={() => void selectLayer(name)}
      onDblClick={() => nested !== undefined && void toggleNested(nested)}
      title={`${name}: ${className} ${shape}`}
    >
      <strong>
        {className}
        {calls > 1 && <em title="shared: called more than once"> ×{calls}</em>}
      </strong>
      {name !== className && <span>{name}</span>}
      {shape !== '' && <span>{shape}</span>}
      {nested !== undefined && !unfolded.value.includes(nested) && (
        <button
          type="button"
          class="unfold"
          tabIndex={-1}
          aria-label={`Show the layers of ${nested}`}
          onClick={(event) => {
            event.stopPropagation()
            void toggleNested(nested)
          }}
        >
          +
        </button>
      )}
    </div>
  )
}
