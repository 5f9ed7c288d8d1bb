import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { busy, cancel, closeModel, model, openModel, problems, tab, type Tab } from './state.ts'
import { ExportView } from './views/export.tsx'
import { GraphView } from './views/graph.tsx'
import { LayerView } from './views/layer.tsx'
import { ParityView } from './views/parity.tsx'
import { ProblemList } from './views/problems.tsx'
import { RunView } from './views/run.tsx'
import { StartView } from './views/start.tsx'

const tabs: readonly (readonly [Tab, string, () => JSX.Element | null])[] = [
  ['layer', 'Layer', LayerView],
  ['run', 'Run', RunView],
  ['parity', 'Parity', ParityView],
  ['export', 'Export', ExportView],
]

export function App(): JSX.Element {
  useEffect(() => {
    const allow = (event: DragEvent): void => event.preventDefault()
    const drop = (event: DragEvent): void => {
      event.preventDefault()
      const files = [...(event.dataTransfer?.files ?? [])]
      // Arrays dropped beside an open model belong to its run or parity, not in its place.
      if (files.length > 0 && !(event.target as Element).closest('.takes-files'))
        void openModel(files)
    }
    addEventListener('dragover', allow)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', allow)
      removeEventListener('drop', drop)
    }
  }, [])
  return (
    <>
      <Header />
      <Progress />
      {model.value ? <Workbench /> : <StartView />}
    </>
  )
}

function Header(): JSX.Element {
  const opened = model.value
  return (
    <header>
      <button type="button" class="brand" onClick={closeModel} aria-label="dotplus: start page">
        <img src="./icon.svg" alt="" width="22" height="22" /> dotplus
      </button>
      {opened && (
        <h1>
          {opened.fileName}
          <small>{opened.source}</small>
        </h1>
      )}
      <span class="room" />
      <ThemeButton />
    </header>
  )
}

function ThemeButton(): JSX.Element {
  const toggle = (): void => {
    const root = document.documentElement
    const isDark = root.dataset['theme']
      ? root.dataset['theme'] === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset['theme'] = isDark ? 'light' : 'dark'
  }
  return (
    <button type="button" onClick={toggle} title="Light or dark" aria-label="Light or dark">
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
      </svg>
    </button>
  )
}

function Progress(): JSX.Element | null {
  const now = busy.value
  if (!now) return null
  return (
    <div class="progress" role="status">
      <span>{now.text} …</span>
      <progress {...(now.share === undefined ? {} : { value: now.share })} aria-label={now.text} />
      <button type="button" onClick={cancel}>
        Cancel
      </button>
    </div>
  )
}

function Workbench(): JSX.Element {
  const [, , View] = tabs.find(([id]) => id === tab.value) ?? tabs[0]!
  return (
    <main class="workbench">
      <GraphView />
      <section class="panel" aria-label="Details">
        {problems.value.length > 0 && <ProblemList />}
        <div class="tabs" role="tablist" aria-label="Details">
          {tabs.map(([id, title]) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={`tab-${id}`}
              aria-selected={tab.value === id}
              aria-controls="tab-panel"
              onClick={() => (tab.value = id)}
            >
              {title}
            </button>
          ))}
        </div>
        <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab.value}`} tabIndex={0}>
          <View />
        </div>
      </section>
    </main>
  )
}
