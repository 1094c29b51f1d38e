/**
 * node:http, without what an import of it brings along: that names all its exports at once, and some of them load Node's
 * client of fetch and WebSocket when they are named, 15 MiB of memory and 35 ms at every start for what nobody here uses.
 */
export const http: typeof import('node:http') = process.getBuiltinModule('node:http')
