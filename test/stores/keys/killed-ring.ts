/** Run as a process of its own: changes a key ring and is killed right before the named call of the file system. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { systemChance } from '../../../src/base/chance.ts'
import { systemClock } from '../../../src/base/clock.ts'

const [folder = '', call = '', work = ''] = process.argv.slice(2)
const { openFolderShelf } = await import('../../../src/stores/keys/folder-shelf.ts')
const { KeyRing } = await import('../../../src/stores/keys/ring.ts')
const parts = { clock: systemClock, chance: systemChance }
const ring = new KeyRing({ shelf: openFolderShelf({ folder, ...parts }), ...parts })

// Only now: opening the ring makes some of these calls too.
Object.assign(fs, { [call]: () => process.kill(process.pid, 'SIGKILL') })
syncBuiltinESMExports()
if (work === 'rotate') ring.rotate('k1')
if (work === 'create') ring.create('k2')
if (work === 'disable') ring.setEnabled('k1', false)
