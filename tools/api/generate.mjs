// Writes docs/api.md from the declarations that the packages publish, docstrings included. Needs a build.
//   node tools/api/generate.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Declarations by name, out of every file of a package's bundle. */
function declarationsIn(/** @type {string} */ folder) {
  const declarations = new Map()
  const files = readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.d.ts'))
    .toSorted()
  for (const file of files) {
    const text = readFileSync(join(root, folder, file), 'utf8')
    // Top-level declarations begin at the start of a line, after their docstring, and end before the next one.
    const start =
      /^(?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const) (\w+)/gm
    const found = [...text.matchAll(start)]
    for (const [i, match] of found.entries()) {
      const end = found[i + 1]?.index ?? text.search(/^export \{/m)
      const declaration = text.slice(match.index, end < 0 ? undefined : end)
      declarations.set(match[1], tidy(declaration))
    }
  }
  return declarations
}

/** Without the words and lines that only bundles need. */
function tidy(/** @type {string} */ declaration) {
  return declaration
    .replaceAll(/^\/\/#(region|endregion).*\n?/gm, '')
    .replaceAll(/^import .*\n/gm, '')
    .replace(/^((?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?)(?:export )?(?:declare )?/, '$1')
    .replaceAll(/^ +(?:readonly )?#\w+;?\n/gm, '')
    .replaceAll(/^  constructor\([^;]*;\n/gm, '')
    .trim()
}

/** The names that an index of declarations exports, in its order. */
function exportedNames(/** @type {string} */ file) {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    list
      .split(',')
      .map((item) => item.trim().replace(/^type /, ''))
      .filter(Boolean),
  )
}

const known = new Map([
  ...declarationsIn('packages/core/dist/bundle'),
  ...declarationsIn('packages/kernel/dist/bundle'),
])
for (const extra of ['BrowserOptions', 'BrowserLoad', 'CacheOption']) {
  for (const file of ['adapter', 'cache']) {
    const text = readFileSync(join(root, `packages/browser/dist/${file}.d.ts`), 'utf8')
    const pattern = new RegExp(
      `(?:/\\*\\*(?:[^*]|\\*(?!/))*\\*/\\n)?export (?:interface|type) ${extra}\\b[^]*?(?=\\n(?:/\\*\\*|export|$))`,
    )
    const [match] = pattern.exec(text) ?? []
    if (match) known.set(extra, tidy(match))
  }
}

const names = [...new Set(exportedNames('packages/node/dist/index.d.ts'))]
const sections = [
  ...names.filter((name) => name !== 'load'),
  'InstantiateOptions',
  'BrowserOptions',
  'CacheOption',
  'ErrorDetails',
].map((name) => {
  const declaration = known.get(name)
  if (declaration === undefined) throw new Error(`no declaration of ${name}`)
  return `## ${name}\n\n\`\`\`ts\n${declaration}\n\`\`\`\n`
})

writeFileSync(
  join(root, 'docs/api.md'),
  `# API

What \`@dotplus/node\`, \`@dotplus/browser\` and \`@dotplus/deno\` export. \`load: Load\` is the same in all of them; the browser's
also takes \`BrowserOptions\`. Made from the docstrings by \`npm run docs\`: change those, not this page.

${sections.join('\n')}`,
)
