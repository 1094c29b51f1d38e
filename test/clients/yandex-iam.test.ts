/** curl with a token in Yandex's two headers: a body from a pipe too, whose length curl does not know. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { startServer } from '../harness/server.ts'
import { writeAccountsFile } from './accounts-file.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'

const apiKey = 'an-api-key-of-24-letters'

clientSuite('curl', (program) => {
  it('writes from a pipe and reads under a token', async () => {
    await using accounts = await writeAccountsFile({ apiKeys: [{ id: 'ApiKey-curl', apiKey }] })
    await using server = await startServer({ accounts: accounts.path, args: ['--token-service'] })
    const curl = (words: readonly string[], input = ''): Promise<string> =>
      runToSuccess(
        program,
        ['--silent', '--show-error', '--write-out', ' %{http_code}', ...words],
        {
          input: Buffer.from(input),
        },
      )
    const grant = [
      '-d',
      'grant_type=urn:ibm:params:oauth:grant-type:apikey',
      '-d',
      `apikey=${apiKey}`,
    ]
    const granted = await curl([...grant, `${server.endpoint}/identity/token`])
    const [, token = ''] = /"access_token":"([^"]+)"/.exec(granted) ?? []
    const bearer = ['-H', `Authorization: Bearer ${token}`]
    const yandex = ['-H', `X-YaCloud-SubjectToken: ${token}`]
    const object = `${server.endpoint}/yandex/piped`
    assert.equal(await curl([...yandex, '-X', 'PUT', `${server.endpoint}/yandex`]), ' 200')
    assert.equal(await curl([...bearer, '--upload-file', '-', object], 'piped bytes'), ' 200')
    assert.equal(await curl([...yandex, object]), 'piped bytes 200')
    assert.match(await curl([...bearer, ...yandex, object]), /<Code>InvalidArgument<.* 400$/)
    assert.match(
      await curl(['-H', `X-YaCloud-SubjectToken: ${token}x`, object]),
      /<Code>InvalidToken<.* 400$/,
    )
    const length = ['-X', 'POST', '-H', 'Content-Length: 0']
    assert.match(await curl([...bearer, ...length, `${object}?uploads`]), /<UploadId>.* 200$/)
  })
})
