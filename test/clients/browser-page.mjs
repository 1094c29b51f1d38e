/** What the pages of browser.ts do; each function runs in Chromium, takes JSON and gives JSON. */

/** One request as the page's script sees it: the answer, or the name of the error. */
export async function ask({ url, sizeBytes, headers, ...options }) {
  const body = sizeBytes === undefined ? options.body : new Blob([new Uint8Array(sizeBytes)])
  try {
    const answer = await fetch(url, { ...options, headers, body })
    const seen = Object.fromEntries(answer.headers)
    return { status: answer.status, type: answer.type, headers: seen, text: await answer.text() }
  } catch (error) {
    return { failed: error.name }
  }
}

/** The same from a frame whose origin is opaque: the browser calls it `null`. */
export async function askFromNowhere(request) {
  const frame = document.createElement('iframe')
  frame.sandbox = 'allow-scripts'
  const script = `${String(ask)}; ask(${JSON.stringify(request)}).then((seen) => parent.postMessage(seen, '*'))`
  frame.srcdoc = `<script>${script}</script>`
  const answered = new Promise((resolve) => {
    addEventListener('message', ({ data }) => resolve(data), { once: true })
  })
  document.body.append(frame)
  const seen = await answered
  frame.remove()
  return seen
}

/** What is there is the guide's, and no file of ours. */
const guide = new URL('/upload.js', import.meta.url).href

async function sign(ask) {
  const answer = await fetch('/sign', { method: 'POST', body: JSON.stringify(ask) })
  return await answer.text()
}

async function pickedFile() {
  const answer = await fetch('/file')
  return new File([await answer.blob()], 'picked.bin')
}

/** The guide's upload, whole. */
export async function uploadWhole({ key }) {
  const { upload } = await import(guide)
  const sent = []
  const etag = await upload(await pickedFile(), { key, sign, onPart: (n) => sent.push(n) })
  return { etag, sent }
}

/** The guide's upload, aborted when the first part is there, and then gone on with. */
export async function uploadInTwo({ key }) {
  const { upload } = await import(guide)
  const file = await pickedFile()
  const stop = new AbortController()
  const seen = { first: [], second: [] }
  let UploadId
  const first = {
    key,
    sign,
    signal: stop.signal,
    onBegin: (id) => (UploadId = id),
    onPart: (n) => {
      seen.first.push(n)
      stop.abort()
    },
  }
  seen.failed = await upload(file, first).catch((error) => error.name)
  const onPart = (n) => seen.second.push(n)
  seen.etag = await upload(file, { key, sign, UploadId, onPart })
  return seen
}

/** Begins an upload, sends a part and gives it up. */
export async function giveUp({ key: Key }) {
  const created = await fetch(await sign({ step: 'create', Key }), { method: 'POST' })
  const UploadId = /<UploadId>([^<]+)</.exec(await created.text())[1]
  const part = await sign({ step: 'part', Key, UploadId, PartNumber: 1 })
  const statuses = [(await fetch(part, { method: 'PUT', body: 'bytes' })).status]
  const url = await sign({ step: 'abort', Key, UploadId })
  statuses.push((await fetch(url, { method: 'DELETE' })).status)
  const again = await fetch(part, { method: 'PUT', body: 'bytes' })
  return { statuses: [...statuses, again.status], text: await again.text() }
}

export async function readRange({ key: Key, range }) {
  const url = await sign({ step: 'get', Key, ChecksumMode: 'ENABLED' })
  const answer = await fetch(url, { headers: { Range: range } })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const etag = answer.headers.get('etag')
  return { status: answer.status, etag, hex: Array.from(bytes, hex).join('') }
}

function hex(byte) {
  return byte.toString(16).padStart(2, '0')
}

/** A form sent by a script. */
export async function postForm({ url, fields, file: { name, type, bytes } }) {
  const form = new FormData()
  for (const [field, value] of fields) form.append(field, value)
  form.append('file', new File([bytes], name, { type }))
  return await ask({ url, method: 'POST', body: form })
}

/** A form for the browser itself to send, when its file is picked and its button pressed. */
export function showForm({ url, fields }) {
  const form = document.createElement('form')
  Object.assign(form, { action: url, method: 'post', enctype: 'multipart/form-data' })
  for (const [name, value] of fields) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
  }
  form.append(Object.assign(document.createElement('input'), { type: 'file', name: 'file' }))
  form.append(document.createElement('button'))
  document.body.replaceChildren(form)
}

/** Loads the AWS SDK as a page does, and gives a client; one attempt each. */
async function sdk(options) {
  const script = document.createElement('script')
  script.src = '/aws-sdk.js'
  const loaded = new Promise((resolve) => {
    script.addEventListener('load', resolve)
  })
  if (globalThis.AWS === undefined) {
    document.head.append(script)
    await loaded
  }
  return new globalThis.AWS.S3({ s3ForcePathStyle: true, maxRetries: 0, ...options })
}

/** `Upload` of the SDK: in parts where the file is large. */
export async function sdkUpload({ options, Bucket, Key, sizeBytes }) {
  const s3 = await sdk(options)
  const Body = (await pickedFile()).slice(0, sizeBytes)
  try {
    const managed = s3.upload({ Bucket, Key, Body }, { partSize: 5 * 1024 * 1024, queueSize: 3 })
    return { etag: (await managed.promise()).ETag }
  } catch (error) {
    return { code: error.code, message: error.message }
  }
}

/** One call of the SDK: what it answers but for the body, whose length is told, or the code of its error. */
export async function sdkCall({ options, call, input }) {
  const s3 = await sdk(options)
  try {
    const { Body, ...answer } = await s3[call](input).promise()
    return { ...answer, length: Body?.length }
  } catch (error) {
    return { code: error.code, status: error.statusCode }
  }
}
