/** The same of a server of several processes: what one of them forgets to ask or to tell the others. */
import type { Fault } from './fault.ts'

const oneServer = 'test/server/workers.test.ts'
const lives = 'test/server/workers-lives.test.ts'

export const workerFaults: readonly Fault[] = [
  {
    what: 'workers are not told that a bucket changes',
    file: 'src/server/workers/member.ts',
    from: "await this.#ask({ about: 'buckets' })",
    to: "void (this.epoch < 0 && this.#ask({ about: 'buckets' }))",
    foundBy: oneServer,
  },
  {
    what: 'a bucket changes before everybody has forgotten it',
    file: 'src/stores/metadata/sql/shared-writer.ts',
    from: '      await Promise.all(Array.from(this.#keepers, (keeper) => keeper.changing()))\n',
    to: '      for (const keeper of this.#keepers) void keeper.changing()\n',
    foundBy: 'test/stores/metadata/shared.test.ts',
  },
  {
    what: 'reclaim does not ask the workers what they hold',
    file: 'src/server/workers/crew.ts',
    from: 'if (keys.length === 0) return new Set()',
    to: 'if (keys.length >= 0) return new Set()',
    foundBy: oneServer,
  },
  {
    what: 'with a worker that ended the blobs of the living are swept',
    file: 'src/jobs/orphans.ts',
    from: 'this.#parts.ended?.has(epoch) === true',
    to: '(this.#parts.ended?.size ?? 0) > 0',
    foundBy: lives,
  },
  {
    what: 'what a worker left when it was killed is never swept',
    file: 'src/server/workers/crew.ts',
    from: '    this.ended.add(member.epoch)\n',
    to: '',
    foundBy: lives,
  },
  {
    what: 'a worker is waited for that was killed with a connection on its way to it',
    file: 'src/server/workers/member.ts',
    from: "process.once('close', () => resolve())",
    to: "process.once('disconnect', () => resolve())",
    foundBy: lives,
  },
  {
    what: 'a worker whose disk failed is replaced like any other',
    file: 'src/server/workers/crew.ts',
    from: 'if (code === untrusted) this',
    to: 'if (code === untrusted && number < 0) this',
    foundBy: lives,
  },
  {
    what: 'a key that another worker made is missed for a while',
    file: 'src/stores/keys/ring.ts',
    from: 'found !== undefined && isKnown ? found : this.#shelf.look().get(name)',
    to: 'isKnown ? found : this.#shelf.read().get(name)',
    foundBy: 'test/stores/keys/ring.test.ts',
  },
]
