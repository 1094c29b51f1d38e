/** A request that has to be refused, and how a table of them is tried: the control passes before and after, and nothing changes. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { formRequest, policyFields, type Field, type File } from '../harness/form.ts'
import { sendRequest, type Answer, type WireRequest } from '../harness/raw.ts'
import { signedRequest, signRequest, type RequestPlan } from '../harness/sign.ts'
import { signV2, type V2Plan } from '../harness/sign-v2.ts'
import { openScene, type Scene } from './scene.ts'

export type Ask = (scene: Scene) => WireRequest | Promise<WireRequest>

export interface Negative {
  readonly name: string
  readonly ask: Ask
  readonly status: number
  /** What S3 calls it; '' where the answer has no body. */
  readonly code: string
  readonly message?: string | RegExp
}

export interface Area {
  readonly name: string
  /** The same kind of request, rightly made: what refuses everything would pass the rest. */
  readonly control: Ask
  readonly controlStatus: number
  readonly cases: readonly Negative[]
}

/** `plan` may need what only the running server knows. */
export function signed(plan: RequestPlan | ((scene: Scene) => RequestPlan)): Ask {
  return (scene) => signRequest(scene.server, typeof plan === 'function' ? plan(scene) : plan)
}

export function signedV2(plan: Partial<V2Plan>): Ask {
  return ({ server }) =>
    signV2({ host: `${server.host}:${server.port}`, keys: server.keys, ...plan })
}

interface Form {
  readonly conditions?: readonly unknown[]
  readonly fields?: readonly Field[]
  readonly file?: File | undefined
  readonly more?: readonly Field[]
  readonly life?: number
  readonly version?: 2 | 4
  readonly document?: string
  readonly change?: (proof: readonly Field[]) => readonly Field[]
  readonly path?: string
  readonly headers?: ReadonlyArray<readonly [string, string]>
}

const usual = {
  conditions: [{ bucket: 'negative' }, ['starts-with', '$key', 'form/']],
  fields: [['key', 'form/k']],
  file: { name: 'f.txt', bytes: 'file' },
} as const

/** A browser's form to the bucket, with a policy signed rightly and then changed. */
export function posted(form: Form): Ask {
  return ({ server }) => {
    const { keys, region } = server
    const { conditions = usual.conditions, life, document, version = 4 } = form
    const more = {
      ...(life !== undefined && { life }),
      ...(document !== undefined && { document }),
    }
    const proof = policyFields({ conditions, keys, region, now: new Date(), version, ...more })
    const fields = [...(form.fields ?? usual.fields), ...(form.change?.(proof) ?? proof)]
    const file = 'file' in form ? form.file : usual.file
    const host = `${server.host}:${server.port}`
    const { path = '/negative', headers = [], more: behind = [] } = form
    return formRequest({ path, host, fields, file, more: behind, headers })
  }
}

/** What is right is done, now and when all rows of the file were tried. */
export function rowsOf(section: string, rows: (scene: () => Scene) => void): void {
  describe(section, () => {
    let scene: Scene
    const right = async (): Promise<void> => {
      assert.equal((await sent(scene, signed({ path: '/negative/object' }))).text, '0123456789')
      const put = await sent(scene, signed({ path: '/negative/written', body: 'x' }))
      assert.equal(put.status, 200)
    }
    before(async () => {
      scene = await openScene()
      await right()
    })
    rows(() => scene)
    it('what is right is still done', () => right())
    after(() => scene.close())
  })
}

/** One area of a test file: its cases, between two runs of its control. */
export function tries(area: Area): void {
  describe(area.name, () => {
    let scene: Scene
    before(async () => {
      scene = await openScene()
    })
    after(() => scene.close())
    const control = async (): Promise<void> => {
      const answer = await sent(scene, area.control)
      assert.equal(answer.status, area.controlStatus, `the control: ${answer.text}`)
    }
    it('what is right is done', control)
    for (const negative of area.cases) {
      it(`${negative.status} ${negative.code}: ${negative.name}`, async () => {
        await refuses(scene, negative)
      })
    }
    it('what is right is still done', control)
  })
}

/** Asks and hears. */
export async function sent(scene: Scene, ask: Ask): Promise<Answer> {
  return await sendRequest(scene.server, await ask(scene))
}

/** The refusal comes as it should, and nothing has changed. */
export async function refuses(
  scene: Scene,
  { ask, status, code, message }: Omit<Negative, 'name'>,
): Promise<void> {
  const earlier = await snapshot(scene)
  const answer = await sent(scene, ask)
  assert.deepEqual([answer.status, answer.code ?? ''], [status, code], answer.text)
  const said = /<Message>([^<]*)<\/Message>/.exec(answer.text)?.[1] ?? ''
  if (typeof message === 'string') assert.equal(unescaped(said), message)
  else if (message !== undefined) assert.match(unescaped(said), message)
  assert.equal(await snapshot(scene), earlier, 'what was refused changed something')
}

/** All that a refused request might have changed. */
export async function snapshot({ server, uploadId }: Scene): Promise<string> {
  const plans: readonly RequestPlan[] = [
    { path: '/' },
    { path: '/negative', query: { 'list-type': '2' } },
    { path: '/negative', query: { uploads: '' } },
    { path: '/negative/upload', query: { uploadId } },
    { path: '/negative', query: { cors: '' } },
    { path: '/negative/object', query: { tagging: '' } },
  ]
  const answers = await Promise.all(plans.map((plan) => signedRequest(server, plan)))
  return answers
    .map(({ status, text }) => `${status} ${text.replace(/<RequestId>.*/s, '')}`)
    .join('\n')
}

function unescaped(text: string): string {
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }
  return text.replaceAll(/&(lt|gt|quot|amp);/g, (_, name: string) => names[name] ?? '')
}
