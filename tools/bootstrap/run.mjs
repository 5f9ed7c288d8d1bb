// Runs a root script from a clean clone: installs, builds, then starts what was asked for.
// Needs nothing but Node and npm, so it is plain JavaScript and imports nothing that must be installed.
// The imports below stay dynamic: a Node too old for their syntax still gets the line that says so.

var wanted = [20, 19]
var running = process.versions.node.split('.').map(Number)
if (running[0] < wanted[0] || (running[0] === wanted[0] && running[1] < wanted[1])) {
  console.error(
    'dotplus needs Node ' + wanted.join('.') + ' or newer; this is ' + process.version + '.',
  )
  process.exit(2)
}

import('./scripts.mjs')
  .then(({ runScript }) => runScript(process.argv[2], process.argv.slice(3)))
  .catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
