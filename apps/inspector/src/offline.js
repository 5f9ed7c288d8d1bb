/* global version, files: written above by vite.config.ts */
const cacheName = `dotplus-inspector-${version}`

addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(files))
      .then(() => skipWaiting()),
  )
})

addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('dotplus-inspector-') && name !== cacheName)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => clients.claim()),
  )
})

addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET' || new URL(event.request.url).origin !== location.origin)
    return
  event.respondWith(
    caches
      .match(event.request, { ignoreSearch: true })
      .then((found) => found ?? fetch(event.request))
      .then(isolated),
  )
})

/** The same answer with the headers under which a page may have memory that threads share. */
function isolated(response) {
  if (response.status !== 200) return response
  const headers = new Headers(response.headers)
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('cross-origin-embedder-policy', 'require-corp')
  const { body, status, statusText } = response
  return new Response(body, { status, statusText, headers })
}
