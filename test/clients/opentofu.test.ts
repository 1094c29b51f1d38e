/** OpenTofu: its state in a bucket, guarded by a lock file that only one writer can make. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { clientSuite } from './installed.ts'
import { expectStored, openWorkplace, wrongSecret } from './workplace.ts'
import type { Workplace } from './workplace.ts'

const Bucket = 'opentofu'
const Key = 'states/one.tfstate'

clientSuite('opentofu', (program) => {
  let work: Workplace
  let project: string

  before(async () => {
    work = await openWorkplace()
    await work.s3.send(new CreateBucketCommand({ Bucket }))
    project = join(work.folder, 'project')
    await mkdir(project)
    await writeFile(join(project, 'main.tf'), configuration(work))
  })
  after(() => work.close())

  it('keeps its state in the bucket, and leaves no lock', async () => {
    await tofu('init')
    await tofu('apply', '-auto-approve', '-var', 'value=first')
    assert.match(await state(), /"value":"first"/)
    await tofu('apply', '-auto-approve', '-var', 'value=second')
    assert.equal((await tofu('output', '-raw', 'value')).trim(), 'second')
    await expectStored(work, { bucket: Bucket }, new Map([[Key, Buffer.from(await state())]]))
  })

  it('waits for nobody who holds the lock', async () => {
    const lock = { Bucket, Key: `${Key}.tflock` }
    const Body = JSON.stringify({
      ID: 'of-another',
      Operation: 'OperationTypeApply',
      Who: 'another',
    })
    await work.s3.send(new PutObjectCommand({ ...lock, Body }))
    const said = await refused({}, 'apply', '-auto-approve', '-var', 'value=third')
    assert.match(said, /Error acquiring the state lock/)
    assert.match(await state(), /"value":"second"/)
    await work.s3.send(new DeleteObjectCommand(lock))
    await tofu('apply', '-auto-approve', '-var', 'value=third')
  })

  it('makes, lists and deletes workspaces', async () => {
    await tofu('workspace', 'new', 'other')
    assert.match(await tofu('workspace', 'list'), /\* other/)
    await tofu('workspace', 'select', 'default')
    await tofu('workspace', 'delete', 'other')
    assert.match(await state(), /"value":"third"/)
  })

  it('tells of a wrong secret', async () => {
    const said = await refused({ AWS_SECRET_ACCESS_KEY: wrongSecret }, 'init', '-reconfigure')
    assert.match(said, /SignatureDoesNotMatch|403/)
  })

  function tofu(...words: string[]): Promise<string> {
    return work.run(program, [`-chdir=${project}`, ...words], environment())
  }

  function refused(env: Record<string, string>, ...words: string[]): Promise<string> {
    return work.fail(program, [`-chdir=${project}`, ...words], { ...environment(), ...env })
  }

  function environment(): Record<string, string> {
    return { ...work.keys, TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' }
  }

  async function state(): Promise<string> {
    const got = await work.s3.send(new GetObjectCommand({ Bucket, Key }))
    return (await got.Body?.transformToString()) ?? ''
  }
})

/** The checks that it leaves out here ask AWS's other services for the account. */
function configuration({ server }: Workplace): string {
  return `terraform {
  backend "s3" {
    bucket                      = "${Bucket}"
    key                         = "${Key}"
    region                      = "${server.region}"
    endpoints                   = { s3 = "${server.endpoint}" }
    use_path_style              = true
    use_lockfile                = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
  }
}

variable "value" {
  type    = string
  default = "none"
}

resource "terraform_data" "kept" {
  input = var.value
}

output "value" {
  value = terraform_data.kept.output
}
`
}
