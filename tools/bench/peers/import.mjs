// Imports from here so that package names resolve to what this folder has installed.
export const importPeer = (name) => import(name)
export const resolvePeer = (name) => import.meta.resolve(name)
