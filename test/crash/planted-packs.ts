/** Defects of packs, as somebody might make them, each in one place, and what must turn red when it is there. */
import type { Fault } from './fault.ts'

const sql = 'src/stores/metadata/sql'

export const packFaults: readonly Fault[] = [
  {
    what: 'a pack goes with the first of its blobs',
    file: `${sql}/packs.ts`,
    from: 'const isNeeded = isNamedWithin(db, range) ||',
    to: 'const isNeeded = pagesOf(new Set()) > 0 && isNamedWithin(db, range) &&',
    foundBy: 'kill',
  },
  {
    what: 'rows do not follow bytes that moved out of a pack',
    file: `${sql}/packs.ts`,
    from: 'const left = moveRows(db, from, to) ? from : to\n',
    to: 'const left = isNamedWithin(db, rangeOfBlob(from)) ? from : to\n',
    foundBy: 'kill',
  },
  {
    what: 'a pack that is being read or written is given up',
    file: `${sql}/packs.ts`,
    from: 'else if (!held.has(file)) freedPacks',
    to: 'else if (held.size >= 0) freedPacks',
    foundBy: 'test/stores/metadata/memory.test.ts',
  },
  {
    what: 'bytes of a refused write stay in their pack',
    file: 'src/payload/ingested.ts',
    from: '    await parts.blobs.strike([blob])\n',
    to: '',
    foundBy: 'test/server/rebuild-packs.test.ts',
  },
  {
    what: 'a rebuild does not follow what moved out of a pack',
    file: 'src/server/rebuild-walk.ts',
    from: '    if (rebuilder.epoch === 0) return\n',
    to: '    if (rebuilder.epoch >= 0) return\n',
    foundBy: 'test/server/rebuild-packs.test.ts',
  },
  {
    what: 'a rebuild does not know what was given up, though its pack is there',
    file: `${sql}/references.ts`,
    from: 'return isNamedWithin(db, range) || db.get(queued, ...range) !== undefined',
    to: 'return isNamedWithin(db, range) || db.get(condemned, ...range) === null',
    foundBy: 'test/server/rebuild-packs.test.ts',
  },
  {
    what: 'nothing moves out of a pack of which most is gone',
    file: 'src/jobs/reclaim.ts',
    from: '    for (const pack of thinned) await collected(failures, () => packs.settle(pack))\n',
    to: '    for (const pack of thinned) void [pack, packs.settle]\n',
    foundBy: 'kill',
  },
]
