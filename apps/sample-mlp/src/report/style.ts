/** The page's style sheet: two colour schemes, one column on a phone, two from a tablet on. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7;
  --ink: #1d1f23;
  --muted: #6a6e76;
  --rule: #e4e2db;
  --accent: #0f6f8c;
  --soft: #f1efe8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b;
    --ink: #e8e6e1;
    --muted: #979ba3;
    --rule: #2a2f36;
    --accent: #5cc1de;
    --soft: #1b1f25;
  }
}
* { box-sizing: border-box }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1020px; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 2rem) 4rem }
.kicker { margin: 0 0 .75rem; color: var(--accent); font-size: .8125rem; font-weight: 600; letter-spacing: .06em; text-transform: uppercase }
h1 { margin: 0 0 1rem; max-width: 26ch; font-size: clamp(1.75rem, 5vw, 2.75rem); line-height: 1.15; letter-spacing: -.02em; font-weight: 650; text-wrap: balance }
h2 { margin: 0 0 .25rem; font-size: 1.125rem; font-weight: 650; letter-spacing: -.005em }
.lead { margin: 0; max-width: 62ch; color: var(--muted); font-size: 1.0625rem }
p { max-width: 72ch }
section { margin-top: clamp(2.25rem, 5vw, 3.5rem) }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2.5rem 3rem }
figure { margin: 0; min-width: 0 }
figcaption, .note { color: var(--muted); font-size: .875rem; line-height: 1.5 }
figcaption { margin: 0 0 1rem }
.chart { display: block; width: 100%; height: auto; overflow: visible }
.chart text { white-space: pre }
.chart + .chart { margin-top: 1rem }
.scroll { overflow-x: auto; margin: .75rem 0 }
table { width: 100%; border-collapse: collapse; font-size: .9375rem }
th, td { padding: .5rem .75rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; vertical-align: baseline }
th { color: var(--muted); font-weight: 500; font-size: .8125rem }
th:first-child, td:first-child { padding-left: 0; text-align: left }
th:last-child, td:last-child { padding-right: 0 }
td small { display: block; color: var(--muted); font-size: .8125rem; font-weight: 400; white-space: normal }
tr.aside td { color: var(--muted) }
@media (max-width: 40rem) {
  .roomy { display: none }
  table { font-size: .8125rem }
  th, td { padding: .45rem .3rem }
  th { font-size: .75rem; white-space: normal; vertical-align: bottom }
  td:first-child { white-space: normal }
  th.whole { white-space: nowrap }
}
tr.group td { padding-top: 1.25rem; font-weight: 600 }
tr.own td { font-weight: 600 }
code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; font-size: .875em; overflow-wrap: anywhere }
footer { margin-top: 3.5rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); color: var(--muted); font-size: .875rem }
footer p { margin: .35rem 0 }
`
