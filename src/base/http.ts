/**
 * node:http, without what an import of it brings along: that names all its exports at once, and some of them load Node's
 * client of fetch and WebSocket when they are named, 6 MiB at rest and a fifth of a start's processor time for what nobody here uses.
 */
export const http: typeof import('node:http') = process.getBuiltinModule('node:http')
