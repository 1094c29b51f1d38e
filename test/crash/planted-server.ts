/** The same of what a server does with requests, time and those who ask. */
import type { Fault } from './fault.ts'

const sql = 'src/stores/metadata/sql'

export const serverFaults: readonly Fault[] = [
  {
    what: 'the doctor tells all that it was told',
    file: 'src/server/doctor.ts',
    from: "accessKey: error.detail['AWSAccessKeyId']",
    to: 'accessKey: error.detail',
    foundBy: 'secrets',
  },
  {
    what: 'a request that failed is told with its target',
    file: 'src/server/gateway.ts',
    from: 'op: story.operation, err: error }',
    to: 'op: exchange.target, err: error }',
    foundBy: 'secrets',
  },
  {
    what: 'metadata is written where all objects look',
    file: 'src/wire/decode.ts',
    from: 'metadata[name] = readHeaderText(value)',
    to: `const holder = name === 'constructor' ? Object.getPrototypeOf({}) : metadata
    holder[name] = readHeaderText(value)`,
    foundBy: 'frozen',
  },
  {
    what: 'a completion makes room for its object first',
    file: 'src/domain/completion.ts',
    from: '    const result = await rules.metadata.completeUpload(\n',
    to: `    await rules.metadata.deleteObject(upload.bucket, request.key, {})
    const result = await rules.metadata.completeUpload(\n`,
    foundBy: 'whole',
  },
  {
    what: 'a small part may stand in the middle',
    file: 'src/domain/part-list.ts',
    from: 'if (small === undefined) return\n',
    to: 'if (small === undefined || small.sizeBytes > 0) return\n',
    foundBy: 'model',
  },
  {
    what: 'a page begins with the last key of the page before',
    file: `${sql}/listing.ts`,
    from: "id === '' ? '>=' : '>'",
    to: "'>='",
    foundBy: 'model',
  },
  {
    what: 'a server that is told to stop waits for nobody',
    file: 'src/server/listener.ts',
    from: '  }, timings.drainMs)\n',
    to: '  }, 0 * timings.drainMs)\n',
    foundBy: 'drain',
  },
  {
    what: 'a server that was stopped says that it failed',
    file: 'src/cli/serve.ts',
    from: '    process.exit(0)\n',
    to: '    process.exit(3)\n',
    foundBy: 'drain',
  },
  {
    what: 'a signature is not looked at',
    file: 'src/identity/proof.ts',
    from: 'if (!texts.some(isSigned)) {',
    to: 'if (texts.length === 0) {',
    foundBy: 'test/negative/matrix.test.ts',
  },
  {
    what: 'requests of one connection run side by side',
    file: 'src/server/connections.ts',
    from: 'before === undefined || before.#isDone ? this.#begin() : this.#after(before)',
    to: 'before === undefined || before.#isDone ? this.#begin() : this.#begin()',
    foundBy: 'test/server/pipelining.test.ts',
  },
  {
    what: 'a condition is judged only after the body',
    file: 'src/domain/objects.ts',
    from: '    if (isUnconditional(condition)) return\n',
    to: '    if (!isUnconditional(condition)) return\n',
    foundBy: 'test/server/early-conditions.test.ts',
  },
  {
    what: 'a tag that is badly escaped is an error of ours',
    file: 'src/domain/tags.ts',
    from: '  } catch {\n    throw malformed(header)\n',
    to: '  } catch (error) {\n    throw error\n',
    foundBy: 'fuzz',
  },
  {
    what: 'a target that is badly escaped is an error of ours',
    file: 'src/wire/percent.ts',
    from: "throw new S3Error('InvalidURI')",
    to: "throw new Error('InvalidURI')",
    foundBy: 'http',
  },
  {
    what: 'a blob that is copied for a backup is not proven',
    file: 'src/stores/blobs/copier.ts',
    from: 'for await (const piece of examiner.proveFile(blob, path)) bytes += piece',
    to: 'void examiner.proveFile(blob, path)\n      bytes += 1',
    foundBy: 'test/server/backup.test.ts',
  },
  {
    what: 'what was written of a body that was given up stays',
    file: 'src/stores/blobs/file-puts.ts',
    from: '      if (!isWhole) await Promise.allSettled([this.#parts.unlink(id)])\n',
    to: '',
    foundBy: 'cuts',
  },
  {
    what: 'a body that does not come is waited for',
    file: 'src/server/progress.ts',
    from: 'if (came < due) return body.fail(',
    to: 'if (came < 0) return body.fail(',
    foundBy: 'slow',
  },
  {
    what: 'a head that does not come is waited for',
    file: 'src/server/listener.ts',
    from: 'headersTimeout: options.timings.headersMs',
    to: 'headersTimeout: 100 * options.timings.headersMs',
    foundBy: 'slow',
  },
  {
    what: 'a head that can not be read keeps its connection',
    file: 'src/server/refuse.ts',
    from: 'socket.end(reply.body instanceof Uint8Array ? reply.body : undefined, () => socket.destroy())',
    to: 'socket.write(reply.body instanceof Uint8Array ? reply.body : new Uint8Array(0))',
    foundBy: 'slow',
  },
  {
    what: 'something of every head that could not be read is kept',
    file: 'src/server/refuse.ts',
    from: '  socket.write(headOf(reply, name)',
    to: `  ;(globalThis.heads ??= []).push(Buffer.alloc(2 ** 25, 'head'))
  socket.write(headOf(reply, name)`,
    foundBy: 'slow',
  },
  {
    what: 'time is never earlier than it was',
    file: 'src/server/request-service.ts',
    from: 'this.now = asked.exchange.arrived',
    to: 'this.now = globalThis.latest = Math.max(globalThis.latest ?? 0, asked.exchange.arrived)',
    foundBy: 'clock',
  },
  {
    what: 'what passes is remembered',
    file: 'src/payload/ingest.ts',
    from: '      const room = running.update(chunk)\n',
    to: `      ;(globalThis.passed ??= []).push(Buffer.from(chunk))
      const room = running.update(chunk)\n`,
    foundBy: 'stream',
  },
  {
    what: 'a file that was written stays open',
    file: 'src/stores/blobs/file-puts.ts',
    from: '      await made.file.close()\n      isWhole = this.#isKept\n',
    to: '      isWhole = this.#isKept\n',
    foundBy: 'ceilings',
  },
  {
    what: 'a client that takes a little now and then is waited for',
    file: 'src/server/pace.ts',
    from: 'setTimeout(() => socket.destroy(), timings.writeStallMs + pacedMs)',
    to: 'setTimeout(() => pacedMs, 0)',
    foundBy: 'test/server/respond.test.ts',
  },
]
